/** The trust list: who may sign the next one, what it may not lose, and how it passes from officer to officer. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { printInstant } from '#policies/language/instant.ts'
import type { TrustListBody, TrustListText } from '#gateway/core/trust-list/list.ts'
import { propose, revokeKey, revokeOrganisation } from '#gateway/core/trust-list/propose.ts'
import { combine, printSigned, readSignedTrustList, toProposal } from '#gateway/core/trust-list/signed.ts'
import { ageOf } from '#gateway/core/trust-list/verify.ts'
import {
  aListWorld,
  anOfficer,
  DAY_MS,
  officersText,
  read,
  signedBy,
  someOfficers,
  verdictOn,
} from '#test/support/trust-list.ts'
import type { ListWorld, TestOfficer } from '#test/support/trust-list.ts'

const AT = Date.parse('2026-11-21T09:00:00Z')

describe('a trust list', () => {
  let officer: ListWorld['officer']
  let officers: ListWorld['officers']
  let ana: ListWorld['ana']
  let ben: ListWorld['ben']
  let eve: ListWorld['eve']
  let first: ListWorld['first']
  let body: ListWorld['body']
  let pinned: ListWorld['pinned']
  let next: ListWorld['next']
  let firstKey: ListWorld['firstKey']
  before(async () => {
    ;({ officer, officers, ana, ben, eve, first, body, pinned, next, firstKey } = await aListWorld(AT))
  })

  const verdict = async (
    list: TrustListText,
    signers: readonly TestOfficer[] = [ana, ben],
    now = AT,
  ): Promise<string> => verdictOn(await signedBy(signers, list), first, now)

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
