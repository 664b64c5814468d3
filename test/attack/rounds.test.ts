/** The hourly round killed in the middle, again and again: no step of an escalation is lost or told twice, and no parcel of a member that is out is left. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { NOW, aDelivery, mandate, newMessageId, organisation } from '#test/contract/stored-things.ts'

const ROUND = join(import.meta.dirname, 'rounding.sample.ts')
const TARGETS = 40
const UNREAD = 250
const KILL_AFTER = [1, 20, 50, 3, 45]
const LONG_AGO = NOW - 30 * 86_400_000
const court = organisation('court-paris')

describe('an hourly round that is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-rounds-'))
  const path = join(folder, 'store.db')
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** Alarms up to the kill, or all of them where it was not killed. */
  const run = async (killAfter: number): Promise<readonly string[]> => {
    const child = spawn(process.execPath, [ROUND, path, String(killAfter)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const closed = once(child, 'close')
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (lines.length === killAfter) child.kill('SIGKILL')
    }
    await closed
    return lines
  }

  it('ends what it began: each step is told, and audited once; each unread parcel is withdrawn and counted once', async function () {
    this.timeout(300_000)
    const recallId = newMessageId()
    const names = Array.from({ length: TARGETS }, (_, index) => mandate(`holder-${index}`))
    {
      await using store = await openSqliteStore(path)
      await store.transaction(async (tx) => {
        await tx.recalls.expect(
          names.map((one) => ({ recallId, organisation: court, mandate: one, state: 'waiting', dueAt: LONG_AGO })),
        )
        for (let index = 0; index < UNREAD; index += 1)
          await tx.deliveries.add(aDelivery({ organisation: court, createdAt: LONG_AGO }))
      })
    }
    const told: string[] = []
    for (const killAfter of KILL_AFTER) told.push(...(await run(killAfter)))
    assert.ok(!told.includes('done'), 'every kill came in time')
    told.push(...(await run(Number.POSITIVE_INFINITY)))
    assert.equal(told.at(-1), 'done')

    await using store = await openSqliteStore(path)
    const rows = await store.read.audit.rows(1, 10_000)
    const steps = rows.filter(({ event }) => event.act === 'recall-escalated')
    assert.equal(steps.length, TARGETS * 3)
    for (const one of names)
      for (const step of ['recipient', 'dpo', 'operator'])
        assert.ok(
          told.some((line) => line.includes(`"${one}"`) && line.includes(`"${step}"`)),
          `${one} ${step}`,
        )
    const targets = await store.read.recalls.targets(recallId)
    assert.ok(targets.every(({ escalation }) => escalation === 'operator'))
    const [end] = await store.read.memberships.open()
    assert.deepEqual([end?.organisation, end?.withdrawn, end?.report?.deliveries], [court, UNREAD, 0])
    const ends = rows.map(({ event }) => event.act).filter((act) => act.startsWith('membership-'))
    assert.deepEqual(ends, ['membership-ended', 'membership-reported'])
    const left = await store.read.deliveries.list({ organisation: court, after: 0, limit: 1 })
    assert.deepEqual(left, [])
    console.log(`    ${KILL_AFTER.length} kills, ${told.length - 1} alarms for ${TARGETS * 3} steps and one end`)
  })
})
