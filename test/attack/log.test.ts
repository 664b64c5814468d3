/** A broker that owns the database and the log’s own key, and cuts, forks or rolls back its log: each is caught by someone named. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { describe, it } from 'mocha'
import { readCheckpoint, signCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { leafHash } from '#gateway/core/log/tree.ts'
import { printWitnessRequest } from '#gateway/core/log/witness.ts'
import type { WitnessOutcome } from '#gateway/core/log/witness.ts'
import { codeOf } from '#test/support/problem-code.ts'
import { consistencyIn, rootIn } from '#gateway/rooms/log-proofs.ts'
import { checkOwnLog } from '#gateway/rooms/check-log.ts'
import { checkpointIfDue, publishedSize } from '#gateway/rooms/publish.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { aLogWorld, aNoteSigner, aWitness, openLogTables, ORIGIN } from '#test/support/log-world.ts'
import type { LogWorld } from '#test/support/log-world.ts'
import { aPublishedLog, entries, publish, witnessOf } from '#test/support/published-log.ts'

/** What a log with the same key but other entries asks of a witness that holds `from`. */
async function evilRequest(
  { deps }: LogWorld,
  leaves: readonly string[],
  { from, size = leaves.length }: { readonly from: number; readonly size?: number },
): Promise<string> {
  const store = await openLogTables()
  await store.transaction(async ({ log }) => {
    for (const leaf of leaves) await log.append(leaf)
  })
  const { log } = store.read
  const checkpoint = await signCheckpoint({ size, root: await rootIn(log, size) }, deps.publication.signer)
  const proof = from <= size ? await consistencyIn(log, from, size) : []
  return printWitnessRequest({ from, proof, checkpoint })
}

const statusOf = (outcome: WitnessOutcome): number => (outcome.kind === 'accepted' ? 200 : outcome.status)

describe('H087 a broker with the database and the key of the log', () => {
  it('H087 cuts the last ten entries and signs anew: the witness answers 409', async () => {
    const world = await aPublishedLog(30)
    for (const from of [20, 30, 0]) {
      const outcome = witnessOf(world).judge(await evilRequest(world, entries(0, 20), { from }))
      assert.equal(statusOf(outcome), 409)
      assert.equal(outcome.kind === 'refused' ? outcome.problem : '', 'log-rolled-back')
    }
    assert.equal(witnessOf(world).held().size, 30)
  })

  it('H087 cuts, lets other entries grow, signs anew: the witness answers 422 and holds both checkpoints', async () => {
    const world = await aPublishedLog(30)
    const evil = [...entries(0, 20), ...entries(100, 140)]
    const outcome = witnessOf(world).judge(await evilRequest(world, evil, { from: 30 }))
    assert.equal(statusOf(outcome), 422)
    assert.ok(outcome.kind === 'refused' && outcome.evidence !== undefined)
    assert.equal(outcome.problem, 'log-forked')
  })

  it('H087 shows two logs of one size: the witness answers 409, and the two signed checkpoints prove the fork to anybody', async () => {
    const world = await aPublishedLog(30)
    const evil = [...entries(0, 20), ...entries(100, 110)]
    const outcome = witnessOf(world).judge(await evilRequest(world, evil, { from: 30 }))
    assert.equal(statusOf(outcome), 409)
    assert.ok(outcome.kind === 'refused' && outcome.evidence !== undefined)
    const [held, offered] = [outcome.evidence.held, outcome.evidence.offered].map(readCheckpoint)
    assert.equal(held?.size, offered?.size)
    assert.notDeepEqual(held?.root, offered?.root)
  })

  it('H087 shows an old checkpoint again: the witness answers 409', async () => {
    const world = await aLogWorld()
    await world.append(...entries(0, 5))
    await publish(world)
    const old = witnessOf(world).held().checkpoint
    await world.append(...entries(5, 9))
    await publish(world)
    assert.equal(witnessOf(world).held().size, 9)
    const replayed = printWitnessRequest({ from: 0, proof: [], checkpoint: old })
    assert.equal(statusOf(witnessOf(world).judge(replayed)), 409)
  })

  it('H087 edits the size of a signed checkpoint: the witness answers 403', async () => {
    const world = await aPublishedLog(5)
    const request = await evilRequest(world, entries(0, 9), { from: 5 })
    assert.equal(statusOf(witnessOf(world).judge(request.replace('\n9\n', '\n99\n'))), 403)
  })

  it('H087 signs with a key that is not the log’s: the witness answers 403', async () => {
    const world = await aPublishedLog(5)
    const stranger = {
      ...world,
      deps: { ...world.deps, publication: { ...world.deps.publication, signer: aNoteSigner(ORIGIN) } },
    }
    assert.equal(statusOf(witnessOf(world).judge(await evilRequest(stranger, entries(0, 9), { from: 5 }))), 403)
  })

  it('H087 sends what is no request: the witness answers 400 and holds what it held', async () => {
    const world = await aPublishedLog(5)
    const sound = await evilRequest(world, entries(0, 9), { from: 5 })
    for (const body of [
      '',
      'old\n\n',
      sound.slice(0, 60),
      sound.replace('old 5', 'old 05'),
      `x${sound}`,
      'old 0\n\nx\n\ny\n',
    ])
      assert.equal(statusOf(witnessOf(world).judge(body)), 400)
    assert.equal(witnessOf(world).held().size, 5)
    assert.equal(statusOf(witnessOf(world).judge(sound)), 200)
  })

  it('H087 asks from a size the witness does not hold: it answers 409 with the one it does', async () => {
    const world = await aPublishedLog(5)
    const outcome = witnessOf(world).judge(await evilRequest(world, entries(0, 9), { from: 3 }))
    assert.deepEqual(outcome, { kind: 'ask-again', status: 409, from: 5 })
  })

  it('H087 cosigns for a witness with a key of its own: it does not count', async () => {
    const world = await aLogWorld()
    await world.append(...entries(0, 3))
    await checkpointIfDue(world.deps)
    const impostor = aWitness(witnessOf(world).signer.key.name, world.deps.publication.signer)
    assert.equal(await impostor.round(world.deps), 'cosignature-invalid')
    assert.equal(await publishedSize(world.log), 0)
  })

  it('H087 gets past no witness, whatever it mutates of a sound request', async () => {
    const world = await aPublishedLog(21)
    const sound = await evilRequest(world, entries(0, 34), { from: 21 })
    const at = fc.nat({ max: sound.length - 1 })
    fc.assert(
      fc.property(at, fc.integer({ min: 32, max: 126 }), (place, code) => {
        const body = sound.slice(0, place) + String.fromCodePoint(code) + sound.slice(place + 1)
        // Judging the sound one would move the witness, and all that follow would be stale.
        assert.ok(body === sound || witnessOf(world).judge(body).kind !== 'accepted', body)
      }),
      { numRuns: lawRuns(1_000) },
    )
  })

  it('H087 the ‘append only’ of leaves: one index is never given twice', async () => {
    const { deps, log } = await aLogWorld()
    const given = await Promise.all(
      Array.from({ length: 50 }, () => deps.store.transaction((tx) => tx.log.append('same'))),
    )
    assert.deepEqual(
      given.toSorted((a, b) => a - b),
      Array.from({ length: 50 }, (_, at) => at),
    )
    assert.equal(await log.size(), 50)
  })
})

describe('H088 a log restored from yesterday', () => {
  it('H088 is not the one whose head was kept: the start is refused, with an alarm', async () => {
    const today = await aPublishedLog(30)
    const yesterday = await openLogTables()
    await yesterday.transaction(async ({ log }) => {
      for (const leaf of entries(0, 20)) await log.append(leaf)
    })
    assert.equal(codeOf(await checkOwnLog({ ...today.deps, store: yesterday })), 'log-rolled-back')
    assert.deepEqual(today.alarms, ['the log is not the one that was cosigned'])
  })

  it('H088 and grown past it since, is refused as forked', async () => {
    const today = await aPublishedLog(30)
    const yesterday = await openLogTables()
    await yesterday.transaction(async ({ log }) => {
      for (const leaf of [...entries(0, 20), ...entries(200, 230)]) await log.append(leaf)
    })
    assert.equal(codeOf(await checkOwnLog({ ...today.deps, store: yesterday })), 'log-forked')
  })

  it('H088 is noticed by a head that a witness holds, where the kept one is of yesterday too', async () => {
    const today = await aPublishedLog(30)
    const held = witnessOf(today).held().checkpoint
    const yesterday = await openLogTables()
    const nothingKept = { read: async () => undefined, keep: async () => {} }
    const deps = {
      ...today.deps,
      store: yesterday,
      publication: { ...today.deps.publication, heads: nothingKept },
    }
    assert.equal(codeOf(await checkOwnLog(deps)), 'ok')
    assert.equal(codeOf(await checkOwnLog(deps, [held])), 'log-rolled-back')
  })

  it('H088 is noticed by the first witness that asks', async () => {
    const today = await aPublishedLog(30)
    const yesterday = await aLogWorld({ signer: today.deps.publication.signer })
    await yesterday.append(...entries(0, 20))
    await checkpointIfDue(yesterday.deps)
    assert.equal(await witnessOf(today).round(yesterday.deps), 'log-rolled-back')
    assert.deepEqual(yesterday.alarms, ['a witness holds more of the log than there is'])
  })

  it('H088 with a head of another key beside it, is refused', async () => {
    const { deps } = await aPublishedLog(3)
    const foreign = await signCheckpoint({ size: 1, root: leafHash('x') }, aNoteSigner(ORIGIN))
    assert.equal(codeOf(await checkOwnLog(deps, [foreign])), 'checkpoint-unsigned')
    assert.equal(codeOf(await checkOwnLog(deps, ['no note'])), 'checkpoint-unsigned')
  })

  it('H088 is told from the log of today, which may start', async () => {
    const world = await aPublishedLog(30)
    await world.append(...entries(30, 33))
    assert.equal(codeOf(await checkOwnLog(world.deps, [witnessOf(world).held().checkpoint])), 'ok')
  })
})
