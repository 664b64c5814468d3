/** The start of a log: what it holds must be under its own key, also what is not published yet. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { checkOwnLog } from '#gateway/rooms/check-log.ts'
import { EMPTY_ROOT } from '#gateway/core/log/tree.ts'
import { rootIn } from '#gateway/rooms/log-proofs.ts'
import { checkpointIfDue } from '#gateway/rooms/publish.ts'
import { aLogWorld, aNoteSigner } from '#test/support/log-world.ts'

describe('a log of which nothing or not all is there', () => {
  it('has the root of an empty tree before its first entry, and throws where its store gives no node', async () => {
    const { log, append } = await aLogWorld()
    assert.equal(await rootIn(log, 0), EMPTY_ROOT)
    await append('one', 'two', 'three')
    assert.equal((await rootIn(log, 3)).length, EMPTY_ROOT.length)
    await assert.rejects(rootIn({ nodes: async () => [] }, 3), /the store gave no node at/)
  })
})

describe('a log at its start', () => {
  it('does not start under another key while a checkpoint waits, nor once one is published', async () => {
    const world = await aLogWorld()
    const other = aNoteSigner(world.deps.publication.signer.key.name)
    const rekeyed = { ...world.deps, publication: { ...world.deps.publication, signer: other } }
    assert.ok((await checkOwnLog(rekeyed)).ok, 'an empty log is of any key')
    await world.append('a first entry')
    world.wait(10_000)
    assert.equal(await checkpointIfDue(world.deps), 'proposed')
    const waiting = await checkOwnLog(rekeyed)
    assert.equal(waiting.ok ? 'ok' : waiting.problem.code, 'checkpoint-unsigned')
    assert.ok((await checkOwnLog(world.deps)).ok)
    for (const witness of world.witnesses.slice(0, 2)) await witness.round(world.deps)
    assert.equal(await world.log.waiting(), undefined)
    const published = await checkOwnLog(rekeyed)
    assert.equal(published.ok ? 'ok' : published.problem.code, 'checkpoint-unsigned')
  })
})
