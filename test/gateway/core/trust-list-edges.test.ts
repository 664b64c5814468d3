/** The trust list at its edges: whom it believes about the log, and requests for a key that are none. */
import assert from 'node:assert/strict'
import { CompactSign } from 'jose'
import { before, describe, it } from 'mocha'
import { printInstant } from '#policies/language/instant.ts'
import { LOG_KEY, printNoteKey } from '#gateway/core/log/note.ts'
import { KEY_REQUEST_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { admit, strangeMandates } from '#gateway/core/trust-list/admit.ts'
import type { ListedOrganisation, TrustList, TrustListBody } from '#gateway/core/trust-list/list.ts'
import { joinRequestIn } from '#gateway/core/trust-list/join-request.ts'
import { logTrustOf } from '#gateway/core/trust-list/log-trust.ts'
import { readKeyRequest } from '#gateway/core/trust-list/rotate.ts'
import { propose } from '#gateway/core/trust-list/propose.ts'
import { MAX_LIST_BYTES, readSignedTrustList, toProposal } from '#gateway/core/trust-list/signed.ts'
import { standingOf } from '#gateway/core/trust-list/standing.ts'
import { verifyKeptList } from '#gateway/core/trust-list/verify.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { signKeyRequest } from '#adapters/trust/sign-list.ts'
import { aKey } from '#test/support/certificates.ts'
import type { TestKey } from '#test/support/certificates.ts'
import { aFirstList, aWitnessKey, DAY_MS, keyText, someOfficers } from '#test/support/trust-list.ts'

const AT = Date.parse('2026-11-21T09:00:00Z')
const A_LOG_KEY = printNoteKey({ name: 'log', type: LOG_KEY, publicKey: new Uint8Array(32).fill(7) })

describe('a trust list at its edges', () => {
  let list: TrustList
  let member: ListedOrganisation
  let own: TestKey
  let whole: string
  let body: TrustListBody

  before(async () => {
    const { first, key, body: said } = await aFirstList(await someOfficers('ana', 'ben'), AT)
    body = said
    ;({ list, text: whole } = first)
    const [found] = list.organisations
    assert.ok(found !== undefined)
    member = found
    own = key
  })

  it('takes no text for a request to join that is none', () => {
    const spelled = (text: string): string => Buffer.from(text).toString('base64url')
    for (const payload of ['*', 'AA==', 'AAB', spelled('{'), spelled('{}'), spelled('{"a":1,"a":1}'), spelled('[]')])
      assert.equal(joinRequestIn({ payload }), undefined, payload)
  })

  it('is read with the digest of the list before it whole, and with no other text there', () => {
    const digest = 'ab'.repeat(32)
    const after = (prev: string): boolean =>
      readSignedTrustList(toProposal({ ...propose(undefined, body, { issued: AT }), version: 2, prev })).ok
    assert.equal(after(digest), true)
    for (const prev of [`x${digest}`, `${digest}a`, digest.toUpperCase(), digest.slice(1), ''])
      assert.equal(after(prev), false, prev)
  })

  describe('trusts about the log', () => {
    const trustIn = (
      changes: Partial<ListedOrganisation>,
      logKey: string | undefined = A_LOG_KEY,
    ): ReturnType<typeof logTrustOf> =>
      logTrustOf({ ...list, gateway: { ...list.gateway, logKey }, organisations: [{ ...member, ...changes }] }, AT)
    const witnessesOf = (changes: Partial<ListedOrganisation>): readonly string[] | undefined =>
      trustIn(changes)?.witnesses.map(({ name }) => name)

    it('nobody where it names no key of a log', () => {
      assert.equal(logTrustOf(list, AT), undefined)
    })

    it('nobody where the key it names for the log is that of a witness, or no key at all', () => {
      assert.equal(trustIn({}, aWitnessKey('w')), undefined)
      assert.equal(trustIn({}, 'log+00000000+AAAA'), undefined)
    })

    it('the log that it names, and as many witnesses as it asks for', () => {
      const trust = trustIn({})
      assert.equal(trust?.log.name, 'log')
      assert.deepEqual([trust?.quorum, trust?.mayBeUnwitnessed], [1, false])
    })

    it('a member that will be out later, until that very moment', () => {
      assert.deepEqual(witnessesOf({ revokedAt: AT + 1 }), ['w'])
      assert.deepEqual(witnessesOf({ revokedAt: AT }), [])
    })

    it('no member without a witness key, and none whose key is that of a log', () => {
      assert.deepEqual(witnessesOf({ witnessKey: undefined }), [])
      assert.deepEqual(witnessesOf({ witnessKey: A_LOG_KEY }), [])
    })
  })

  describe('refuses a request for a key', () => {
    let fresh: TestKey
    before(async () => {
      fresh = await aKey('sign')
    })

    const verdict = async (text: string, now = AT): Promise<string> => {
      const read = await readKeyRequest(text, { list, now, verifySignature: verifyJws })
      return read.ok ? read.value.holder : read.problem.code
    }
    const asked = (): Parameters<typeof signKeyRequest>[0] => ({ ...keyText(fresh, 'sign', AT), alg: 'ES256' })
    const signed = (content: string): Promise<string> =>
      new CompactSign(Buffer.from(content))
        .setProtectedHeader({ alg: 'ES256', typ: KEY_REQUEST_SIGNATURE.exact.typ, kid: own.kid })
        .sign(own.key)

    it('that is no JWS', async () => {
      const text = await signKeyRequest(asked(), AT, own)
      assert.equal(await verdict(text), 'pairs-paris')
      for (const none of ['', 'a.b', text.split('.').slice(0, 2).join('.')])
        assert.equal(await verdict(none), 'envelope-malformed')
    })

    it('that is signed and says something else', async () => {
      const iat = AT / 1000
      assert.equal(await verdict(await signed(JSON.stringify({ iat, key: asked() }))), 'pairs-paris')
      for (const content of ['', 'not json', '{}', JSON.stringify({ iat, key: asked(), more: 1 })])
        assert.equal(await verdict(await signed(content)), 'trust-list-malformed', content)
      const twice = `{"iat":1,"iat":${iat},"key":${JSON.stringify(asked())}}`
      assert.equal(await verdict(await signed(twice)), 'trust-list-malformed')
    })

    it('that was revoked before it began', async () => {
      const revoked = { ...asked(), revokedAt: printInstant(AT), reason: 'ceased' } as const
      assert.equal(await verdict(await signKeyRequest(revoked, AT, own)), 'trust-list-malformed')
    })

    it('that is older than fourteen days, although the old key is still in force', async () => {
      const text = await signKeyRequest(asked(), AT, own)
      assert.equal(await verdict(text, AT + 14 * DAY_MS), 'pairs-paris')
      assert.equal(await verdict(text, AT + 14 * DAY_MS + 1), 'submission-stale')
    })
  })

  describe('that was kept', () => {
    const kept = async (text: string, network = list.network): Promise<string> => {
      const verified = await verifyKeptList(text, { network, verifySignature: verifyJws })
      return verified.ok ? 'whole' : verified.problem.code
    }

    it('is whole where enough of its own officers signed it, and of this network alone', async () => {
      assert.equal(await kept(whole), 'whole')
      assert.equal(await kept(whole, 'another-network'), 'trust-list-foreign')
    })

    it('is not whole with one signature of two, with one twice, or longer than any list', async () => {
      const { signatures, ...rest } = JSON.parse(whole) as { readonly signatures: readonly object[] }
      const [first] = signatures
      assert.equal(await kept(JSON.stringify({ ...rest, signatures: [first] })), 'trust-list-unsigned')
      assert.notEqual(await kept(JSON.stringify({ ...rest, signatures: [first, first] })), 'whole')
      assert.notEqual(
        await kept(JSON.stringify({ ...rest, signatures: [first, { ...first, protected: 'e30' }] })),
        'whole',
      )
      assert.equal(await kept(`${whole}${' '.repeat(MAX_LIST_BYTES)}`), 'trust-list-malformed')
    })
  })

  it('says in both languages until when it is trusted, that the next is due, and since when it is not', () => {
    const expires = Date.parse('2027-03-01T10:05:00Z')
    const issued = expires - 7 * DAY_MS
    const said = (now: number) => standingOf({ ...list, issued, expires }, now)
    assert.match(said(issued).en, /^Trusted until 1 March 2027, 10:05 UTC/)
    assert.match(said(issued).fr, /^Confiance assurée jusqu’au 1er mars 2027 à 10 h 05 UTC/)
    assert.match(said(issued + 4 * DAY_MS).en, /Half its life is over/)
    assert.match(said(issued + 4 * DAY_MS).fr, /La moitié de sa durée/)
    assert.match(said(expires).en, /^Not trusted since 1 March 2027, 10:05 UTC/)
    assert.match(said(expires).fr, /^Plus de confiance depuis le 1er mars 2027/)
    const second = { ...list, issued, expires: expires + DAY_MS }
    assert.match(standingOf(second, issued).fr, /jusqu’au 2 mars 2027/)
  })

  describe('takes in', () => {
    const MANDATE = { id: 'lyon-desk', keys: [] }
    const asked = {
      organisation: 'association-lyon',
      keys: [],
      mandates: [MANDATE],
      witnessKey: aWitnessKey('lyon'),
    } as never
    const entry = {
      id: 'association-lyon',
      uri: 'spiffe://net.test/org/association-lyon',
      controllerRole: 'controller',
    } as never
    let body: TrustListBody
    before(async () => {
      ;({ body } = await aFirstList(await someOfficers('ana', 'ben'), AT))
    })

    it('whoever is not in it, with its mandates', () => {
      const grown = admit(body, entry, asked)
      assert.equal(grown?.organisations.length, body.organisations.length + 1)
      assert.deepEqual(grown?.mandates.at(-1), { ...MANDATE, organisation: 'association-lyon' })
    })

    it('nobody under an id, an address or a mandate that is in it already', () => {
      const [known] = body.organisations
      assert.ok(known !== undefined)
      const there = { uri: known.uri, id: known.id, controllerRole: 'controller' } as const
      assert.equal(admit(body, { ...(entry as object), id: there.id } as never, asked), undefined)
      assert.equal(admit(body, { ...(entry as object), uri: there.uri } as never, asked), undefined)
      const taken = { ...body, mandates: [{ ...MANDATE, organisation: known.id }] }
      assert.equal(admit(taken, entry, asked), undefined)
    })

    it('no mandate that the registry does not give to who asks', () => {
      const given = (organisation: string) => [{ id: 'lyon-desk', organisation }] as never
      assert.deepEqual(strangeMandates(asked, given('association-lyon')), [])
      assert.deepEqual(strangeMandates(asked, given('pairs-paris')), ['lyon-desk'])
      assert.deepEqual(strangeMandates(asked, []), ['lyon-desk'])
    })
  })
})
