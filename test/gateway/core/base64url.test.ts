/** Base64url in its one spelling, and key sets as others read them. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { decodeBase64Url, isBase64Url } from '#gateway/core/base64url.ts'
import { readJwkSet, toJwkSet } from '#gateway/core/jwk-set.ts'
import type { SetKey } from '#gateway/core/jwk-set.ts'

describe('decodeBase64Url', () => {
  it('undoes the encoding of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.deepEqual(
          Buffer.from(decodeBase64Url(Buffer.from(bytes).toString('base64url')) ?? []),
          Buffer.from(bytes),
        )
      }),
    )
  })

  it('knows one spelling of each byte string: what it takes is what encoding gives', () => {
    const characters = fc.constantFrom(...'ABCQRZaghwxz0489-_+/= \n'.split(''))
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 9 }), (text) => {
        assert.equal(isBase64Url(text), Buffer.from(text, 'base64url').toString('base64url') === text)
      }),
      { numRuns: 5_000 },
    )
  })

  it('refuses a last line break, which a pattern may overlook', () => {
    assert.equal(isBase64Url('AAAA\n'), false)
    assert.equal(decodeBase64Url('AAA='), undefined)
  })
})

const KEY: SetKey = {
  kid: 'k'.repeat(43),
  use: 'sign',
  jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
}

describe('readJwkSet', () => {
  it('reads what toJwkSet writes', () => {
    const keys: readonly SetKey[] = [KEY, { ...KEY, kid: 's'.repeat(43), use: 'seal' }]
    assert.deepEqual(readJwkSet(toJwkSet(keys)), { ok: true, value: keys })
  })

  it('refuses the whole set for one key that is private, of another kind, without a use, or named as another', () => {
    const [entry = {}] = toJwkSet([KEY]).keys
    const hostile = [
      { ...entry, d: 'A'.repeat(43) },
      { ...entry, kty: 'oct' },
      { ...entry, use: 'enc' },
      { ...entry, alg: 'none' },
      { ...entry, kid: 1 },
      null,
    ]
    for (const key of hostile) assert.equal(readJwkSet({ keys: [key] }).ok, false)
    assert.equal(readJwkSet({ keys: [entry, entry] }).ok, false)
    for (const value of [null, [], {}, { keys: {} }, 'keys']) assert.equal(readJwkSet(value).ok, false)
  })
})
