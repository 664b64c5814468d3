/** A registry names each key once, by its own thumbprint. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { printInstant } from '#policies/language/instant.ts'
import { keysInForce, registrySchema, thumbprintOf } from '#gateway/core/participants.ts'
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

  it('says of keys that they are what is wrong', () => {
    const keys = [{ kid: 'k'.repeat(43), use: 'sign', jwk: keysOf(0)[0]?.jwk, from: '2026-01-01', until: '2027-01-01' }]
    const [member] = members.map(({ participant }) => participant)
    assert.ok(member !== undefined)
    const participant = { ...member, from: '2026-01-01', until: '2027-01-01', keys }
    const broker = { id: 'broker-1', uri: 'spiffe://net.test/broker/1', url: 'https://localhost' }
    const read = registrySchema.safeParse({
      network: 'net.test',
      broker,
      participants: [participant],
      edges: [],
      mandates: [],
    })
    assert.deepEqual(
      read.error?.issues.map(({ path, message }) => [path.join('/'), message]),
      [['keys', 'two keys have one kid, or a kid is not the thumbprint of its key']],
    )
  })

  it('computes the thumbprint of RFC 7638', () => {
    for (const { signKey } of members) assert.equal(thumbprintOf(signKey.jwk), signKey.kid)
  })

  it('takes the address of a member in its whole form alone', () => {
    const accepted = (uri: string): boolean => {
      const [member] = members.map(({ participant }) => participant)
      assert.ok(member !== undefined)
      const participant = {
        ...member,
        uri,
        keys: [],
        from: printInstant(member.from),
        until: printInstant(member.until),
      }
      const broker = { id: 'broker-1', uri: 'spiffe://net.test/broker/1', url: 'https://localhost' }
      const read = { network: 'net.test', broker, participants: [participant], edges: [], mandates: [] }
      return registrySchema.safeParse(read).success
    }
    assert.ok(accepted('spiffe://net.test/org/prison-paris'))
    for (const uri of [
      'xspiffe://net.test/org/a',
      'spiffe://net.test/org/a/b',
      'spiffe://net.test/org/',
      'spiffe:///org/a',
    ])
      assert.ok(!accepted(uri), uri)
  })
})

describe('keysInForce', () => {
  const jwk = { kty: 'EC', crv: 'P-256', x: '', y: '' } as const
  const KEY: PublicKeyEntry = { kid: 'k', use: 'sign', jwk, from: 10, until: 20 }
  const kids = (keys: readonly PublicKeyEntry[], at: number): readonly string[] =>
    keysInForce(keys, 'sign', at).map(({ kid }) => kid)
  it('are those of the use, from their first instant up to their last', () => {
    assert.deepEqual(
      [9, 10, 19, 20].map((at) => kids([KEY], at).length),
      [0, 1, 1, 0],
    )
    assert.deepEqual(kids([{ ...KEY, use: 'seal' }], 15), [])
  })
  it('hold no key from the instant of its revocation on', () => {
    const revoked = { ...KEY, revokedAt: 15 }
    assert.deepEqual(
      [14, 15, 16].map((at) => kids([revoked], at).length),
      [1, 0, 0],
    )
  })
  it('stand newest first', () => {
    const keys = [KEY, { ...KEY, kid: 'newest', from: 12 }, { ...KEY, kid: 'newer', from: 11 }]
    assert.deepEqual(kids(keys, 15), ['newest', 'newer', 'k'])
  })
})
