/** A case goes from a prison to all who are agreed to have it, and the reports that follow it. */
import assert from 'node:assert/strict'
import { compactVerify, importJWK } from 'jose'
import { after, before, describe, it } from 'mocha'
import { CARRIED_KINDS, MESSAGE_KINDS } from '#gateway/core/message-kinds.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { submissionAcceptedSchema } from '#gateway/http/agency/schemas.ts'
import { expectStatus, refusal } from '#test/support/gateway.ts'
import {
  BY_PAIRS,
  COURT,
  INTELLIGENCE,
  INTERIOR,
  MEDIATOR,
  MINISTRY,
  ON_SENTENCE,
  PRISON,
  PROBATION,
  PSYCHOLOGIST,
  SOCIAL_WORKER,
  aCaseId,
  employment,
  handover,
  identity,
  incident,
  last,
  openStage,
  referral,
  shownOf,
} from './stage.ts'
import type { Stage } from './stage.ts'
import { RESETTLEMENT } from '#test/support/dialect-records.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'
import { anItemText } from '#test/support/messages.ts'

describe('a handover', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  it('gives each recipient its own view, and nobody else any', async () => {
    const caseId = aCaseId()
    await stage.send(PRISON, handover(caseId, [identity(), employment(), incident()]))
    const name = ['full-name', 'full', 'Alix DEMO-MARTIN']
    const job = ['employment-status', 'full', 'apprentice-baker']
    const chair = ['incident-type', 'full', 'broken-chair']
    assert.deepEqual(shownOf(last(await stage.inbox(PROBATION, caseId))), [name, job, chair])
    assert.deepEqual(shownOf(last(await stage.inbox(COURT, caseId))), [
      name,
      ['employment-status', 'current', 'apprentice-baker'],
      chair,
    ])
    assert.deepEqual(shownOf(last(await stage.inbox(INTERIOR, caseId))), [
      name,
      ['employment', 'existence'],
      ['incident-type', 'current', 'broken-chair'],
    ])
    assert.deepEqual(shownOf(last(await stage.inbox(MINISTRY, caseId))), [['full-name', 'current', 'Alix DEMO-MARTIN']])
    for (const asking of [INTELLIGENCE, SOCIAL_WORKER, PSYCHOLOGIST, MEDIATOR, PRISON])
      assert.deepEqual(await stage.inbox(asking, caseId), [])
  })

  it('is answered with a receipt that the gateway signed over exactly what came', async () => {
    const { gateway } = stage
    const bytes = await gateway.envelope(
      'prison-paris',
      gateway.message('prison-paris', handover(aCaseId(), [employment()])),
    )
    const sent = expectStatus(202, await gateway.post('prison-paris', bytes))
    const body = submissionAcceptedSchema.parse(sent.body)
    const [key] = gateway.broker.keyRing.publicKeys().filter(({ use }) => use === 'sign')
    assert.ok(key !== undefined)
    const { payload } = await compactVerify(body.receipt, await importJWK({ ...key.jwk }, 'ES256'))
    const receipt = JSON.parse(Buffer.from(payload).toString()) as Readonly<Record<string, unknown>>
    assert.equal(receipt['bodyDigest'], sha256Hex(bytes))
    assert.equal(receipt['sub'], body.id)
    assert.equal(receipt['aud'], 'spiffe://net.test/org/prison-paris')
  })

  it('tells its sender a state per organisation, without content and without who chose what', async () => {
    const caseId = aCaseId()
    const id = await stage.send(PRISON, handover(caseId, [employment()]))
    await stage.read(PROBATION, caseId)
    const view = await stage.stateOf(PRISON, id)
    const states = view.edges.map(({ organisation, state }) => [organisation, state])
    assert.deepEqual(states, [
      ['court-paris', 'delivered'],
      ['interior-ministry', 'delivered'],
      ['justice-ministry', 'delivered'],
      ['probation-paris', 'acknowledged'],
    ])
    assert.ok(!/apprentice|employment|D4/.test(JSON.stringify({ ...view, receipt: '' })))
  })

  it('is acknowledged by a handover acknowledgement to its sender alone', async () => {
    const caseId = aCaseId()
    const id = await stage.send(PRISON, handover(caseId, [employment()]))
    const { messageId } = last(await stage.inbox(PROBATION, caseId))
    assert.notEqual(messageId, id, 'every class of recipients has its own')
    await stage.send(PROBATION, { kind: 'HandoverAck', caseId, ...ON_SENTENCE, inReplyTo: messageId })
    const answer = last(await stage.inbox(PRISON, caseId))
    assert.deepEqual([answer.kind, answer.inReplyTo, answer.sender], ['HandoverAck', id, 'probation-paris'])
    assert.deepEqual(await stage.inbox(COURT, caseId).then((all) => all.map(({ kind }) => kind)), ['CaseHandover'])
  })

  it('goes only to the organisations that it names', async () => {
    const caseId = aCaseId()
    await stage.send(PRISON, handover(caseId, [employment()], { to: ['court-paris'] }))
    assert.equal((await stage.inbox(COURT, caseId)).length, 1)
    assert.equal((await stage.inbox(PROBATION, caseId)).length, 0)
  })

  it('carries an incident, a quarterly report and an end-of-custody note along their own flows', async () => {
    const caseId = aCaseId()
    await stage.send(PRISON, {
      kind: 'IncidentAlert',
      caseId,
      ...ON_SENTENCE,
      severity: 'serious',
      finding: 'alleged',
      items: [incident()],
    })
    const alert = last(await stage.inbox(PROBATION, caseId))
    assert.deepEqual(alert.body, { severity: 'serious', finding: 'alleged' })
    await stage.send(
      { organisation: 'pairs-paris' },
      { kind: 'QuarterlyReport', caseId, ...BY_PAIRS, quarter: '2026-Q4', items: [employment()] },
    )
    assert.deepEqual(last(await stage.inbox(PROBATION, caseId)).body, { quarter: '2026-Q4' })
    assert.equal(last(await stage.inbox(COURT, caseId)).kind, 'QuarterlyReport')
    const note = anItemText({
      section: 'intelligence',
      term: 'end-of-custody-statement',
      value: 'All of what was gathered inside.',
      rungs: { g2: ['report-renewed-contact'] },
      nature: 'intelligence',
      source: { scheme: 'admiralty', code: 'B' },
    })
    const noteBody = {
      kind: 'EndOfCustodyNote',
      caseId,
      purpose: 'release-preparation',
      legalBasisId: 'fr.doctrine.end-of-custody',
      items: [note],
    }
    await stage.send(INTELLIGENCE, noteBody)
    const received = last(await stage.inbox(PROBATION, caseId))
    assert.equal(received.kind, 'EndOfCustodyNote')
    assert.ok(!JSON.stringify(received).includes('gathered inside'))
    assert.deepEqual(
      received.items.map(({ value }) => value),
      [['report-renewed-contact']],
    )
  })

  it('tells nothing of an incident of which nothing may pass', async () => {
    const caseId = aCaseId()
    const id = await stage.send(PRISON, {
      kind: 'IncidentAlert',
      caseId,
      ...ON_SENTENCE,
      severity: 'severe',
      finding: 'established',
      items: [incident()],
    })
    assert.deepEqual(await stage.inbox(MINISTRY, caseId), [])
    assert.equal(
      (await stage.stateOf(PRISON, id)).edges.find(({ organisation }) => organisation === 'justice-ministry')?.state,
      'delivered',
    )
  })

  it('reads the kinds that are not yet carried, and refuses them by that name', async () => {
    const carried: ReadonlySet<string> = new Set(CARRIED_KINDS)
    const others = MESSAGE_KINDS.filter((kind) => !carried.has(kind))
    assert.deepEqual([MESSAGE_KINDS.length, others.length], [34, 19])
    for (const kind of others)
      assert.equal(
        refusal(422, await stage.gateway.send('prison-paris', { kind, caseId: aCaseId(), ...ON_SENTENCE })).code,
        'message-not-carried',
      )
  })

  it('is written down as a combination where a second member changes what a first one stated of the case', async () => {
    const caseId = aCaseId()
    const ofPrison = handover(caseId, [employment()], { facts: { minor: false } })
    const ofProbation = (): object => referral(caseId, [employment()], { facts: { site: 'paris' } })
    await stage.send(PRISON, ofPrison)
    await stage.send(PROBATION, ofProbation())
    await stage.send(PROBATION, ofProbation())
    const rows = await stage.gateway.deps.store.read.audit.rows(1, 100_000)
    const ofCase = rows.flatMap(({ event }) => (event.caseId === caseId ? [event] : []))
    assert.deepEqual(
      ofCase.flatMap(({ operation, actor }) => (operation === 'combination' ? [actor] : [])),
      ['probation-paris'],
    )
  })

  it('lets a member state only what it vouches for, of sections that there are', async () => {
    const { gateway } = stage
    const ofProbation = (facts: object): object => referral(aCaseId(), [employment()], { facts })
    const noVoucher = (registry: Registry): Registry => ({
      ...registry,
      participants: registry.participants.map((entry) =>
        entry.id === 'probation-paris' ? { ...entry, vouches: ['site'] as const } : entry,
      ),
    })
    const unknown = { measures: [{ id: 'm-1', type: 'probation', from: '2026-01-01', sections: ['no-such-section'] }] }
    assert.equal(refusal(422, await gateway.send('probation-paris', ofProbation(unknown))).code, 'message-malformed')
    const registry = gateway.deps.registry()
    gateway.changeRegistry(noVoucher)
    assert.equal(
      refusal(403, await gateway.send('probation-paris', ofProbation({ minor: false }))).code,
      'not-competent',
    )
    expectStatus(202, await gateway.send('probation-paris', ofProbation({ site: 'paris' })))
    gateway.changeRegistry(() => registry)
  })

  it('refuses a native record of a dialect that it does not know', async () => {
    const native = { dialect: 'no-such', record: 'prisoner', service: 'prison-paris', document: {} }
    const sent = await stage.gateway.send('prison-paris', {
      kind: 'CaseHandover',
      caseId: aCaseId(),
      ...ON_SENTENCE,
      native,
    })
    assert.equal(refusal(422, sent).code, 'dialect-unknown')
  })

  describe('a native record', () => {
    needsFixtures()
    it('is marked for every reader as mapped by the gateway', async () => {
      const caseId = aCaseId()
      const document = fixtureJson(`${RESETTLEMENT}/person/prisoner-A8731DY.json`)
      const native = { dialect: 'hmpps', record: 'prisoner', service: 'prison-paris', document }
      await stage.send(PRISON, { kind: 'CaseHandover', caseId, ...ON_SENTENCE, native })
      const received = last(await stage.inbox(PROBATION, caseId))
      assert.deepEqual([received.attested, received.sender], ['broker', 'prison-paris'])
      assert.ok(received.items.length > 3)
      const { text } = await stage.gateway.collect(PROBATION, received.jti)
      const { copy, content } = await stage.gateway.openParcel(text)
      assert.deepEqual([copy?.iss, copy?.attested], [stage.gateway.broker.uri, 'broker'])
      assert.equal(content.split('~').length > 2 + received.items.length, true, 'items are disclosed one by one')
      const ownCase = aCaseId()
      await stage.send(PRISON, handover(ownCase, [employment()]))
      assert.equal(last(await stage.inbox(PROBATION, ownCase)).attested, 'originator')
    })
  })
})
