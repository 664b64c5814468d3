/** Sent again: what counts as the same, and what is refused for half being the same. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { repeatOf, repeatOfMessage } from '#gateway/rooms/repeat.ts'
import type { Acceptance, StoredMessage } from '#gateway/ports/stored.ts'
import { aStored, anAcceptance } from '#test/contract/stored-things.ts'
import { aSeat } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

const answerOf = (result: Awaited<ReturnType<typeof repeatOf>>): string | undefined => {
  if (result === undefined) return undefined
  return result.ok ? result.value.receipt : result.problem.code
}

describe('a repeat', () => {
  let seat: Seat
  const stored: StoredMessage = aStored()
  const first: Acceptance = anAcceptance(stored, { receipt: 'the first receipt' })
  before(async () => {
    seat = await aSeat()
    await seat.store.transaction((tx) => tx.messages.accept(first, stored))
  })
  after(() => seat[Symbol.asyncDispose]())

  const anew = { jti: randomUUID(), idempotencyKey: randomUUID() }
  const other = 'f'.repeat(64)
  const SENT: readonly { readonly name: string; readonly again: Partial<Acceptance>; readonly answer?: string }[] = [
    { name: 'refuses a key around another body', again: { bodyDigest: other }, answer: 'idempotency-key-reused' },
    {
      name: 'refuses a message id around other content',
      again: { idempotencyKey: anew.idempotencyKey, messageDigest: other },
      answer: 'submission-repeated',
    },
    { name: 'answers the same key and body with the first receipt', again: {}, answer: 'the first receipt' },
    {
      name: 'answers the same message under another key with the first receipt',
      again: { idempotencyKey: anew.idempotencyKey, bodyDigest: other },
      answer: 'the first receipt',
    },
    { name: 'knows nothing of what is new', again: anew },
  ]
  for (const { name, again, answer } of SENT)
    it(name, async () => {
      assert.equal(answerOf(await repeatOf(seat.store.read, { ...first, ...again })), answer)
    })

  const READ: readonly { readonly name: string; readonly payload: unknown; readonly answer?: string }[] = [
    { name: 'no object', payload: 'text' },
    { name: 'null', payload: null },
    { name: 'no message id', payload: {} },
    { name: 'a message id that is no text', payload: { jti: 7 } },
    { name: 'a message id that is new', payload: { jti: anew.jti } },
    { name: 'the message id of another content', payload: { jti: stored.jti }, answer: 'submission-repeated' },
  ]
  for (const { name, payload, answer } of READ)
    it(`says ${answer ?? 'nothing'} of a payload with ${name}`, async () => {
      const verified = { payload, messageDigest: other }
      assert.equal(answerOf(await repeatOfMessage(seat.store.read, { id: first.issuer }, verified)), answer)
    })
})
