/** What an issuer cannot conceal, and what it conceals when there is nothing to say. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { conceal, hidden, value } from '#gateway/core/sd-jwt/conceal.ts'
import type { ClaimNode, Concealed } from '#gateway/core/sd-jwt/conceal.ts'
import { headOf, tailOf } from '#gateway/core/sd-jwt/disclosure.ts'
import { saltsFrom } from '#test/support/sd-jwt.ts'

const concealed = (list: ClaimNode): Concealed =>
  conceal({ kind: 'object', members: { list } }, saltsFrom('salts of the edges'))

describe('an issuer', () => {
  it('throws for an open element among decoys, which would tell how many are real', () => {
    const elements = [hidden(value(1)), value(2)]
    assert.throws(() => concealed({ kind: 'array', elements, capacity: 4 }), /an element is open in a padded array/)
    assert.match(concealed({ kind: 'array', elements }).payload, /^\{"list":\[\{"\.\.\.":"[\w-]{43}"\},2\],/)
  })

  it('writes an array without elements and without room for any as an empty one', () => {
    assert.equal(concealed({ kind: 'array', elements: [], capacity: 0 }).payload, '{"list":[],"_sd_alg":"sha-256"}')
  })

  it('fills an array without elements with as many decoys as it has room for', () => {
    const { payload, disclosures } = concealed({ kind: 'array', elements: [], capacity: 3 })
    assert.equal(payload.match(/"\.\.\."/g)?.length, 3)
    assert.deepEqual(disclosures, [])
  })

  it('law: salt and claim, encoded apart, are the disclosure encoded whole, whatever they say', () => {
    const aSalt = fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((bytes) => Buffer.from(bytes).toString('base64url'))
    const aName = fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined })
    fc.assert(
      fc.property(aSalt, aName, fc.jsonValue(), (salt, name, of) => {
        const parts = name === undefined ? [salt, of] : [salt, name, of]
        const apart = headOf(salt) + tailOf(name === undefined ? undefined : JSON.stringify(name), JSON.stringify(of))
        assert.equal(apart, Buffer.from(JSON.stringify(parts)).toString('base64url'))
      }),
    )
  })

  it('throws for a salt of another length than 128 bits have, for it could not be encoded apart', () => {
    for (const salt of ['', 'a'.repeat(21), 'a'.repeat(23)])
      assert.throws(() => conceal({ kind: 'object', members: { a: hidden(value(1)) } }, () => salt), /22 characters/)
  })

  it('throws for what is hidden twice, for there is nothing between to hide it in', () => {
    assert.throws(() => concealed(hidden(hidden(value(1)))), /only a member or an element can be hidden/)
  })
})
