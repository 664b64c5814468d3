/** What was sent is corrected or taken back: exactly from those who could read it, and each is waited for. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { refusal } from '#test/support/gateway.ts'
import {
  BY_PAIRS,
  COURT,
  DAY_MS,
  INTERIOR,
  MINISTRY,
  ON_SENTENCE,
  ON_SUPPORT,
  PRISON,
  PROBATION,
  PSYCHOLOGIST,
  SOCIAL_WORKER,
  aCaseId,
  correction,
  employment,
  handover,
  identity,
  last,
  openStage,
  recall,
  referral,
  shownOf,
} from './stage.ts'
import type { Stage, SubmissionState } from './stage.ts'

const organisationsOf = ({ edges }: SubmissionState): readonly string[] => edges.map(({ organisation }) => organisation)

describe('taking back', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  describe('a correction', () => {
    it('says what was and what is, to exactly those who hold a copy, generalised ones included', async () => {
      const caseId = aCaseId()
      const was = employment()
      await stage.send(PRISON, handover(caseId, [was, identity()]))
      for (const asking of [PROBATION, COURT, INTERIOR, MINISTRY]) await stage.read(asking, caseId)
      const is = employment({ value: 'apprentice-gardener', supersedes: was.itemId })
      const id = await stage.send(PRISON, correction(caseId, [is]))
      assert.deepEqual(organisationsOf(await stage.stateOf(PRISON, id)), [
        'court-paris',
        'interior-ministry',
        'probation-paris',
      ])
      const told = last(await stage.inbox(PROBATION, caseId))
      assert.deepEqual(told.body, { corrected: [was.itemId], reason: 'inaccurate' })
      assert.equal(told.items[0]?.supersedes, was.itemId)
      assert.deepEqual(shownOf(told), [['employment-status', 'full', 'apprentice-gardener']])
      const titleOnly = last(await stage.inbox(INTERIOR, caseId))
      assert.deepEqual(titleOnly.body, { corrected: [], reason: 'inaccurate' })
      assert.deepEqual(shownOf(titleOnly), [['employment', 'existence']])
      assert.deepEqual(
        (await stage.inbox(MINISTRY, caseId)).map(({ kind }) => kind),
        ['CaseHandover'],
      )
    })

    it('withdraws what nobody fetched, and judges it anew with the old version past', async () => {
      const caseId = aCaseId()
      const was = employment()
      await stage.send(PRISON, handover(caseId, [was]))
      await stage.send(
        PRISON,
        correction(caseId, [employment({ value: 'apprentice-gardener', supersedes: was.itemId })]),
      )
      const received = await stage.inbox(COURT, caseId)
      assert.deepEqual(
        received.flatMap((one) => shownOf(one)),
        [['employment-status', 'current', 'apprentice-gardener']],
      )
    })

    it('reaches whoever still waits for the original, and tells nobody else that there was one', async () => {
      const caseId = aCaseId()
      const was = employment()
      const { gateway } = stage
      const registry = gateway.deps.registry()
      gateway.changeRegistry((old) => ({
        ...old,
        participants: old.participants.map((entry) => (entry.id === 'court-paris' ? { ...entry, keys: [] } : entry)),
      }))
      const first = await stage.send(PRISON, handover(caseId, [was, identity()]))
      assert.equal((await stage.stateOf(PRISON, first)).edges[0]?.reason, 'recipient-key-missing')
      const id = await stage.send(PRISON, correction(caseId, [employment({ value: 'none', supersedes: was.itemId })]))
      gateway.changeRegistry(() => registry)
      await stage.pass(DAY_MS / 24)
      assert.ok(organisationsOf(await stage.stateOf(PRISON, id)).includes('court-paris'))
      const seen = (await stage.inbox(COURT, caseId)).flatMap((one) => shownOf(one)).map(([, , value]) => value)
      assert.deepEqual(new Set(seen), new Set(['Alix DEMO-MARTIN', 'none']))
      assert.deepEqual(
        (await stage.inbox(MINISTRY, caseId)).map(({ kind }) => kind),
        ['CaseHandover'],
      )
    })

    it('is what a practitioner gets who asks for more only afterwards', async () => {
      const caseId = aCaseId()
      await stage.gateway.choose(SOCIAL_WORKER, { depth: 'D0' }, caseId)
      const was = employment()
      const appointment = employment({
        itemId: randomUUID(),
        section: 'release-plan',
        term: 'first-appointment',
        value: '2026-12-01',
      })
      await stage.send(PROBATION, referral(caseId, [was, appointment]))
      await stage.send(PROBATION, {
        ...correction(caseId, [employment({ value: 'apprentice-gardener', supersedes: was.itemId })]),
        purpose: 'disengagement-support',
        legalBasisId: 'eu.led.9-2',
      })
      const [first] = await stage.read(SOCIAL_WORKER, caseId)
      assert.ok(first !== undefined)
      await stage.pullUp(SOCIAL_WORKER, first.jti, 'D2')
      await stage.gateway.settled()
      const shown = (await stage.inbox(SOCIAL_WORKER, caseId)).flatMap((one) => shownOf(one))
      assert.ok(
        shown.some(([, , value]) => value === 'apprentice-gardener'),
        JSON.stringify(shown),
      )
      assert.ok(!shown.some(([, , value]) => value === 'apprentice-baker'), JSON.stringify(shown))
    })

    it('replaces only what its sender brought', async () => {
      const caseId = aCaseId()
      const item = employment()
      await stage.send(PRISON, handover(caseId, [item]))
      const { gateway } = stage
      const foreign = correction(caseId, [employment({ supersedes: item.itemId })])
      assert.equal(refusal(409, await gateway.send('probation-paris', foreign)).code, 'message-out-of-turn')
      const unknown = correction(caseId, [employment({ supersedes: randomUUID() })])
      assert.equal(refusal(409, await gateway.send('prison-paris', unknown)).code, 'message-out-of-turn')
      const nothing = correction(caseId, [employment()])
      assert.equal(refusal(409, await gateway.send('prison-paris', nothing)).code, 'message-out-of-turn')
    })

    it('is for a purpose that all its flows were agreed for', async () => {
      const caseId = aCaseId()
      const item = employment()
      await stage.send(PRISON, handover(caseId, [item]))
      const foreign = correction(caseId, [employment({ supersedes: item.itemId })], { purpose: 'health-care' })
      assert.equal(refusal(403, await stage.gateway.send('prison-paris', foreign)).code, 'edge-missing')
    })
  })

  describe('a recall', () => {
    it('Law 13: the ledger is complete: whatever a recipient could read is in the ledger, and a recall reaches exactly those recipients', async () => {
      const { gateway } = stage
      const caseId = aCaseId()
      const [job, name] = [employment(), identity()]
      await stage.send(PRISON, handover(caseId, [job, name]))
      const readBy = new Map<string, Set<string>>()
      for (const asking of [PROBATION, COURT, INTERIOR, MINISTRY])
        for (const { items } of await stage.read(asking, caseId))
          for (const { itemId, section } of items) {
            const id = itemId ?? [job, name].find((item) => item.section === section)?.itemId ?? ''
            readBy.set(id, (readBy.get(id) ?? new Set()).add(asking.organisation))
          }
      for (const { itemId } of [job, name]) {
        const entries = await gateway.deps.store.read.ledger.ofItems(caseId as never, [itemId as never])
        assert.deepEqual(new Set(entries.map(({ organisation }) => organisation)), readBy.get(itemId))
      }
      const id = await stage.send(PRISON, recall(caseId, [job]))
      assert.deepEqual(new Set(organisationsOf(await stage.stateOf(PRISON, id))), readBy.get(job.itemId))
      assert.deepEqual(
        (await stage.inbox(MINISTRY, caseId)).map(({ kind }) => kind),
        ['CaseHandover'],
      )
    })

    it('names what is taken back only to who was shown it by name', async () => {
      const caseId = aCaseId()
      const item = employment()
      await stage.send(PRISON, handover(caseId, [item]))
      for (const asking of [PROBATION, INTERIOR]) await stage.read(asking, caseId)
      await stage.send(PRISON, recall(caseId, [item]))
      assert.deepEqual(last(await stage.inbox(PROBATION, caseId)).body, {
        recalled: [item.itemId],
        reason: 'unlawfully-transmitted',
      })
      assert.deepEqual(last(await stage.inbox(INTERIOR, caseId)).body, {
        recalled: [],
        reason: 'unlawfully-transmitted',
      })
    })

    it('stops what waits, withdraws what is unread, and hands out no more what was read', async () => {
      const caseId = aCaseId()
      const [job, name] = [employment(), identity()]
      await stage.send(PRISON, handover(caseId, [job, name]))
      const [collected] = await stage.inbox(PROBATION, caseId)
      await stage.send(PRISON, recall(caseId, [job]))
      assert.ok(collected !== undefined)
      assert.equal(refusal(410, await stage.gateway.collect(PROBATION, collected.jti)).code, 'delivery-withdrawn')
      const unread = await stage.inbox(COURT, caseId)
      assert.deepEqual(
        unread.flatMap((one) => shownOf(one)),
        [['full-name', 'full', 'Alix DEMO-MARTIN']],
      )
    })

    it('waits for each acknowledgement, and says who has not answered in time', async () => {
      const caseId = aCaseId()
      const item = employment()
      await stage.send(PRISON, handover(caseId, [item], { to: ['probation-paris', 'court-paris'] }))
      for (const asking of [PROBATION, COURT]) await stage.read(asking, caseId)
      const id = await stage.send(PRISON, recall(caseId, [item]))
      const answers = async (): Promise<object> =>
        Object.fromEntries(
          ((await stage.stateOf(PRISON, id)).answers ?? []).map(({ organisation, state }) => [organisation, state]),
        )
      assert.deepEqual(await answers(), { 'court-paris': 'waiting', 'probation-paris': 'waiting' })
      await stage.send(PROBATION, { kind: 'RecallAck', caseId, ...ON_SENTENCE, inReplyTo: id, action: 'deleted' })
      assert.deepEqual(await answers(), { 'court-paris': 'waiting', 'probation-paris': 'deleted' })
      assert.deepEqual(last(await stage.inbox(PRISON, caseId)).body, { action: 'deleted' })
      const rows = await stage.gateway.deps.store.read.audit.rows(1, 100_000)
      assert.deepEqual(
        rows.flatMap(({ event }) => (event.caseId === caseId && event.operation === 'erasure' ? [event.actor] : [])),
        ['probation-paris'],
      )
      const { recalls } = stage.gateway.deps.store.read
      assert.deepEqual(
        (await recalls.overdue(stage.gateway.now())).filter(({ recallId }) => recallId === id),
        [],
      )
      const overdue = (await recalls.overdue(stage.gateway.now() + 4 * DAY_MS)).filter(
        ({ recallId }) => recallId === id,
      )
      assert.deepEqual(
        overdue.map(({ organisation }) => organisation),
        ['court-paris'],
      )
    })

    it('is answered for all mandates of a member, or for those alone that it names', async () => {
      const caseId = aCaseId()
      const item = employment({ section: 'release-plan', term: 'first-appointment', value: '2026-12-01' })
      await stage.send(PROBATION, referral(caseId, [item]))
      for (const asking of [SOCIAL_WORKER, PSYCHOLOGIST]) await stage.read(asking, caseId)
      const id = await stage.send(PROBATION, recall(caseId, [item], ON_SUPPORT))
      const answer = { kind: 'RecallAck', caseId, ...BY_PAIRS, inReplyTo: id }
      const answers = async (): Promise<readonly unknown[]> =>
        (await stage.gateway.deps.store.read.recalls.targets(id as never))
          .filter(({ mandate }) => mandate === SOCIAL_WORKER.mandate || mandate === PSYCHOLOGIST.mandate)
          .map(({ mandate, state }) => [mandate, state])
      const stranger = await stage.gateway.send('pairs-paris', {
        ...answer,
        action: 'deleted',
        mandates: [COURT.mandate],
      })
      assert.equal(refusal(409, stranger).errors?.[0]?.pointer, '/mandates')
      await stage.send(SOCIAL_WORKER, { ...answer, action: 'deleted', mandates: [SOCIAL_WORKER.mandate] })
      assert.deepEqual(await answers(), [
        [PSYCHOLOGIST.mandate, 'waiting'],
        [SOCIAL_WORKER.mandate, 'deleted'],
      ])
      const told = last(await stage.inbox(PROBATION, caseId))
      assert.deepEqual(told.body, { action: 'deleted', mandates: [SOCIAL_WORKER.mandate] })
      await stage.send(SOCIAL_WORKER, { ...answer, action: 'locked' })
      assert.deepEqual(await answers(), [
        [PSYCHOLOGIST.mandate, 'locked'],
        [SOCIAL_WORKER.mandate, 'deleted'],
      ])
    })

    it('reaches a mandate that has ended since, for its copy has not', async () => {
      const caseId = aCaseId()
      const item = employment()
      const { gateway } = stage
      await stage.send(PRISON, handover(caseId, [item], { to: ['court-paris'] }))
      await stage.read(COURT, caseId)
      const registry = gateway.deps.registry()
      gateway.changeRegistry((old) => ({
        ...old,
        mandates: old.mandates.map((entry) =>
          entry.id === COURT.mandate ? { ...entry, until: gateway.now() } : entry,
        ),
      }))
      const id = await stage.send(PRISON, recall(caseId, [item]))
      assert.deepEqual(
        (await stage.stateOf(PRISON, id)).edges.map(({ state }) => state),
        ['delivered'],
      )
      assert.equal(last(await stage.inbox({ organisation: 'court-paris' }, caseId)).kind, 'Recall')
      gateway.changeRegistry(() => registry)
    })

    it('is only of what its sender brought, under whatever name another sends it', async () => {
      const caseId = aCaseId()
      const item = employment()
      await stage.send(PRISON, handover(caseId, [item]))
      const { gateway } = stage
      const copied = handover(caseId, [{ ...item, value: 'none' }], { to: ['court-paris'] })
      assert.equal(refusal(409, await gateway.send('probation-paris', copied)).code, 'message-out-of-turn')
      assert.equal(
        refusal(409, await gateway.send('probation-paris', recall(caseId, [item]))).code,
        'message-out-of-turn',
      )
    })
  })
})
