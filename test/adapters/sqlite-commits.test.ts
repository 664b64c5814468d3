/** Which transactions of the SQLite store share a commit, and that none is lost by waiting for it. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { mock } from 'node:test'
import { after, describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { controlsOf } from '#adapters/store/sqlite.ts'
import { createTransactions } from '#adapters/store/transactions.ts'
import type { Store } from '#gateway/ports/store.ts'
import { aDelivery, accepted } from '#test/contract/stored-things.ts'
import { eventually } from '#test/support/eventually.ts'

const folder = mkdtempSync(join(tmpdir(), 'passerelle-commits-'))
let files = 0
const newPath = (): string => join(folder, `store-${files++}.db`)
after(() => rmSync(folder, { recursive: true, force: true }))

describe('Commits of the SQLite store', () => {
  it('are one for all transactions that are asked for in the same turn', async () => {
    await using store = await openSqliteStore(newPath())
    assert.equal(await commitsDuring(store, () => Promise.all([accept(store), accept(store), accept(store)])), 1)
  })

  it('are one for those that may wait and come within milliseconds of each other', async () => {
    await using store = await openSqliteStore(newPath())
    const patient = async (turns: number): Promise<unknown> => {
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      return accept(store, true)
    }
    // A machine under load may let those milliseconds pass between two turns, now and then.
    let commits = Infinity
    for (let tries = 0; tries < 20 && commits > 1; tries += 1)
      commits = await commitsDuring(store, () => Promise.all([patient(0), patient(2), patient(4)]))
    assert.equal(commits, 1)
  })

  it('of one that may not wait take along those that may', async () => {
    await using store = await openSqliteStore(newPath())
    const ended: string[] = []
    const commits = await commitsDuring(store, () =>
      Promise.all([
        accept(store, true).then(() => ended.push('patient')),
        accept(store).then(() => ended.push('urgent')),
      ]),
    )
    assert.deepEqual({ commits, ended }, { commits: 1, ended: ['patient', 'urgent'] })
  })

  it('leave the log to be written into the file after one that could wait, and not before 4 MB', async () => {
    const path = newPath()
    await using store = await openSqliteStore(path)
    const fileBytes = (): number => statSync(path).size
    const grow = async (mayWait: boolean): Promise<void> => {
      const delivery = aDelivery()
      await store.transaction(
        async (tx) => {
          await tx.deliveries.add(delivery)
          await tx.deliveries.putParcel(delivery.id, randomBytes(1_500_000).toString('base64url'))
        },
        { mayWait },
      )
    }
    const empty = fileBytes()
    await grow(true)
    for (let count = 0; count < 3; count += 1) await grow(false)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(fileBytes(), empty)
    await accept(store, true)
    await eventually(
      async () => fileBytes(),
      (bytes) => bytes > empty + 4_000_000,
    )
    const written = fileBytes()
    await accept(store, true)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(fileBytes(), written)
  })

  it('are made before the store closes, for everything that was asked for', async () => {
    const path = newPath()
    const first = await openSqliteStore(path)
    const asked = Array.from({ length: 40 }, (_, index) => accept(first, index % 2 === 0))
    await first[Symbol.asyncDispose]()
    await using second = await openSqliteStore(path)
    for (const { id } of await Promise.all(asked)) assert.equal((await second.read.messages.get(id))?.id, id)
  })
})

describe('createTransactions', () => {
  it('tells all of a group that its commit failed, even where it cannot be rolled back either', async () => {
    using database = new DatabaseSync(':memory:')
    database.exec('PRAGMA foreign_keys = ON; CREATE TABLE kept (id INTEGER PRIMARY KEY)')
    database.exec('CREATE TABLE owing (id INTEGER REFERENCES kept (id) DEFERRABLE INITIALLY DEFERRED)')
    const { run } = createTransactions(controlsOf(database))
    const exec = mock.method(database, 'exec', () => assert.fail('the disk is gone'))
    const owe = async (): Promise<void> => void database.prepare('INSERT INTO owing VALUES (1)').run()
    const ended = await Promise.allSettled([run(owe), run(async () => {})])
    exec.mock.restore()
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
  })
})

const accept = (store: Store, mayWait = false): ReturnType<typeof accepted> =>
  store.transaction((tx) => accepted(tx), { mayWait })

/** How often the store committed meanwhile. */
async function commitsDuring(store: Store, work: () => Promise<unknown>): Promise<number> {
  await accept(store)
  const run = mock.method(StatementSync.prototype, 'run')
  await work()
  run.mock.restore()
  return run.mock.calls.filter((call) => call.this instanceof StatementSync && call.this.sourceSQL === 'COMMIT').length
}
