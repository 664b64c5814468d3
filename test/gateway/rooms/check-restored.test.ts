/** A store that was put back: a chain and a log that are whole count; anything changed, short, foreign or torn is told in words. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { AuditRow } from '#gateway/core/audit.ts'
import { makeLeaf } from '#gateway/core/log/leaf.ts'
import type { Store } from '#gateway/ports/store.ts'
import { chainStanding, faultOfRestored } from '#gateway/rooms/check-restored.ts'
import { checkpointIfDue } from '#gateway/rooms/publish.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { anEvent } from '#test/contract/stored-things.ts'
import { LOG_TIME, aLogWorld } from '#test/support/log-world.ts'
import type { LogWorld } from '#test/support/log-world.ts'

/** More than are read at a time. */
const MANY = 501
const ANOTHER = 'the log is not the one that its checkpoint was signed over'

const aLeaf = (number: number): string =>
  makeLeaf({
    at: LOG_TIME,
    act: 'submission-accepted',
    secret: Buffer.alloc(32, number),
    caseId: `DEMO-${number}`,
    salt: Buffer.alloc(32, number + 1),
    body: '{}',
  })
const leaves = (count: number): readonly string[] => Array.from({ length: count }, (_, number) => aLeaf(number % 250))

async function chained(count: number): Promise<Store> {
  const store = await openSqliteStore(':memory:')
  await store.transaction(async ({ audit }) => {
    for (let row = 0; row < count; row += 1) await audit.append(anEvent())
  })
  return store
}

describe('chainStanding', () => {
  it('finds a chain of any length whole, and an empty one', async () => {
    await using none = await chained(0)
    assert.deepEqual(await chainStanding(none.read.audit), { rows: 0, head: undefined, broken: undefined })
    await using many = await chained(MANY)
    const head = await many.read.audit.head()
    assert.deepEqual(await chainStanding(many.read.audit), { rows: MANY, head: head?.hash, broken: undefined })
  })

  const CHANGES: Readonly<Record<string, (row: AuditRow) => AuditRow>> = {
    'says something else': (row) => ({ ...row, event: { ...row.event, act: 'nothing-at-all' } }),
    'has another hash': (row) => ({ ...row, hash: 'f'.repeat(64) }),
    'follows another': (row) => ({ ...row, previous: 'f'.repeat(64) }),
    'has another number': (row) => ({ ...row, seq: row.seq + 1 }),
  }
  for (const [how, change] of Object.entries(CHANGES))
    it(`stops at the first row that ${how}`, async () => {
      await using store = await chained(4)
      const rows = async (from: number, limit: number) =>
        (await store.read.audit.rows(from, limit)).map((row) => (row.seq === 3 ? change(row) : row))
      const [, second, third] = await rows(1, 10)
      assert.deepEqual(await chainStanding({ rows }), { rows: 2, head: second?.hash, broken: third?.seq })
      const { log } = (await aLogWorld()).deps.store.read
      const fault = await faultOfRestored({ audit: { ...store.read.audit, rows }, log })
      assert.equal(fault, `the audit chain breaks at row ${third?.seq}`)
    })
})

describe('faultOfRestored', () => {
  /** A log with a published checkpoint, and with one that waits for its witnesses. */
  const aWorld = async (count: number): Promise<LogWorld> => {
    const world = await aLogWorld()
    await world.append(...leaves(count))
    world.wait(10_000)
    assert.equal(await checkpointIfDue(world.deps), 'proposed')
    for (const witness of world.witnesses.slice(0, 2)) await witness.round(world.deps)
    await world.append(aLeaf(9), aLeaf(10))
    world.wait(600_000)
    assert.equal(await checkpointIfDue(world.deps), 'proposed')
    return world
  }
  const fault = async (log: LogWorld['log']): Promise<string | undefined> => {
    await using store = await chained(2)
    return await faultOfRestored({ audit: store.read.audit, log })
  }

  it('finds nothing wrong with a log of any length, before and after its first checkpoint', async () => {
    assert.equal(await fault((await aLogWorld()).log), undefined)
    assert.equal(await fault((await aWorld(3)).log), undefined)
    assert.equal(await fault((await aWorld(MANY)).log), undefined)
  })

  it('tells of a leaf that is none, and of one that is not the one that stood there', async () => {
    const { log } = await aWorld(5)
    const with3 = (leaf: string): LogWorld['log'] => ({
      ...log,
      leaves: async (from, limit) => (await log.leaves(from, limit)).toSpliced(3, 1, leaf),
    })
    assert.equal(await fault(with3('no leaf')), 'a leaf of the log is none')
    assert.equal(await fault(with3(aLeaf(77))), 'the log does not hold together')
  })

  it('tells of a log that ends before its size', async () => {
    const { log } = await aWorld(5)
    const short: LogWorld['log'] = {
      ...log,
      leaves: async (from, limit) => (await log.leaves(from, limit)).slice(0, -1),
    }
    assert.equal(await fault(short), 'the log does not hold together')
  })

  it('tells of a log that its checkpoints are not of: shorter than they are, another, or under a note that is none', async () => {
    const { log } = await aWorld(5)
    const other = await aLogWorld()
    await other.append(...leaves(9).toReversed())
    const notes = { published: log.published, waiting: log.waiting }
    assert.equal(await fault({ ...other.log, ...notes }), ANOTHER)
    const cut = await aLogWorld()
    await cut.append(...leaves(4))
    assert.equal(await fault({ ...cut.log, ...notes }), ANOTHER)
    const published = await log.published()
    assert.ok(published !== undefined)
    assert.equal(await fault({ ...log, published: async () => ({ ...published, note: 'a note' }) }), ANOTHER)
  })
})
