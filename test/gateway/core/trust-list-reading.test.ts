/** The trust list is read strictly: nothing unknown, nothing twice, no key under a name that is not its own. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { before, describe, it } from 'mocha'
import { printInstant } from '#policies/language/instant.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import type { TrustListText } from '#gateway/core/trust-list/list.ts'
import { printSigned, readSignedTrustList, toProposal } from '#gateway/core/trust-list/signed.ts'
import { aKey, uriOf } from '#test/support/certificates.ts'
import { aListWorld, aWitnessKey, officersText, read, signedBy, verdictOn } from '#test/support/trust-list.ts'
import type { ListWorld } from '#test/support/trust-list.ts'

const AT = Date.parse('2026-11-21T09:00:00Z')
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('a trust list', () => {
  let ana: ListWorld['ana']
  let ben: ListWorld['ben']
  let first: ListWorld['first']
  let body: ListWorld['body']
  let key: ListWorld['key']
  let next: ListWorld['next']
  let firstKey: ListWorld['firstKey']
  before(async () => {
    ;({ ana, ben, first, body, key, next, firstKey } = await aListWorld(AT))
  })

  describe('is read strictly', () => {
    const refusalOf = (list: object): string => {
      const text = printSigned(Buffer.from(canonicalise(list)).toString('base64url'), [])
      const result = readSignedTrustList(text)
      return result.ok ? 'read' : result.problem.code
    }

    it('H026 refuses two keys with one kid, in any two places', async () => {
      const twin = { ...firstKey(), use: 'assert' as const }
      assert.equal(refusalOf(next({ gateway: { ...body.gateway, keys: [firstKey()] } })), 'trust-list-kid-repeated')
      assert.equal(
        refusalOf(next({ mandates: [{ id: 'pairs-mediator', organisation: 'pairs-paris', keys: [twin] }] })),
        'trust-list-kid-repeated',
      )
      const asOfficer = officersText([ana, { id: 'mole', key }], AT)
      assert.equal(refusalOf(next({ officers: asOfficer })), 'trust-list-kid-repeated')
    })

    it('H026 refuses another spelling of a coordinate, which would be one key under two thumbprints', async () => {
      const { listedThumbprint } = await import('#gateway/core/trust-list/list.ts')
      const { jwk, ...entry } = firstKey()
      assert.ok(jwk.kty === 'EC')
      const last = BASE64URL.indexOf(jwk.x.at(-1) ?? '')
      for (const stray of [1, 2, 3]) {
        const twin: typeof jwk = { ...jwk, x: `${jwk.x.slice(0, -1)}${BASE64URL[last + stray] ?? ''}` }
        assert.deepEqual(Buffer.from(twin.x, 'base64url'), Buffer.from(jwk.x, 'base64url'))
        const listed = { ...entry, jwk: twin, kid: listedThumbprint(twin) }
        assert.equal(refusalOf(next({ gateway: { ...body.gateway, keys: [listed] } })), 'trust-list-malformed')
      }
    })

    it('H026 refuses a kid that is not the thumbprint of its key', async () => {
      const other = await aKey('sign')
      const swapped = { ...firstKey(), jwk: other.jwk }
      assert.equal(refusalOf(next({ gateway: { ...body.gateway, keys: [swapped] } })), 'trust-list-kid-wrong')
    })

    const REFUSED: readonly (readonly [string, (list: TrustListText) => object])[] = [
      ['a member that it does not know', (list) => ({ ...list, extra: true })],
      ['a version of zero', (list) => ({ ...list, version: 0 })],
      ['a version of more digits than a kept list has', (list) => ({ ...list, version: 10_000_000_000 })],
      ['a fraction of a version', (list) => ({ ...list, version: 1.5 })],
      ['no prev after the first', ({ prev: _prev, ...list }) => list],
      ['a day instead of a time', (list) => ({ ...list, issued: '2026-11-21' })],
      [
        'an organisation twice',
        (list) => ({
          ...list,
          organisations: [...list.organisations, ...list.organisations.map((one) => ({ ...one, keys: [] }))],
        }),
      ],
      [
        'an algorithm that is none of the key',
        (list) => ({ ...list, gateway: { ...list.gateway, keys: [{ ...firstKey(), alg: 'HS256' }] } }),
      ],
      [
        'a private key',
        (list) => ({
          ...list,
          gateway: { ...list.gateway, keys: [{ ...firstKey(), jwk: { ...firstKey().jwk, d: 'A'.repeat(43) } }] },
        }),
      ],
      [
        'a revocation without a reason',
        (list) => ({ ...list, gateway: { ...list.gateway, keys: [{ ...firstKey(), revokedAt: printInstant(AT) }] } }),
      ],
      [
        'one witness under two names',
        (list) => ({
          ...list,
          organisations: [
            ...list.organisations,
            { ...list.organisations[0], id: 'other', uri: uriOf('other'), keys: [], witnessKey: aWitnessKey('v') },
          ],
        }),
      ],
      [
        'the key of a log for that of a witness',
        (list) => ({ ...list, gateway: { ...list.gateway, logKey: aWitnessKey('log') } }),
      ],
      [
        'a witness key that is none',
        (list) => ({ ...list, gateway: { ...list.gateway, logKey: 'log+00000000+AAAA' } }),
      ],
    ]
    for (const [name, change] of REFUSED)
      it(`refuses ${name}`, () => assert.equal(refusalOf(change(next())), 'trust-list-malformed'))

    it('refuses what is not general JWS, and a name that stands twice', () => {
      const { payload } = read(toProposal(next()))
      for (const text of [
        '',
        '[]',
        '{}',
        `{"payload":"${payload}","payload":"${payload}","signatures":[]}`,
        `{"payload":"${payload}","signatures":[],"header":{}}`,
        `{"payload":"!","signatures":[]}`,
      ]) {
        const result = readSignedTrustList(text)
        assert.equal(result.ok ? 'read' : result.problem.code, 'trust-list-malformed', text.slice(0, 40))
      }
    })

    it('takes keys of algorithms that are not in use yet, as data (D30)', async () => {
      const jwk = { kty: 'AKP' as const, alg: 'ML-DSA-65', pub: 'AAAA' }
      const { listedThumbprint } = await import('#gateway/core/trust-list/list.ts')
      const future = { ...firstKey(), kid: listedThumbprint(jwk), alg: 'ML-DSA-65', jwk }
      assert.equal(refusalOf(next({ gateway: { ...body.gateway, keys: [future] } })), 'read')
      assert.equal(
        refusalOf(next({ gateway: { ...body.gateway, keys: [{ ...future, alg: 'ML-DSA-44' }] } })),
        'trust-list-malformed',
      )
    })

    it('no change of one character of a signed list is taken', async () => {
      const text = await signedBy([ana, ben], next())
      await fc.assert(
        fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom('A', 'x', '0', '"', '-'), async (at, character) => {
          const changed = `${text.slice(0, at)}${character}${text.slice(at + 1)}`
          const same = changed === text || canonicalise(safeParse(changed)) === canonicalise(JSON.parse(text))
          assert.ok(same || (await verdictOn(changed, first, AT)) !== 'verified')
        }),
        { numRuns: 200 },
      )
    })
  })
})

/** The value of a text, or the text where it is none. */
function safeParse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return text
  }
}
