/** The trust list: who may sign the next one, what it may not lose, and whose key may speak when. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { before, describe, it } from 'mocha'
import { printInstant } from '#policies/language/instant.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import type { Pinned, TrustListBody, TrustListText } from '#gateway/core/trust-list/list.ts'
import { mayVerify } from '#gateway/core/trust-list/may-verify.ts'
import { propose, revokeKey, revokeOrganisation } from '#gateway/core/trust-list/propose.ts'
import { combine, printSigned, readSignedTrustList, toProposal } from '#gateway/core/trust-list/signed.ts'
import { ageOf } from '#gateway/core/trust-list/verify.ts'
import type { VerifiedTrustList } from '#gateway/core/trust-list/verify.ts'
import { aKey, uriOf } from '#test/support/certificates.ts'
import type { TestKey } from '#test/support/certificates.ts'
import {
  aFirstList,
  anOfficer,
  aWitnessKey,
  DAY_MS,
  officersText,
  read,
  signedBy,
  someOfficers,
  verdictOn,
} from '#test/support/trust-list.ts'
import type { TestOfficer } from '#test/support/trust-list.ts'

const AT = Date.parse('2026-11-21T09:00:00Z')
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('a trust list', () => {
  let officers: readonly TestOfficer[]
  let ana: TestOfficer
  let ben: TestOfficer
  let eve: TestOfficer
  let first: VerifiedTrustList
  let body: TrustListBody
  let pinned: Pinned
  let key: TestKey

  before(async () => {
    officers = await someOfficers('ana', 'ben', 'cleo')
    ;[ana, ben] = [officer(0), officer(1)]
    eve = await anOfficer('eve')
    ;({ first, body, pinned, key } = await aFirstList(officers, AT))
  })

  const officer = (index: number): TestOfficer => {
    const found = officers[index]
    assert.ok(found !== undefined)
    return found
  }
  const next = (changes: Partial<TrustListBody> = {}): TrustListText =>
    propose(first, { ...body, ...changes }, { issued: AT })
  const verdict = async (
    list: TrustListText,
    signers: readonly TestOfficer[] = [ana, ben],
    now = AT,
  ): Promise<string> => verdictOn(await signedBy(signers, list), first, now)
  const firstKey = (): TrustListBody['gateway']['keys'][number] => {
    const found = body.organisations[0]?.keys[0]
    assert.ok(found !== undefined)
    return found
  }

  describe('is signed by enough officers', () => {
    it('H100 refuses one officer’s signature, and takes two', async () => {
      assert.equal(await verdict(next(), [ana]), 'trust-list-unsigned')
      assert.equal(await verdict(next(), []), 'trust-list-unsigned')
      assert.equal(await verdict(next(), [ana, ben]), 'verified')
    })

    it('H100 refuses an officer who signs twice, and one who stands in the list under two keys', async () => {
      assert.equal(await verdict(next(), [ana, ana]), 'trust-list-signer-repeated')
      const again = { id: 'ana', key: (await anOfficer('ana')).key }
      const twice = { ...officersText([...officers, again], AT) }
      const text = await signedBy([ana, again], next({ officers: twice }))
      assert.equal(
        await verdictOn(text, { network: pinned.network, officers: first.list.officers }, AT),
        'trust-list-unsigned',
      )
      const doubled = await signedBy([ana, ben], next({ officers: twice }))
      const taken = { ...first, list: read(doubled).list, digest: read(doubled).digest }
      const after = propose(taken, { ...body, officers: twice }, { issued: AT })
      assert.equal(await verdictOn(await signedBy([ana, again], after), taken, AT), 'trust-list-unsigned')
      assert.equal(await verdictOn(await signedBy([ana, ben], after), taken, AT), 'verified')
    })

    it('refuses a signature by nobody known, and one over other bytes', async () => {
      assert.equal(await verdict(next(), [ana, eve]), 'key-unknown')
      assert.equal(await verdict(next(), [ana, ben, eve]), 'key-unknown')
      const other = read(await signedBy([ana, ben], next({ timestamping: ['0'.repeat(64)] })))
      const swapped = printSigned(read(toProposal(next())).payload, other.signatures)
      assert.equal(await verdictOn(swapped, first, AT), 'signature-invalid')
    })

    it('verifies every signature: a good one beside a bad one is no list', async () => {
      const signed = read(await signedBy(officers, next()))
      for (const index of [0, 1, 2]) {
        const signatures = signed.signatures.map((mark, at) =>
          at === index
            ? {
                ...mark,
                signature:
                  `A${mark.signature.slice(1)}` === mark.signature
                    ? `B${mark.signature.slice(1)}`
                    : `A${mark.signature.slice(1)}`,
              }
            : mark,
        )
        assert.equal(await verdictOn(printSigned(signed.payload, signatures), first, AT), 'signature-invalid')
      }
    })

    it('believes new officers only when enough of the old ones and enough of the new ones signed', async () => {
      const [dan, fay] = await someOfficers('dan', 'fay')
      assert.ok(dan !== undefined && fay !== undefined)
      const changed = next({ officers: officersText([dan, fay], AT) })
      assert.equal(await verdict(changed, [ana, ben]), 'trust-list-unsigned')
      assert.equal(await verdict(changed, [dan, fay]), 'trust-list-unsigned')
      assert.equal(await verdict(changed, [ana, ben, dan]), 'trust-list-unsigned')
      assert.equal(await verdict(changed, [ana, ben, dan, fay]), 'verified')
    })

    it('counts no officer whose time is over when the list is issued', async () => {
      const later = AT + 400 * DAY_MS
      const renewed = propose(first, { ...body, officers: officersText(officers, later) }, { issued: later })
      assert.equal(await verdict(renewed, [ana, ben], later), 'trust-list-unsigned')
      assert.equal(
        await verdict(propose(first, body, { issued: later }), [ana, ben], later),
        'trust-list-officers-lost',
      )
    })

    it('refuses a header of another kind of signature', async () => {
      const { payload, signatures } = read(await signedBy([ana, ben], next()))
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'gw-case+jws', kid: ana.key.kid })).toString(
        'base64url',
      )
      const [mark] = signatures
      assert.ok(mark !== undefined)
      assert.equal(await verdictOn(printSigned(payload, [{ ...mark, protected: header }]), first, AT), 'header-refused')
    })
  })

  describe('follows the one before', () => {
    it('H101 refuses a lower version', async () => {
      const second = read(await signedBy([ana, ben], next()))
      const later = { list: second.list, digest: second.digest, text: '' }
      assert.equal(await verdictOn(first.text, later, AT), 'trust-list-rolled-back')
    })

    it('H100 refuses a list dated before the one in force, when an officer who has left since could sign', async () => {
      const leaving = officersText(officers, AT)
      const left = leaving.members.map((member) =>
        member.id === 'ana' ? { ...member, until: printInstant(AT) } : member,
      )
      const signers = [ana, ben, officer(2)]
      const second = read(await signedBy(signers, next({ officers: { ...leaving, members: left } })))
      const inForce = { list: second.list, digest: second.digest, text: '' }
      const dated = (issued: number): TrustListText => propose(inForce, body, { issued })
      assert.equal(await verdictOn(await signedBy([ana, ben], dated(AT - 1)), inForce, AT), 'trust-list-rolled-back')
      assert.equal(await verdictOn(await signedBy([ana, ben], dated(AT)), inForce, AT), 'trust-list-unsigned')
    })

    it('H101 refuses a wrong prev, and other content under the version in force', async () => {
      assert.equal(await verdict({ ...next(), prev: 'f'.repeat(64) }), 'trust-list-forked')
      const other = propose(undefined, { ...body, timestamping: ['1'.repeat(64)] }, { issued: AT })
      assert.equal(await verdict(other), 'trust-list-forked')
      assert.equal(await verdictOn(first.text, first, AT), 'verified')
    })

    it('may come after lists that were missed', async () => {
      assert.equal(await verdict({ ...next(), version: 7, prev: 'f'.repeat(64) }), 'verified')
    })

    it('refuses the list of another network', async () => {
      assert.equal(await verdict(next({ network: 'other.test' })), 'trust-list-foreign')
    })
  })

  describe('has its time', () => {
    it('H102 is refused when it has expired, and when it is not yet issued', async () => {
      assert.equal(await verdict(next(), [ana, ben], AT + 7 * DAY_MS), 'trust-list-expired')
      assert.equal(await verdict(next(), [ana, ben], AT + 7 * DAY_MS - 1), 'verified')
      assert.equal(await verdict(next(), [ana, ben], AT - 60_001), 'trust-list-early')
    })

    it('H102 is past half its life after three and a half days', () => {
      assert.equal(ageOf(first.list, AT + 3.5 * DAY_MS - 1), 'fresh')
      assert.equal(ageOf(first.list, AT + 3.5 * DAY_MS), 'past-half-life')
      assert.equal(ageOf(first.list, AT + 7 * DAY_MS), 'expired')
    })

    it('lives for 35 days at most', async () => {
      const text = toProposal(propose(first, body, { issued: AT, days: 36 }))
      const refused = readSignedTrustList(text)
      assert.equal(refused.ok ? '' : refused.problem.code, 'trust-list-malformed')
    })
  })

  describe('locks nobody out', () => {
    it('H103 refuses a list without officers, or with fewer than its threshold', async () => {
      const cases = [
        { threshold: 2, members: [] },
        officersText([ana], AT, 2),
        officersText(officers, AT, 4),
        officersText(officers, AT, 1),
        officersText(officers, AT, 0),
      ]
      for (const changed of cases) assert.equal(await verdict(next({ officers: changed })), 'trust-list-officers-lost')
    })

    it('H103 refuses a list that outlives all but one of its officers', async () => {
      const expires = AT + 7 * DAY_MS
      const until = (at: number): TrustListBody['officers'] => ({
        threshold: 2,
        members: officersText(officers, AT).members.map((member) =>
          member.id === 'cleo' ? member : { ...member, until: printInstant(at) },
        ),
      })
      assert.equal(await verdict(next({ officers: until(expires - 1) })), 'trust-list-officers-lost')
      assert.equal(await verdict(next({ officers: until(expires) })), 'verified')
    })

    it('H103 refuses a list without a witness quorum, or with one that its witnesses cannot reach', async () => {
      assert.equal(await verdict(next({ witnesses: { quorum: 0 } })), 'trust-list-witnesses-lost')
      assert.equal(await verdict(next({ witnesses: { quorum: 2 } })), 'trust-list-witnesses-lost')
      const out = revokeOrganisation(body, 'pairs-paris', { at: AT, reason: 'ceased' })
      assert.ok(out !== undefined)
      assert.equal(await verdict(next(out)), 'trust-list-witnesses-lost')
    })
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

  describe('passes from officer to officer', () => {
    it('gathers the signatures of copies that were signed apart', async () => {
      const [one, two] = [await signedBy([ana], next()), await signedBy([ben], next())]
      const together = combine([read(one), read(two)])
      assert.ok(together.ok)
      assert.equal(await verdictOn(together.value, first, AT), 'verified')
    })

    it('gathers nothing of copies that differ', async () => {
      const other = await signedBy([ben], next({ timestamping: ['2'.repeat(64)] }))
      assert.equal(combine([read(await signedBy([ana], next())), read(other)]).ok, false)
    })

    it('revokes a key once: the first time stays', () => {
      const { kid } = firstKey()
      const once = revokeKey(body, kid, { at: AT, reason: 'compromised' })
      assert.ok(once !== undefined)
      const twice = revokeKey(once, kid, { at: AT + DAY_MS, reason: 'ceased' })
      assert.deepEqual(twice, once)
      assert.equal(once.organisations[0]?.keys[0]?.revokedAt, printInstant(AT))
      assert.equal(revokeKey(body, 'A'.repeat(43), { at: AT, reason: 'ceased' }), undefined)
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

describe('mayVerify', () => {
  const KEY = { from: AT, until: AT + 365 * DAY_MS }
  const END = KEY.until
  const ROWS: readonly (readonly [string, boolean, { readonly revokedAt?: number }, number, number])[] = [
    ['refuses what was signed before the key began', false, {}, AT - 1, AT + DAY_MS],
    ['refuses what was signed at its end', false, {}, END, END],
    ['refuses what was signed in time and logged after its end', false, {}, END - 1, END],
    [
      'refuses what was logged after it was revoked, however early it says it was signed',
      false,
      { revokedAt: AT + DAY_MS },
      AT,
      AT + DAY_MS,
    ],
    ['refuses what says it was signed after it was logged', false, {}, AT + DAY_MS, AT + 60_000],
    ['takes what was logged before it was revoked', true, { revokedAt: AT + DAY_MS }, AT, AT + DAY_MS - 1],
    ['takes what was logged before its end, for ever', true, {}, END - 2, END - 1],
    ['takes what was signed at its beginning', true, {}, AT, AT],
  ]
  for (const [name, expected, changes, signedAt, loggedAt] of ROWS)
    it(`H027 ${name}`, () => assert.equal(mayVerify({ ...KEY, ...changes }, signedAt, loggedAt), expected))

  it('H027 a later revocation never unsays what was logged before it', () =>
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(1000), (signed, logged, gap) => {
        const at = AT + signed
        const loggedAt = at + logged
        assert.equal(mayVerify({ ...KEY, revokedAt: loggedAt + 1 + gap }, at, loggedAt), mayVerify(KEY, at, loggedAt))
      }),
    ))

  it('H027 no earlier date helps what arrives after the revocation', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 364 * DAY_MS }), fc.nat(), (signed, late) => {
        const revokedAt = AT + signed
        assert.equal(mayVerify({ ...KEY, revokedAt }, AT + signed, revokedAt + late), false)
      }),
    ))
})
