/** A broker that hands out deliveries without a receipt, or with one that is not theirs: the recipient refuses each. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, it } from 'mocha'
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { cosign } from '#gateway/core/log/cosignature.ts'
import { printDisclosure, verifyDelivery } from '#gateway/core/log/evidence.ts'
import type { Received } from '#gateway/core/log/evidence.ts'
import { commitTo, makeLeaf, SALT_BYTES } from '#gateway/core/log/leaf.ts'
import { readNote, WITNESS_KEY } from '#gateway/core/log/note.ts'
import { verifyReceipt } from '#gateway/core/log/receipt.ts'
import { codeOf } from '#test/support/problem-code.ts'
import { checkpointIfDue, receiptFor } from '#gateway/rooms/publish.ts'
import { aLogWorld, aNoteSigner, LOG_TIME, ORIGIN } from '#test/support/log-world.ts'
import type { LogWorld } from '#test/support/log-world.ts'
import { aPublishedLog, entry, publish, witnessOf } from '#test/support/published-log.ts'

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
