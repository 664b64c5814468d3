/** Publication at its edges: no witness asked for, two at once, what cannot be read, and a stamp that does not hold. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { cosign } from '#gateway/core/log/cosignature.ts'
import { DEFAULT_GRACE } from '#gateway/core/log/grace.ts'
import { fail } from '#gateway/core/problem.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import { checkpointIfDue, publishedSize, requestFor, takeCosignature } from '#gateway/rooms/publish.ts'
import { stampIfDue } from '#gateway/rooms/stamp-log.ts'
import { aLogWorld, LOG_TIME } from '#test/support/log-world.ts'
import { codeOf } from '#test/support/problem-code.ts'

const NO_WITNESS = { keys: () => [], quorum: () => 0, verify: verifyEd25519 }

describe('publishing the log', () => {
  it('publishes at once where no witness is asked for, and keeps the head apart', async () => {
    const world = await aLogWorld({ witnesses: NO_WITNESS })
    await world.append('an entry')
    world.wait(10_000)
    assert.equal(await checkpointIfDue(world.deps), 'published')
    const published = await world.log.published()
    assert.equal(published?.size, 1)
    assert.equal(world.kept(), published.note)
  })

  it('publishes once where two ask at the same time', async () => {
    const world = await aLogWorld({ witnesses: NO_WITNESS })
    await world.append('an entry')
    world.wait(10_000)
    const done = await Promise.all([checkpointIfDue(world.deps), checkpointIfDue(world.deps)])
    assert.deepEqual(done.toSorted(), ['not-due', 'published'])
    assert.equal(await world.log.waiting(), undefined)
  })

  it('takes nothing as a cosignature that is not one whole line', async () => {
    const world = await aLogWorld()
    await world.append('an entry')
    world.wait(10_000)
    assert.equal(await checkpointIfDue(world.deps), 'proposed')
    for (const line of ['', '— a.net.test/witness AAAAAAAA', '— a AAAAAAAA\n— b AAAAAAAA\n', 'no signature\n'])
      assert.equal(codeOf(await takeCosignature(world.deps, { line })), 'cosignature-invalid')
    assert.deepEqual((await world.log.waiting())?.cosignatures, [])
  })

  it('takes a late cosignature for what it is, and one of another size or of nothing for none', async () => {
    const world = await aLogWorld()
    const [a, b, c] = world.witnesses
    assert.ok(a !== undefined && b !== undefined && c !== undefined)
    const publish = async (): Promise<void> => {
      await world.append('an entry')
      world.wait(10_000)
      assert.equal(await checkpointIfDue(world.deps), 'proposed')
      assert.deepEqual([await a.round(world.deps), await b.round(world.deps)], ['kept', 'published'])
    }
    await publish()
    const asked = await requestFor(world.deps, 'c', 0)
    const judged = c.judge(asked.ok ? asked.value : '')
    assert.ok(judged.kind === 'accepted')
    const line = await cosign(judged.text, c.signer, toNumericDate(LOG_TIME))
    const told = async (size?: number): Promise<unknown> => {
      const taken = await takeCosignature(world.deps, { line, size })
      return taken.ok ? taken.value : taken.problem.code
    }
    assert.equal(await told(), 'kept')
    await publish()
    await publish()
    assert.deepEqual([await told(1), await told(1)], ['kept', 'kept'])
    for (const size of [undefined, 0, 2, 3, 4]) assert.equal(await told(size), 'cosignature-invalid')
  })

  it('does not publish a checkpoint that cannot be read', async () => {
    const world = await aLogWorld()
    await world.append('an entry')
    await world.deps.store.transaction(({ log }) => log.propose({ size: 1, note: 'no note', proposedAt: LOG_TIME }))
    assert.equal(await checkpointIfDue(world.deps), 'not-due')
    assert.equal(await publishedSize(world.log), 0)
  })

  it('keeps no stamp that does not hold, and says why', async () => {
    const world = await aLogWorld({ witnesses: NO_WITNESS })
    await world.append('an entry')
    world.wait(10_000)
    await checkpointIfDue(world.deps)
    const said: unknown[] = []
    const log = { ...world.deps.log, warn: (event: string, fields?: object) => void said.push({ event, ...fields }) }
    const timeStamps = { stamp: async () => fail('timestamp-invalid') }
    assert.equal(await stampIfDue({ ...world.deps, log, timeStamps, grace: DEFAULT_GRACE }), 'failed')
    assert.deepEqual(said, [{ event: 'the log was not time-stamped', problem: 'timestamp-invalid' }])
    assert.equal(await world.log.lastStamp(), undefined)
  })
})
