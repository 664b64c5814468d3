/** A set of the gateway's keys as another reads it: all of it is ours, or none of it is taken. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { readJwkSet, toJwkSet } from '#gateway/core/jwk-set.ts'
import type { SetKey } from '#gateway/core/jwk-set.ts'
import { fail } from '#gateway/core/problem.ts'

const jwk = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } as const
const SIGN: SetKey = { kid: 'one', use: 'sign', jwk }
const SEAL: SetKey = { kid: 'two', use: 'seal', jwk }
const PRESENT: SetKey = { kid: 'three', use: 'present', jwk }
const PRINTED = { ...jwk, kid: 'one', use: 'sig', alg: 'ES256' }
const refused = (code: string): object => fail('key-unknown', [{ pointer: '/keys', code }])

describe('readJwkSet', () => {
  it('reads keys to sign and to seal as they are printed, in their order', () => {
    const set = toJwkSet([SEAL, SIGN])
    assert.deepEqual(set, { keys: [{ ...jwk, kid: 'two', use: 'enc', alg: 'ECDH-ES+A256KW' }, PRINTED] })
    assert.deepEqual(readJwkSet(set), { ok: true, value: [SEAL, SIGN] })
    assert.deepEqual(readJwkSet(toJwkSet([SIGN, PRESENT])), { ok: true, value: [SIGN, PRESENT] })
    assert.deepEqual(readJwkSet({ keys: [] }), { ok: true, value: [] })
  })

  for (const [name, value] of Object.entries({ nothing: undefined, null: null, 'a text': 'keys', 'no keys': {} }))
    it(`refuses ${name}`, () => assert.deepEqual(readJwkSet(value), refused('not-a-list')))
  it('refuses keys that are no list', () => assert.deepEqual(readJwkSet({ keys: PRINTED }), refused('not-a-list')))

  for (const [name, entry] of Object.entries({
    'no object': 'key',
    null: null,
    'another use': { ...PRINTED, use: 'enc' },
    'another algorithm': { ...PRINTED, alg: 'RS256' },
    'a key to seal with the algorithm to sign': { ...PRINTED, use: 'enc', alg: 'ES256' },
    'a key to sign with the algorithm to seal': { ...PRINTED, alg: 'ECDH-ES+A256KW' },
    'a use that is none': { ...PRINTED, use: undefined, alg: 'ECDH-ES+A256KW' },
    'no kid': { ...jwk, use: 'sig', alg: 'ES256' },
    'a kid that is a number': { ...PRINTED, kid: 1 },
    'a private member': { ...PRINTED, d: 'A'.repeat(43) },
  }))
    it(`refuses a whole set with an entry that has ${name}`, () =>
      assert.deepEqual(readJwkSet({ keys: [PRINTED, entry] }), refused('key-not-allowed')))

  it('refuses two keys of one kid', () =>
    assert.deepEqual(readJwkSet(toJwkSet([SIGN, { ...SEAL, kid: 'one' }])), refused('kid-repeated')))
})
