/** What was taken back is proven gone: signed answers, steps when there is none, and a closure report. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { canonicalise, sha256Hex } from '#gateway/core/canonical-json.ts'
import { MESSAGE_ENVELOPE, MESSAGE_SIGNATURE, readCompactJws } from '#gateway/core/jose-headers.ts'
import { closureSchema } from '#gateway/http/agency/schemas.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { makeRound } from '#gateway/rooms/round.ts'
import { sealMessage, signCompact } from '#adapters/agency-kit/sign-message.ts'
import { encryptTo } from '#gateway/rooms/seal.ts'
import { expectStatus, refusal } from '#test/support/gateway.ts'
import {
  aCaseId,
  BY_PAIRS,
  correction,
  COURT,
  DAY_MS,
  employment,
  handover,
  identity,
  INTERIOR,
  last,
  MINISTRY,
  ON_SENTENCE,
  ON_SUPPORT,
  openStage,
  PRISON,
  PROBATION,
  PSYCHOLOGIST,
  recall,
  referral,
  SOCIAL_WORKER,
} from './stage.ts'
import type { Stage } from './stage.ts'

describe('taking back with proof', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const closureOf = async (organisation: string, id: string) =>
    closureSchema.parse(
      expectStatus(200, await stage.gateway.ask({ organisation }, 'get', `/v1/submissions/${id}/closure`)).body,
    )

  /** A handover to probation and court, read by both, and its recall. */
  const recalled = async (caseId = aCaseId()) => {
    const item = employment()
    await stage.send(PRISON, handover(caseId, [item], { to: ['probation-paris', 'court-paris'] }))
    const read = await stage.read(PROBATION, caseId)
    await stage.read(COURT, caseId)
    const id = await stage.send(PRISON, recall(caseId, [item]))
    return { caseId, id, item, delivery: last(read).jti }
  }
  const ack = (caseId: string, id: string, rest: object = {}): object => ({
    kind: 'RecallAck',
    caseId,
    ...ON_SENTENCE,
    inReplyTo: id,
    action: 'deleted',
    ...rest,
  })

  describe('an attestation', () => {
    it('is kept as it was signed, for anyone who has the trust list to verify', async () => {
      const { caseId, id, delivery } = await recalled()
      await stage.send(PROBATION, ack(caseId, id, { deliveries: [delivery] }))
      const { organisations, isClosed } = await closureOf('prison-paris', id)
      assert.equal(isClosed, false)
      const [evidence] =
        organisations.find(({ organisation }) => organisation === 'probation-paris')?.attestations ?? []
      assert.ok(evidence?.signed !== undefined)
      assert.equal(evidence.digest, sha256Hex(evidence.signed))
      const jws = readCompactJws(evidence.signed, MESSAGE_SIGNATURE)
      assert.ok(jws.ok)
      const list = stage.gateway.deps.trustLists?.inForce()
      assert.ok(list?.ok)
      const signer = list.value.list.organisations.find(({ id: own }) => own === 'probation-paris')
      const key = signer?.keys.find(({ kid }) => kid === jws.value.kid)
      assert.ok(key?.jwk.kty === 'EC')
      const payload = await verifyJws(jws.value, key.jwk)
      assert.ok(payload.ok)
      const said = JSON.parse(Buffer.from(payload.value).toString('utf8')) as Record<string, unknown>
      assert.equal(said['iss'], signer?.uri)
      assert.deepEqual([said['inReplyTo'], said['action'], said['deliveries']], [id, 'deleted', [delivery]])
      const other = list.value.list.organisations.find(({ id: own }) => own === 'court-paris')
      const wrong = other?.keys.find(({ use }) => use === 'sign')
      assert.ok(wrong?.jwk.kty === 'EC')
      assert.equal((await verifyJws(jws.value, wrong.jwk)).ok, false)
    })

    it('answers for the mandates of the deliveries that it names, and for no others', async () => {
      const caseId = aCaseId()
      const item = employment({ section: 'release-plan', term: 'first-appointment', value: '2026-12-01' })
      await stage.send(PROBATION, referral(caseId, [item]))
      const read = await stage.read(SOCIAL_WORKER, caseId)
      await stage.read(PSYCHOLOGIST, caseId)
      const id = await stage.send(PROBATION, recall(caseId, [item], ON_SUPPORT))
      await stage.send(SOCIAL_WORKER, ack(caseId, id, { ...BY_PAIRS, deliveries: [last(read).jti] }))
      const targets = await stage.gateway.deps.store.read.recalls.targets(id as never)
      assert.equal(targets.find(({ mandate }) => mandate === SOCIAL_WORKER.mandate)?.state, 'deleted')
      assert.equal(targets.find(({ mandate }) => mandate === PSYCHOLOGIST.mandate)?.state, 'waiting')
      const { organisations } = await closureOf('probation-paris', id)
      const pairs = organisations.find(({ organisation }) => organisation === 'pairs-paris')
      assert.deepEqual([pairs?.state, pairs?.answeredAt, pairs?.attestations.length], ['waiting', undefined, 1])
    })

    it('names only deliveries that its sender was handed in that case', async () => {
      const [{ caseId, id, delivery }, other] = [await recalled(), await recalled()]
      for (const deliveries of [[other.delivery], [delivery, randomUUID()]]) {
        const refused = refusal(409, await stage.gateway.send('probation-paris', ack(caseId, id, { deliveries })))
        assert.deepEqual([refused.code, refused.errors?.[0]?.pointer], ['message-out-of-turn', '/deliveries'])
      }
      const foreign = refusal(409, await stage.gateway.send('court-paris', ack(caseId, id, { deliveries: [delivery] })))
      assert.equal(foreign.errors?.[0]?.pointer, '/deliveries')
      assert.equal((await closureOf('prison-paris', id)).organisations[0]?.attestations.length, 0)
    })

    it('H021 is refused where another organisation forged it, whoever’s key or name it bears', async () => {
      const { caseId, id } = await recalled()
      const { gateway } = stage
      const [court, probation] = ['court-paris', 'probation-paris'].map((name) => gateway.network.keyOf(name, 'sign'))
      assert.ok(court !== undefined && probation !== undefined)
      const inTheNameOf = gateway.message('probation-paris', ack(caseId, id))
      const underOwnKey = await sealMessage(inTheNameOf, court, gateway.broker.sealKey)
      assert.equal(refusal(403, await gateway.post('court-paris', underOwnKey)).code, 'issuer-mismatch')
      assert.equal(refusal(422, await gateway.post('probation-paris', underOwnKey)).code, 'key-unknown')
      const underItsKid = await sealMessage(inTheNameOf, { kid: probation.kid, key: court.key }, gateway.broker.sealKey)
      assert.equal(refusal(422, await gateway.post('probation-paris', underItsKid)).code, 'signature-invalid')
      const { organisations } = await closureOf('prison-paris', id)
      assert.deepEqual(
        organisations.map(({ state, attestations }) => [state, attestations.length]),
        [
          ['waiting', 0],
          ['waiting', 0],
        ],
      )
    })

    it('H050 counts once however often it is replayed, and for its own recall alone', async () => {
      const [first, second] = [await recalled(), await recalled()]
      const { gateway } = stage
      const key = gateway.network.keyOf('probation-paris', 'sign')
      const bytes = new TextEncoder().encode(
        canonicalise(gateway.message('probation-paris', ack(first.caseId, first.id))),
      )
      const signed = await signCompact(bytes, MESSAGE_SIGNATURE.exact.typ, key)
      const sealed = (): Promise<string> =>
        encryptTo({ text: signed, rule: MESSAGE_ENVELOPE, key: gateway.broker.sealKey })
      const accepted = expectStatus(202, await gateway.post('probation-paris', await sealed()))
      const again = expectStatus(202, await gateway.post('probation-paris', await sealed()))
      assert.deepEqual(again.body, accepted.body)
      assert.equal(refusal(422, await gateway.post('court-paris', await sealed())).code, 'key-unknown')
      await gateway.settled()
      const own = (await closureOf('prison-paris', first.id)).organisations
      assert.deepEqual(own.map(({ attestations }) => attestations.map((one) => one.signed)).flat(), [signed])
      assert.deepEqual(
        (await closureOf('prison-paris', second.id)).organisations.flatMap((one) => one.attestations),
        [],
      )
    })

    it('is refused for a recall that its sender never got', async () => {
      const { caseId, id } = await recalled()
      const refused = refusal(409, await stage.gateway.send('interior-ministry', ack(caseId, id)))
      assert.deepEqual([refused.code, refused.errors?.[0]?.pointer], ['message-out-of-turn', '/inReplyTo'])
      const unknown = refusal(409, await stage.gateway.send('probation-paris', ack(caseId, randomUUID())))
      assert.equal(unknown.code, 'message-out-of-turn')
    })
  })

  describe('a closure report', () => {
    it('says of each organisation when it was reached, when it fetched, and what it answered, and closes with the last', async () => {
      const { caseId, id } = await recalled()
      const open = await closureOf('prison-paris', id)
      assert.deepEqual(
        open.organisations.map(({ organisation, state, reachedAt, collectedAt, answeredAt }) => [
          organisation,
          state,
          reachedAt !== undefined,
          collectedAt,
          answeredAt,
        ]),
        [
          ['court-paris', 'waiting', true, undefined, undefined],
          ['probation-paris', 'waiting', true, undefined, undefined],
        ],
      )
      for (const asking of [PROBATION, COURT]) await stage.read(asking, caseId)
      await stage.send(PROBATION, ack(caseId, id))
      assert.equal((await closureOf('prison-paris', id)).isClosed, false)
      await stage.send(COURT, ack(caseId, id, { action: 'locked' }))
      const closed = await closureOf('prison-paris', id)
      assert.equal(closed.isClosed, true)
      assert.deepEqual(
        closed.organisations.map(({ organisation, state, collectedAt, answeredAt, attestations }) => [
          organisation,
          state,
          collectedAt !== undefined,
          answeredAt !== undefined,
          attestations.length,
        ]),
        [
          ['court-paris', 'locked', true, true, 1],
          ['probation-paris', 'deleted', true, true, 1],
        ],
      )
    })

    it('names the data protection officer of whom the registry has one for', async () => {
      const { id } = await recalled()
      const { gateway } = stage
      const registry = gateway.deps.registry()
      const dpo = 'dpo@court.example'
      gateway.changeRegistry((old) => ({
        ...old,
        participants: old.participants.map((one) => (one.id === 'court-paris' ? { ...one, dpo } : one)),
      }))
      assert.deepEqual(
        (await closureOf('prison-paris', id)).organisations.map((line) => [line.organisation, line.dpo]),
        [
          ['court-paris', dpo],
          ['probation-paris', undefined],
        ],
      )
      gateway.changeRegistry(() => registry)
    })

    it('is there for a correction, and for its sender alone', async () => {
      const caseId = aCaseId()
      const was = employment()
      const first = await stage.send(PRISON, handover(caseId, [was], { to: ['court-paris'] }))
      await stage.read(COURT, caseId)
      const id = await stage.send(PRISON, correction(caseId, [employment({ value: 'none', supersedes: was.itemId })]))
      assert.deepEqual(
        (await closureOf('prison-paris', id)).organisations.map(({ organisation }) => organisation),
        ['court-paris'],
      )
      const { gateway } = stage
      const path = (of: string): string => `/v1/submissions/${of}/closure`
      for (const [organisation, of] of [
        ['court-paris', id],
        ['probation-paris', id],
        ['prison-paris', first],
        ['prison-paris', randomUUID()],
      ] as const)
        assert.equal(refusal(404, await gateway.ask({ organisation }, 'get', path(of))).code, 'not-found')
    })

    it('names no mandate and no item, and nobody who held no copy', async () => {
      const caseId = aCaseId()
      const [job, name] = [employment(), identity()]
      await stage.send(PRISON, handover(caseId, [job, name]))
      for (const asking of [PROBATION, INTERIOR, MINISTRY]) await stage.read(asking, caseId)
      const id = await stage.send(PRISON, recall(caseId, [job]))
      const text = JSON.stringify(await closureOf('prison-paris', id))
      for (const word of [PROBATION.mandate, INTERIOR.mandate, job.itemId, 'justice-ministry', 'apprentice'])
        assert.ok(!text.includes(word ?? ''), word)
    })
  })

  describe('an answer that does not come', () => {
    const lines = (id: string): readonly unknown[] =>
      stage.gateway.log.flatMap(({ level, fields }) =>
        level === 'alarm' && fields['recallId'] === id ? [[fields['organisation'], fields['step']]] : [],
      )

    it('is told step by step, each once, in alarm, audit and closure report, until it comes', async () => {
      const { caseId, id } = await recalled()
      const { gateway } = stage
      const round = (): Promise<void> => makeRound(gateway.deps)
      await round()
      assert.deepEqual(lines(id), [])
      await stage.pass(3 * DAY_MS + 60_000)
      await round()
      await round()
      assert.deepEqual(lines(id).map(String).toSorted(), ['court-paris,recipient', 'probation-paris,recipient'])
      await stage.send(PROBATION, ack(caseId, id))
      await stage.pass(6 * DAY_MS)
      await round()
      await round()
      assert.deepEqual(lines(id).slice(2), [
        ['court-paris', 'dpo'],
        ['court-paris', 'operator'],
      ])
      const rows = await gateway.deps.store.read.audit.rows(1, 100_000)
      const told = rows.filter(({ event }) => event.act === 'recall-escalated' && event.messageId === id)
      assert.deepEqual(
        told.map(({ event }) => event.justification),
        ['waiting-recipient', 'waiting-recipient', 'waiting-dpo', 'waiting-operator'],
      )
      const { organisations } = await closureOf('prison-paris', id)
      assert.deepEqual(
        organisations.map(({ organisation, escalation }) => [organisation, escalation?.step]),
        [
          ['court-paris', 'operator'],
          ['probation-paris', 'recipient'],
        ],
      )
      await stage.send(COURT, ack(caseId, id))
      assert.equal((await closureOf('prison-paris', id)).isClosed, true)
    })

    it('goes to the operator at once where the registry no longer knows who holds the copy', async () => {
      const caseId = aCaseId()
      const item = employment()
      const { gateway } = stage
      await stage.send(PRISON, handover(caseId, [item], { to: ['court-paris'] }))
      await stage.read(COURT, caseId)
      const registry = gateway.deps.registry()
      gateway.changeRegistry((old) => ({
        ...old,
        mandates: old.mandates.filter(({ id }) => id !== COURT.mandate),
      }))
      const id = await stage.send(PRISON, recall(caseId, [item]))
      const { organisations, isClosed } = await closureOf('prison-paris', id)
      assert.deepEqual(
        [isClosed, organisations.map(({ organisation, state }) => [organisation, state])],
        [false, [['court-paris', 'unreachable']]],
      )
      await stage.pass(1000)
      await makeRound(gateway.deps)
      gateway.changeRegistry(() => registry)
      assert.deepEqual(lines(id), [['court-paris', 'operator']])
    })
  })

  describe('a newer version of what was recalled', () => {
    it('is another item: it revives nothing, and the recalled one stays gone', async () => {
      const { caseId, id, item } = await recalled()
      const newer = employment({ value: 'gardener', supersedes: item.itemId })
      await stage.send(PRISON, handover(caseId, [newer], { to: ['probation-paris', 'court-paris'] }))
      const seen = (await stage.inbox(PROBATION, caseId)).flatMap(({ items }) => items.map(({ itemId }) => itemId))
      assert.ok(seen.includes(newer.itemId) && !seen.includes(item.itemId))
      assert.equal((await closureOf('prison-paris', id)).isClosed, false)
      const again = await stage.gateway.send('prison-paris', handover(caseId, [item], { to: ['court-paris'] }))
      await stage.gateway.settled()
      assert.ok(again.status === 202 || again.status === 409)
      const later = (await stage.inbox(COURT, caseId)).flatMap(({ items }) => items.map(({ itemId }) => itemId))
      assert.ok(!later.includes(item.itemId))
    })
  })
})
