/** A registry names each key once, by its own thumbprint. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { printInstant } from '#policies/language/instant.ts'
import { registrySchema, thumbprintOf } from '#gateway/core/participants.ts'
import type { PublicKeyEntry } from '#gateway/core/participants.ts'
import { aMember } from '#test/support/certificates.ts'
import type { TestMember } from '#test/support/certificates.ts'
import { AT } from '#test/support/envelopes.ts'

describe('registrySchema', () => {
  let members: readonly TestMember[]
  before(async () => {
    members = await Promise.all([aMember('prison', AT), aMember('probation', AT)])
  })
  const keysOf = (at: number): readonly PublicKeyEntry[] => members[at]?.participant.keys ?? []
  const accepts = (...keys: readonly (readonly PublicKeyEntry[])[]): boolean => {
    const participants = members.map(({ participant }, at) => ({
      ...participant,
      from: printInstant(participant.from),
      until: printInstant(participant.until),
      keys: (keys[at] ?? []).map((key) => ({ ...key, from: printInstant(key.from), until: printInstant(key.until) })),
    }))
    const broker = { id: 'broker-1', uri: 'spiffe://net.test/broker/1', url: 'https://localhost' }
    return registrySchema.safeParse({ network: 'net.test', broker, participants, edges: [], mandates: [] }).success
  }

  it('takes members with a key for each use', () => assert.equal(accepts(keysOf(0), keysOf(1)), true))

  it('H026 refuses a list in which two entries have one kid, of one member or of two', () => {
    assert.equal(accepts([...keysOf(0), ...keysOf(0)], keysOf(1)), false)
    assert.equal(accepts(keysOf(0), keysOf(0)), false)
    assert.equal(accepts(keysOf(0).map((key) => ({ ...key, kid: keysOf(0)[0]?.kid ?? '' }))), false)
  })

  it('refuses a key under the name of another', () => {
    const [first, second] = keysOf(0)
    assert.ok(first !== undefined && second !== undefined)
    assert.equal(accepts([{ ...first, kid: second.kid }]), false)
    assert.equal(accepts([{ ...first, jwk: { ...first.jwk, x: second.jwk.x } }]), false)
  })

  it('computes the thumbprint of RFC 7638', () => {
    for (const { signKey } of members) assert.equal(thumbprintOf(signKey.jwk), signKey.kid)
  })
})
