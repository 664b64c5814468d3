/** A broker that owns the database and the log's own key, and cuts, forks, rolls back, hides and swaps: each is caught by someone named. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, it } from 'mocha'
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { readCheckpoint, signCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { cosign } from '#gateway/core/log/cosignature.ts'
import { printDisclosure, verifyDelivery } from '#gateway/core/log/evidence.ts'
import type { Received } from '#gateway/core/log/evidence.ts'
import { commitTo, makeLeaf, SALT_BYTES } from '#gateway/core/log/leaf.ts'
import { readNote, WITNESS_KEY } from '#gateway/core/log/note.ts'
import { verifyReceipt } from '#gateway/core/log/receipt.ts'
import { leafHash } from '#gateway/core/log/tree.ts'
import { printWitnessRequest } from '#gateway/core/log/witness.ts'
import type { WitnessOutcome } from '#gateway/core/log/witness.ts'
import { codeOf } from '#test/support/problem-code.ts'
import { consistencyIn, rootIn } from '#gateway/rooms/log-proofs.ts'
import { checkOwnLog } from '#gateway/rooms/check-log.ts'
import { checkpointIfDue, publicationStanding, publishedSize, receiptFor } from '#gateway/rooms/publish.ts'
import { stampIfDue, stampStanding } from '#gateway/rooms/stamp-log.ts'
import type { StampDeps } from '#gateway/rooms/stamp-log.ts'
import { DEFAULT_GRACE, stampState } from '#gateway/core/log/grace.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { aLogWorld, aNoteSigner, aWitness, LOG_TIME, openLogTables, ORIGIN } from '#test/support/log-world.ts'
import type { LogWorld, TestWitness } from '#test/support/log-world.ts'

const HOUR_MS = 3_600_000
const entry = (n: number): string => `entry ${n}`
const entries = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, at) => entry(from + at))

/** A log of so many entries, published. */
async function aPublishedLog(count: number): Promise<LogWorld> {
  const world = await aLogWorld()
  await world.append(...entries(0, count))
  await publish(world)
  return world
}

async function publish(world: LogWorld): Promise<void> {
  world.wait(10_000)
  assert.equal(await checkpointIfDue(world.deps), 'proposed')
  for (const witness of world.witnesses.slice(0, 2)) await witness.round(world.deps)
}

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
const witnessOf = ({ witnesses }: LogWorld): TestWitness => {
  const [first] = witnesses
  assert.ok(first !== undefined)
  return first
}

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

/** A delivery whose entry is in the log. */
async function aDelivery(world: LogWorld, n: number): Promise<{ readonly received: Received; readonly index: number }> {
  const salt = randomBytes(SALT_BYTES)
  const digest = createHash('sha256').update(`content ${n}`).digest('hex')
  const named = { delivery: `delivery-${n}`, recipient: 'pairs-social-worker', digest }
  const body = printDisclosure({ ...named, kept: commitTo(randomBytes(SALT_BYTES), 'the audit event') })
  const secret = Buffer.alloc(32, 3)
  const leaf = makeLeaf({ at: LOG_TIME, act: 'delivery-sealed', secret, caseId: 'case-1', salt, body })
  const index = await world.deps.store.transaction(({ log }) => log.append(leaf))
  const evidence = { leaf, salt: salt.toString('base64url'), body }
  return { received: { ...named, evidence, receipt: undefined }, index }
}

describe('H089 a delivery', () => {
  const judged = (world: LogWorld, received: Received): string =>
    codeOf(verifyDelivery(received, world.trust, verifyEd25519))

  it('H089 without a receipt is refused, and with its own is accepted', async () => {
    const world = await aLogWorld()
    const { received, index } = await aDelivery(world, 1)
    assert.equal(judged(world, received), 'receipt-missing')
    await publish(world)
    const receipt = await receiptFor(world.log, index)
    assert.ok(receipt.ok)
    assert.equal(judged(world, { ...received, receipt: receipt.value }), 'ok')
  })

  it('H089 with the receipt of another delivery is refused, and so is one with the leaf of another', async () => {
    const world = await aLogWorld()
    const [one, two] = [await aDelivery(world, 1), await aDelivery(world, 2)]
    await publish(world)
    const receipt = await receiptFor(world.log, two.index)
    assert.ok(receipt.ok)
    assert.equal(judged(world, { ...one.received, receipt: receipt.value }), 'receipt-of-another')
    const swapped = { ...one.received, evidence: two.received.evidence, receipt: receipt.value }
    assert.equal(judged(world, swapped), 'evidence-mismatch')
  })

  it('H089 whose content, recipient or id is not the logged one is refused', async () => {
    const world = await aLogWorld()
    const { received, index } = await aDelivery(world, 1)
    await publish(world)
    const receipt = await receiptFor(world.log, index)
    assert.ok(receipt.ok)
    const whole = { ...received, receipt: receipt.value }
    for (const change of [
      { digest: 'f'.repeat(64) },
      { recipient: 'someone-else' },
      { delivery: 'delivery-2' },
      { evidence: { ...whole.evidence, body: whole.evidence.body.replace('pairs', 'pares') } },
      { evidence: { ...whole.evidence, salt: Buffer.alloc(32).toString('base64url') } },
      { evidence: { ...whole.evidence, leaf: whole.evidence.leaf.replace('sealed', 'seated') } },
    ])
      assert.notEqual(judged(world, { ...whole, ...change }), 'ok', JSON.stringify(change))
    assert.equal(judged(world, whole), 'ok')
  })

  it('H089 from a checkpoint that nobody, one witness, or one witness twice cosigned is refused', async () => {
    const world = await aLogWorld()
    const { received } = await aDelivery(world, 1)
    await checkpointIfDue(world.deps)
    const waiting = await world.log.waiting()
    assert.ok(waiting !== undefined)
    const text = readNote(waiting.note)?.text ?? ''
    const line = (at: number): Promise<string> => cosign(text, witnessOf(world).signer, at)
    const stranger = await cosign(text, aNoteSigner('s.test/witness', WITNESS_KEY), 5)
    const head = 'c2sp.org/tlog-proof@v1\nindex 0\n\n' + waiting.note
    for (const receipt of [
      head,
      head + (await line(5)),
      head + (await line(5)) + (await line(6)),
      head + (await line(5)) + stranger,
    ])
      assert.equal(judged(world, { ...received, receipt }), 'checkpoint-unwitnessed')
    // Whoever lowers the quorum to nothing still needs one witness.
    const careless = { ...world.trust, quorum: 0 }
    assert.equal(
      codeOf(verifyDelivery({ ...received, receipt: head }, careless, verifyEd25519)),
      'checkpoint-unwitnessed',
    )
  })

  it('H089 under another log’s key is refused', async () => {
    const world = await aLogWorld()
    const { received, index } = await aDelivery(world, 1)
    await publish(world)
    const receipt = await receiptFor(world.log, index)
    assert.ok(receipt.ok)
    const trust = { ...world.trust, log: aNoteSigner(ORIGIN).key }
    const refused = verifyDelivery({ ...received, receipt: receipt.value }, trust, verifyEd25519)
    assert.equal(codeOf(refused), 'checkpoint-unsigned')
  })

  it('H089 is refused under every change of one character of its receipt', async () => {
    const world = await aPublishedLog(12)
    const receipt = await receiptFor(world.log, 4)
    assert.ok(receipt.ok)
    const text = receipt.value
    assert.equal(codeOf(verifyReceipt({ leaf: entry(4), receipt: text }, world.trust, verifyEd25519)), 'ok')
    for (let at = 0; at < text.length; at += 1) {
      const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
      const judgedAs = codeOf(verifyReceipt({ leaf: entry(4), receipt: changed }, world.trust, verifyEd25519))
      assert.notEqual(judgedAs, 'ok', `character ${at}`)
    }
  })
})

describe('H132 the time-stamping authority', () => {
  const LEAF = { at: LOG_TIME, act: 'x', secret: Buffer.alloc(32), caseId: '', salt: Buffer.alloc(32), body: '' }

  /** A log stamped once, with an entry since, before an authority that answers or does not. */
  async function aStampedLog(
    then: 'answers' | 'is-away',
  ): Promise<{ readonly world: LogWorld; readonly deps: StampDeps }> {
    const world = await aPublishedLog(3)
    let isAway = false
    const stamp: StampDeps['timeStamps']['stamp'] = async () => {
      if (isAway) throw new Error('no answer')
      return { ok: true, value: { token: Uint8Array.of(1), at: world.deps.clock() } }
    }
    const deps = { ...world.deps, timeStamps: { stamp }, grace: DEFAULT_GRACE }
    assert.equal(await stampIfDue(deps), 'stamped')
    await world.append(makeLeaf(LEAF))
    await publish(world)
    isAway = then === 'is-away'
    return { world, deps }
  }

  it('H132 away for 71 h: a warning, and forwarding goes on; away for 73 h: it stops', async () => {
    const { world, deps } = await aStampedLog('is-away')
    world.wait(23 * HOUR_MS)
    assert.equal(await stampIfDue(deps), 'failed')
    assert.deepEqual(await stampStanding(deps), { ok: true, value: 'in-time' })
    world.wait(48 * HOUR_MS)
    assert.deepEqual(await stampStanding(deps), { ok: true, value: 'late' })
    world.wait(2 * HOUR_MS)
    assert.equal(codeOf(await stampStanding(deps)), 'timestamp-overdue')
  })

  it('H132 back again: forwarding goes on by itself', async () => {
    const { world, deps } = await aStampedLog('answers')
    world.wait(80 * HOUR_MS)
    assert.equal(codeOf(await stampStanding(deps)), 'timestamp-overdue')
    assert.equal(await stampIfDue(deps), 'stamped')
    assert.equal(codeOf(await stampStanding(deps)), 'ok')
    assert.equal(await stampIfDue(deps), 'not-due')
  })

  it('H132 that has never stamped: the time counts from the first entry', async () => {
    const world = await aPublishedLog(1)
    const fresh = await aLogWorld()
    await fresh.append(makeLeaf(LEAF))
    const deps = { ...fresh.deps, grace: DEFAULT_GRACE }
    assert.equal(codeOf(await stampStanding(deps)), 'ok')
    fresh.wait(73 * HOUR_MS)
    assert.equal(codeOf(await stampStanding(deps)), 'timestamp-overdue')
    // Entries that cannot be read close at once.
    assert.equal(codeOf(await stampStanding({ ...world.deps, grace: DEFAULT_GRACE })), 'timestamp-overdue')
  })

  for (const [name, hours, expected] of [
    ['just stamped', 0, 'in-time'],
    ['24 h', 24, 'in-time'],
    ['25 h', 25, 'late'],
    ['71 h', 71, 'late'],
    ['72 h', 72, 'late'],
    ['73 h', 73, 'overdue'],
    ['a stamp half an hour ahead of the clock', -0.5, 'in-time'],
    ['a stamp two hours ahead of the clock', -2, 'overdue'],
    ['no time at all', Number.NaN, 'overdue'],
  ] as const)
    it(`H132 ${name}: ${expected}`, () =>
      assert.equal(stampState(LOG_TIME, LOG_TIME + hours * HOUR_MS, DEFAULT_GRACE), expected))
})

describe('H133 witnesses that do not answer', () => {
  it('H133 hold back publication; deliveries wait, there is an alarm, and it goes on by itself when they are back', async () => {
    const world = await aLogWorld()
    await world.append(...entries(0, 4))
    await checkpointIfDue(world.deps)
    const [one, two] = world.witnesses
    assert.equal(await one?.round(world.deps), 'kept')
    assert.equal(codeOf(await publicationStanding(world.deps)), 'ok')
    world.wait(61_000)
    assert.equal(codeOf(await publicationStanding(world.deps)), 'witnesses-silent')
    assert.deepEqual(world.alarms, ['the log waits for its witnesses; deliveries wait with it'])
    assert.equal(await publishedSize(world.log), 0)
    assert.equal(codeOf(await receiptFor(world.log, 0)), 'witnesses-silent')
    assert.equal(world.kept(), undefined)
    // Work goes on being logged, and no second checkpoint pushes the first aside.
    await world.append(...entries(4, 600))
    assert.equal(await checkpointIfDue(world.deps), 'not-due')
    assert.equal(await two?.round(world.deps), 'published')
    assert.equal(await publishedSize(world.log), 4)
    assert.equal(codeOf(await receiptFor(world.log, 3)), 'ok')
    assert.equal(codeOf(await receiptFor(world.log, 4)), 'witnesses-silent')
    assert.equal(await checkpointIfDue(world.deps), 'proposed')
    assert.equal(codeOf(await publicationStanding(world.deps)), 'ok')
  })

  it('H133 are not made up for by one that answers twice', async () => {
    const world = await aLogWorld()
    await world.append(entry(0))
    await checkpointIfDue(world.deps)
    const [one] = world.witnesses
    for (let round = 0; round < 3; round += 1) assert.equal(await one?.round(world.deps), 'kept')
    assert.equal((await world.log.waiting())?.cosignatures.length, 1)
    assert.equal(await publishedSize(world.log), 0)
  })

  it('H133 that leave the network no longer count for what they cosigned', async () => {
    const world = await aLogWorld()
    await world.append(entry(0))
    await checkpointIfDue(world.deps)
    const [one, two, three] = world.witnesses
    await one?.round(world.deps)
    const left = world.trust.witnesses.slice(1)
    const deps = {
      ...world.deps,
      publication: {
        ...world.deps.publication,
        witnesses: { ...world.deps.publication.witnesses, keys: () => left },
      },
    }
    assert.equal(await two?.round(deps), 'kept')
    assert.equal(await three?.round(deps), 'published')
  })
})
