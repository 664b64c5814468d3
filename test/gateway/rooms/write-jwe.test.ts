/** The writer of envelopes against a reader that is not ours. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compactDecrypt } from 'jose'
import { before, describe, it } from 'mocha'
import { PARCEL_ENVELOPE, readCompactJwe } from '#gateway/core/jose-headers.ts'
import { recipientOf, writeJwe } from '#gateway/rooms/write-jwe.ts'
import { aKey } from '#test/support/certificates.ts'
import type { TestKey } from '#test/support/certificates.ts'
import { headerOf } from '#test/support/envelopes.ts'
import { samples } from '#test/support/samples.ts'

describe('writeJwe', () => {
  let recipient: TestKey
  before(async () => {
    recipient = await aKey('seal')
  })
  const write = (plaintext: Uint8Array): string =>
    writeJwe({ plaintext, rule: PARCEL_ENVELOPE, kid: recipient.kid, recipient: recipientOf(recipient.jwk) })

  it('law: jose opens what was written as what it was, and our own reader takes its form', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (plaintext) => {
        const jwe = write(plaintext)
        const opened = await compactDecrypt(jwe, recipient.key)
        assert.deepEqual(Buffer.from(opened.plaintext), Buffer.from(plaintext))
        assert.equal(readCompactJwe(jwe, PARCEL_ENVELOPE).ok, true)
      }),
      { numRuns: samples(100) },
    )
  })

  it('a text that is altered anywhere does not open', async () => {
    const parts = write(Buffer.from('secret')).split('.')
    for (const [at, part] of parts.entries()) {
      const altered = parts.with(at, `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`).join('.')
      await assert.rejects(compactDecrypt(altered, recipient.key))
    }
  })

  it('no key, nonce or ephemeral key is used twice', () => {
    const written = Array.from({ length: 50 }, () => write(Buffer.from('the same')))
    const distinct = (pick: (jwe: string) => unknown): number =>
      new Set(written.map((jwe) => JSON.stringify(pick(jwe)))).size
    assert.equal(
      distinct((jwe) => headerOf(jwe)['epk']),
      50,
    )
    for (const part of [1, 2, 3, 4])
      assert.equal(
        distinct((jwe) => jwe.split('.')[part]),
        50,
      )
  })

  it('a key that is no point of the curve is refused', () => {
    const { x, ...jwk } = recipient.jwk
    const elsewhere = `${x.startsWith('A') ? 'B' : 'A'}${x.slice(1)}`
    assert.throws(() => recipientOf({ ...jwk, x: elsewhere, y: x }))
  })
})
