/** Old checkpoints of the log are thinned, and nothing that anybody needs goes with them. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { checkOwnLog } from '#gateway/rooms/check-log.ts'
import { KEPT_WHOLE_DAYS, pruneCheckpoints } from '#gateway/rooms/prune-checkpoints.ts'
import { checkpointIfDue, receiptFor } from '#gateway/rooms/publish.ts'
import { rootIn } from '#gateway/rooms/log-proofs.ts'
import { readCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { verifyReceipt } from '#gateway/core/log/receipt.ts'
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { aLogWorld } from '#test/support/log-world.ts'
import type { LogWorld } from '#test/support/log-world.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** `days` days with a checkpoint every six hours, all published. */
async function aWorldOf(days: number): Promise<LogWorld> {
  const world = await aLogWorld()
  for (let n = 0; n < days * 4; n += 1) {
    world.wait(6 * HOUR_MS)
    await world.append(`leaf ${n}`)
    await checkpointIfDue(world.deps)
    for (const witness of world.witnesses.slice(0, 2)) await witness.round(world.deps)
  }
  return world
}
const sizesOf = async ({ log }: LogWorld): Promise<readonly number[]> =>
  (await log.checkpoints(0, 10_000)).map(({ size }) => size)

describe('old checkpoints', () => {
  it('are kept whole for some weeks, then one a day, with what was time-stamped and the newest', async () => {
    const world = await aWorldOf(KEPT_WHOLE_DAYS + 10)
    const before = await sizesOf(world)
    assert.equal(before.length, (KEPT_WHOLE_DAYS + 10) * 4)
    await world.deps.store.transaction(({ log }) => log.stamp({ size: 6, token: Uint8Array.of(1), stampedAt: 0 }))
    const forgotten = await pruneCheckpoints(world.deps)
    const after = await sizesOf(world)
    assert.equal(after.length, before.length - forgotten)
    assert.ok(forgotten >= 26 && forgotten <= 30, String(forgotten))
    assert.ok(after.includes(6) && after.at(-1) === before.at(-1))
    assert.deepEqual(after.slice(-KEPT_WHOLE_DAYS * 4 + 4), before.slice(-KEPT_WHOLE_DAYS * 4 + 4))
    const days = (sizes: readonly number[]): number => new Set(sizes.map((size) => Math.floor((size * 6) / 24))).size
    assert.ok(days(after) >= days(before) - 1)
    assert.equal(await pruneCheckpoints(world.deps), 0)
  })

  it('are found over many pages, and a log that stands still keeps its newest for ever', async () => {
    const world = await aWorldOf(130)
    await pruneCheckpoints(world.deps)
    assert.ok((await sizesOf(world)).length < 95 + KEPT_WHOLE_DAYS * 4 + 5)
    world.wait(400 * DAY_MS)
    await pruneCheckpoints(world.deps)
    assert.equal((await sizesOf(world)).at(-1), 520)
  })

  it('are found on every page where all are old, and a log with one or none has nothing to thin', async () => {
    for (const count of [0, 1]) {
      const few = await aLogWorld()
      if (count === 1) await few.append('a leaf')
      few.wait(400 * DAY_MS)
      await checkpointIfDue(few.deps)
      assert.equal(await pruneCheckpoints(few.deps), 0)
    }
    const world = await aWorldOf(130)
    world.wait(400 * DAY_MS)
    await pruneCheckpoints(world.deps)
    const sizes = await sizesOf(world)
    assert.ok(sizes.length <= 132, String(sizes.length))
    assert.equal(sizes.at(-1), 520)
  })

  it('take nothing with them: every entry keeps its proof, every root can be made again, and the log still starts', async () => {
    const world = await aWorldOf(KEPT_WHOLE_DAYS + 4)
    const notes = await world.log.checkpoints(0, 10_000)
    await pruneCheckpoints(world.deps)
    for (const { size, note } of notes) assert.deepEqual(readCheckpoint(note)?.root, await rootIn(world.log, size))
    for (const index of [0, 5, 77]) {
      const receipt = await receiptFor(world.log, index)
      assert.ok(receipt.ok)
      const proven = verifyReceipt({ leaf: `leaf ${index}`, receipt: receipt.value }, world.trust, verifyEd25519)
      assert.equal(proven.ok, true)
    }
    assert.ok((await checkOwnLog(world.deps)).ok)
    await world.append('one more')
    world.wait(10_000)
    assert.equal(await checkpointIfDue(world.deps), 'proposed')
    await pruneCheckpoints(world.deps)
    assert.notEqual(await world.log.waiting(), undefined)
  })
})
