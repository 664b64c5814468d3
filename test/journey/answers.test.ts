/** Questions and answers: referrals and who takes them, requests and what a grant opens, refusals. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { expectStatus, refusal } from '#test/support/gateway.ts'
import {
  BY_PAIRS,
  DAY_MS,
  HOUSING,
  INTELLIGENCE,
  INTERIOR,
  ON_SECURITY,
  ON_SENTENCE,
  PRISON,
  PROBATION,
  SOCIAL_WORKER,
  aCaseId,
  employment,
  handover,
  housing,
  identity,
  incident,
  last,
  namesOf,
  openStage,
  referral,
  shownOf,
} from './stage.ts'
import type { Stage } from './stage.ts'
import { printInstant } from '#policies/language/instant.ts'
import type { Registry } from '#gateway/core/participants.ts'

const NECESSITY = 'Preparing the release of a person who asked for help.'

describe('answers', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const inDays = (days: number): string => printInstant(stage.gateway.now() + days * DAY_MS)
  const ask = (caseId: string, sections: readonly string[], changes: object = {}): object => ({
    kind: 'IntelligenceRequest',
    caseId,
    to: ['prison-paris'],
    ...ON_SECURITY,
    sections,
    necessity: NECESSITY,
    until: inDays(30),
    ...changes,
  })
  const respond = (caseId: string, inReplyTo: string, granted: readonly string[], changes: object = {}): object => ({
    kind: 'InformationResponse',
    caseId,
    ...ON_SECURITY,
    inReplyTo,
    granted,
    refused: [],
    until: inDays(30),
    ...changes,
  })

  describe('a referral', () => {
    const assignedByName = (registry: Registry): Registry => ({
      ...registry,
      mandates: registry.mandates.map((mandate) =>
        mandate.organisation === 'pairs-paris' ? { ...mandate, cases: [] } : mandate,
      ),
    })

    it('is seen by the mandates that accepted it by name, and by no other', async () => {
      const registry = stage.gateway.deps.registry()
      stage.gateway.changeRegistry(assignedByName)
      const caseId = aCaseId()
      const id = await stage.send(PROBATION, referral(caseId, [employment()]))
      assert.deepEqual(await stage.inbox(SOCIAL_WORKER, caseId), [])
      const accepted = {
        kind: 'ReferralAccepted',
        caseId,
        ...BY_PAIRS,
        inReplyTo: id,
        mandates: ['pairs-social-worker'],
      }
      await stage.send(SOCIAL_WORKER, accepted)
      assert.equal(last(await stage.inbox(SOCIAL_WORKER, caseId)).kind, 'Referral')
      const all = await stage.gateway.deliveries({ organisation: 'pairs-paris' })
      const called = await namesOf(stage.gateway, caseId)
      assert.deepEqual(
        all.filter((entry) => called.has(entry.caseId)).map(({ mandate }) => mandate),
        ['pairs-social-worker'],
      )
      assert.deepEqual(last(await stage.inbox(PROBATION, caseId)).body, { mandates: ['pairs-social-worker'] })
      stage.gateway.changeRegistry(() => registry)
    })

    it('is accepted with mandates of the accepting member only', async () => {
      const caseId = aCaseId()
      const id = await stage.send(PROBATION, referral(caseId, [employment()]))
      const accepted = { kind: 'ReferralAccepted', caseId, ...BY_PAIRS, inReplyTo: id, mandates: ['housing-officer'] }
      assert.equal(refusal(409, await stage.gateway.send('pairs-paris', accepted)).code, 'message-out-of-turn')
    })

    it('is declined with a reason', async () => {
      const caseId = aCaseId()
      const id = await stage.send(PROBATION, referral(caseId, [employment()]))
      await stage.send(SOCIAL_WORKER, {
        kind: 'ReferralDeclined',
        caseId,
        ...BY_PAIRS,
        inReplyTo: id,
        reason: 'no-capacity',
      })
      assert.deepEqual(last(await stage.inbox(PROBATION, caseId)).body, { reason: 'no-capacity' })
    })

    it('is answered by nobody to whom it was not sent', async () => {
      const caseId = aCaseId()
      const id = await stage.send(PROBATION, referral(caseId, [employment()]))
      const declined = {
        kind: 'ReferralDeclined',
        caseId,
        purpose: 'social-support',
        legalBasisId: 'eu.gdpr.6-1-e',
        inReplyTo: id,
        reason: 'other',
      }
      assert.equal(refusal(409, await stage.gateway.send('city-paris', declined)).code, 'message-out-of-turn')
    })

    it('does not reach another organisation that sets a choice for its case', async () => {
      const caseId = aCaseId()
      await stage.send(PROBATION, referral(caseId, [employment(), housing()], { purpose: 'release-preparation' }))
      await stage.gateway.choose(HOUSING, { depth: 'D4' }, caseId)
      await stage.gateway.settled()
      assert.deepEqual(await stage.inbox(HOUSING, caseId), [])
    })
  })

  describe('a request', () => {
    it('of intelligence opens, once granted, what was sent to others before, and nothing unasked', async () => {
      const caseId = aCaseId()
      await stage.send(PRISON, handover(caseId, [identity(), incident(), employment()]))
      await stage.gateway.choose(INTELLIGENCE, { depth: 'D4' }, caseId)
      await stage.gateway.settled()
      assert.deepEqual(await stage.inbox(INTELLIGENCE, caseId), [])
      await stage.send(INTELLIGENCE, ask(caseId, ['identity', 'incidents', 'employment']))
      const asked = last(await stage.inbox(PRISON, caseId))
      assert.deepEqual([asked.kind, asked.body['necessity']], ['IntelligenceRequest', NECESSITY])
      const refused = [{ section: 'employment', reason: 'not-necessary' }]
      await stage.send(PRISON, respond(caseId, asked.messageId, ['identity', 'incidents'], { refused }))
      const received = await stage.inbox(INTELLIGENCE, caseId)
      const answer = received.find(({ kind }) => kind === 'InformationResponse')
      assert.deepEqual(answer?.body['refused'], refused)
      const opened = received.find(({ kind }) => kind === 'CaseHandover')
      assert.deepEqual(opened === undefined ? [] : shownOf(opened), [
        ['full-name', 'full', 'Alix DEMO-MARTIN'],
        ['incident-type', 'full', 'broken-chair'],
      ])
    })

    it('opens nothing of another holder than the one who granted it', async () => {
      const caseId = aCaseId()
      await stage.send(PRISON, handover(caseId, [identity()]))
      const id = await stage.send(INTELLIGENCE, ask(caseId, ['identity'], { to: ['probation-paris'] }))
      await stage.send(PROBATION, respond(caseId, id, ['identity'], {}))
      await stage.gateway.choose(INTELLIGENCE, { depth: 'D4', versions: 'all' }, caseId)
      await stage.gateway.settled()
      const kinds = (await stage.inbox(INTELLIGENCE, caseId)).map(({ kind }) => kind)
      assert.deepEqual(kinds, ['InformationResponse'])
    })

    it('opens of each holder what that one granted, where several did', async () => {
      const caseId = aCaseId()
      await stage.send(PRISON, handover(caseId, [identity(), incident()]))
      const ofProbation = await stage.send(INTELLIGENCE, ask(caseId, ['incidents'], { to: ['probation-paris'] }))
      await stage.send(PROBATION, respond(caseId, ofProbation, ['incidents']))
      const ofPrison = await stage.send(INTELLIGENCE, ask(caseId, ['identity']))
      await stage.send(PRISON, respond(caseId, ofPrison, ['identity']))
      const opened = (await stage.inbox(INTELLIGENCE, caseId)).filter(({ kind }) => kind === 'CaseHandover')
      assert.deepEqual(
        opened.flatMap((one) => shownOf(one)),
        [['full-name', 'full', 'Alix DEMO-MARTIN']],
      )
    })

    it('refused in full opens nothing, and says why', async () => {
      const caseId = aCaseId()
      await stage.send(PRISON, handover(caseId, [identity()]))
      const id = await stage.send(INTELLIGENCE, ask(caseId, ['identity']))
      const refused = [{ section: 'identity', reason: 'no-basis' }]
      await stage.send(PRISON, respond(caseId, id, [], { refused }))
      const received = await stage.inbox(INTELLIGENCE, caseId)
      assert.deepEqual(
        received.map(({ kind, body }) => [kind, body['refused']]),
        [['InformationResponse', refused]],
      )
    })

    it('is granted only what it asked for', async () => {
      const caseId = aCaseId()
      const id = await stage.send(INTELLIGENCE, ask(caseId, ['identity']))
      const more = respond(caseId, id, ['identity', 'incidents'])
      assert.equal(refusal(409, await stage.gateway.send('prison-paris', more)).code, 'message-out-of-turn')
    })

    it('for a kind that was never agreed opens the granted sections and no other', async () => {
      const caseId = aCaseId()
      await stage.send(PROBATION, referral(caseId, [housing(), identity()], { purpose: 'probation-supervision' }))
      await stage.gateway.choose(INTERIOR, { depth: 'D4' }, caseId)
      await stage.gateway.settled()
      assert.deepEqual(await stage.inbox(INTERIOR, caseId), [], 'a choice opened a flow that nobody agreed')
      const about = { purpose: 'probation-supervision', legalBasisId: 'eu.led.8' }
      const request = {
        ...ask(caseId, ['accommodation']),
        kind: 'InformationRequest',
        to: ['probation-paris'],
        ...about,
      }
      const id = await stage.send(INTERIOR, request)
      await stage.send(PROBATION, { ...respond(caseId, id, ['accommodation']), ...about })
      const opened = (await stage.inbox(INTERIOR, caseId)).find(({ kind }) => kind === 'Referral')
      assert.deepEqual(opened === undefined ? [] : shownOf(opened), [['accommodation-type', 'current', 'hostel-room']])
    })

    it('H068 gives the smaller after its grant has ended, also of what already waits', async () => {
      const caseId = aCaseId()
      await stage.send(PRISON, handover(caseId, [identity()]))
      const id = await stage.send(INTELLIGENCE, ask(caseId, ['identity']))
      await stage.send(PRISON, respond(caseId, id, ['identity'], { until: inDays(2) }))
      await stage.pass(3 * DAY_MS)
      assert.deepEqual(
        (await stage.inbox(INTELLIGENCE, caseId)).map(({ kind }) => kind),
        ['InformationResponse'],
      )
    })
  })

  it('speak of nothing in another case, and of nothing that their sender was not sent', async () => {
    const [caseId, other] = [aCaseId(), aCaseId()]
    const id = await stage.send(PRISON, handover(caseId, [employment()], { to: ['court-paris'] }))
    const { gateway } = stage
    const ack = { kind: 'HandoverAck', ...ON_SENTENCE, inReplyTo: id }
    assert.equal(refusal(409, await gateway.send('probation-paris', { ...ack, caseId })).code, 'message-out-of-turn')
    assert.equal(refusal(409, await gateway.send('court-paris', { ...ack, caseId: other })).code, 'message-out-of-turn')
    const quarterly = {
      kind: 'QuarterlyReport',
      caseId,
      ...BY_PAIRS,
      quarter: '2026-Q4',
      items: [employment()],
      inReplyTo: id,
    }
    assert.equal(refusal(409, await gateway.send('pairs-paris', quarterly)).code, 'message-out-of-turn')
    expectStatus(202, await gateway.send('court-paris', { ...ack, caseId }))
  })
})
