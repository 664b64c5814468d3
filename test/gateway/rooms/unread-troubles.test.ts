/** Mail that nobody acknowledges, where clock, store, a neighbour or the recipient's server fails meanwhile; and dead letters that fail again. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import type { DeliveryId, MessageId } from '#gateway/core/ids.ts'
import { remindUnread } from '#gateway/rooms/remind-unread.ts'
import { pingMember, replayCarry } from '#gateway/rooms/replay-carry.ts'
import { listStuck } from '#gateway/rooms/stuck-lines.ts'
import type { StuckLine } from '#gateway/rooms/stuck-lines.ts'
import { openCourierStage, PROBATION } from '#test/support/courier-stage.ts'
import type { CourierStage } from '#test/support/courier-stage.ts'
import { expectStatus } from '#test/support/gateway.ts'

const DAY_MS = 86_400_000
/** Handovers are to be acknowledged within two working days; weekends make them longer. */
const WEEK_MS = 7 * DAY_MS

describe('Unread mail in trouble', function () {
  this.timeout(120_000)
  let stage: CourierStage
  beforeEach(async () => {
    stage = await openCourierStage()
    stage.reachBy(PROBATION, [])
  })
  afterEach(() => stage[Symbol.asyncDispose]())

  let cases = 0
  const aCase = (): string => `DEMO-T-${String((cases += 1)).padStart(2, '0')}`
  const remind = async (): Promise<void> => {
    await remindUnread(stage.gateway.deps)
    await stage.later(0)
  }
  const stepsOf = async (id: MessageId): Promise<readonly string[]> => {
    const { audit } = stage.gateway.deps.store.read
    const rows = await audit.rows(1, (await audit.head())?.seq ?? 0)
    return rows.flatMap(({ event }) =>
      event.act === 'delivery-unread' && event.messageId === id ? [event.justification ?? ''] : [],
    )
  }

  /** A delivery whose reminder is due. */
  const overdue = async (): Promise<{ readonly id: MessageId; readonly delivery: DeliveryId }> => {
    const id = await stage.handOver(aCase())
    const [delivery] = await stage.deliveriesOf(id)
    assert.ok(delivery !== undefined)
    await stage.later(WEEK_MS)
    return { id, delivery: delivery.id }
  }
  const alarms = (): readonly string[] =>
    stage.gateway.log.flatMap(({ level, event }) => (level === 'alarm' ? [event] : []))

  it('tells nobody anything while the clock cannot be relied on, and catches up', async () => {
    const { id } = await overdue()
    await remindUnread({ ...stage.gateway.deps, isClockReliable: () => false })
    assert.deepEqual(await stepsOf(id), [])
    await remind()
    assert.deepEqual(await stepsOf(id), ['reminder'])
  })

  it('tells the operator where the store does not answer, and tells the recipient the next time', async () => {
    const { id } = await overdue()
    const { store } = stage.gateway.deps
    const unreadDue = (): Promise<never> => Promise.reject(new Error('gone'))
    const carries = { ...store.read.carries, unreadDue }
    await remindUnread({ ...stage.gateway.deps, store: { ...store, read: { ...store.read, carries } } })
    assert.equal(alarms().at(-1), 'unread deliveries could not be looked at')
    await remind()
    assert.deepEqual(await stepsOf(id), ['reminder'])
  })

  it('one that cannot be read is told to the operator by its id, and keeps no other from its step', async () => {
    const [first, second] = [await overdue(), await overdue()]
    const { store } = stage.gateway.deps
    let isFirst = true
    const transaction: typeof store.transaction = (work, options) => {
      const fails = isFirst
      isFirst = false
      return fails ? Promise.reject(new Error('unreadable')) : store.transaction(work, options)
    }
    await remindUnread({ ...stage.gateway.deps, store: { ...store, transaction } })
    const told = [await stepsOf(first.id), await stepsOf(second.id)].map(({ length }) => length)
    assert.deepEqual(new Set(told), new Set([0, 1]))
    const silent = told[0] === 0 ? first : second
    const { event, fields } = stage.gateway.log.findLast(({ level }) => level === 'alarm') ?? assert.fail()
    assert.deepEqual([event, fields], ['an unread delivery could not be looked at', { deliveryId: silent.delivery }])
    await remind()
    assert.deepEqual(await stepsOf(silent.id), ['reminder'])
  })

  it('two gateways that look at the same moment tell once', async () => {
    const { id } = await overdue()
    const { deps } = stage.gateway
    await Promise.all([remindUnread(deps), remindUnread(deps)])
    assert.deepEqual(await stepsOf(id), ['reminder'])
  })

  it('forgets what is nowhere, and what asks for no acknowledgement', async () => {
    const { deps } = stage.gateway
    const { id, delivery } = await overdue()
    await remind()
    const [{ caseId } = assert.fail()] = await stage.deliveriesOf(id)
    const ack = { kind: 'HandoverAck', caseId, purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' }
    expectStatus(200, await stage.gateway.collect({ organisation: PROBATION }, delivery))
    expectStatus(202, await stage.gateway.send(PROBATION, { ...ack, inReplyTo: id }))
    await stage.later(0)
    const answer = (await deps.store.read.deliveries.ofCase(caseId)).find(({ kind }) => kind === 'HandoverAck')
    assert.ok(answer !== undefined)
    assert.equal(await deps.store.read.carries.unreadOf(answer.id), undefined)
    const waiting = [answer.id, deps.newId() as DeliveryId]
    const due = { nextAt: stage.gateway.now(), dueAt: stage.gateway.now() }
    await deps.store.transaction(async ({ carries }) => {
      for (const deliveryId of waiting) await carries.awaitReading({ deliveryId, ...due })
    })
    await remind()
    assert.deepEqual(await stepsOf(answer.messageId), [])
    for (const one of waiting) assert.equal(await deps.store.read.carries.unreadOf(one), undefined)
  })

  it('goes to the alternate address by mail, and by every other way as before', async () => {
    const { id, delivery } = await overdue()
    const alternate = { way: 'mail', to: 'accueil@association.example', alternate: 'dpo@association.example' } as const
    stage.reachBy(PROBATION, [alternate, stage.webhook])
    await remind()
    for (let round = 0; round < 2; round += 1) {
      await stage.later(WEEK_MS)
      await remind()
    }
    assert.deepEqual(await stepsOf(id), ['reminder', 'overdue', 'alternate'])
    const errands = await stage.gateway.deps.store.read.carries.ofDelivery(delivery)
    assert.deepEqual(errands.map(({ cause, way }) => `${cause} ${way}`).toSorted(), [
      'alternate mail-alternate',
      'alternate webhook',
      'overdue mail',
      'overdue webhook',
      'reminder mail',
      'reminder webhook',
    ])
  })

  /** Pushed until it was given up; answers its line. */
  const givenUp = async (id: MessageId): Promise<StuckLine> => {
    const [errand] = await stage.errandsOf(id)
    const lineOf = async (): Promise<StuckLine | undefined> =>
      (await listStuck(stage.gateway.deps)).items.find(({ delivery }) => delivery === errand?.deliveryId)
    for (let tries = 0; tries < 60 && (await lineOf())?.state !== 'stuck'; tries += 1) await stage.later(DAY_MS)
    return (await lineOf()) ?? assert.fail()
  }

  it('what fails again as a child is listed as one, and is not carried anew once it was taken back', async () => {
    stage.reachBy(PROBATION, [stage.push])
    stage.peer.behave((_heard, response) => void response.writeHead(500).end())
    const id = await stage.handOver(aCase())
    const { deps } = stage.gateway
    const parent = await givenUp(id)
    assert.deepEqual([parent.parent, parent.nextAt], [undefined, undefined])
    assert.ok((await replayCarry(deps, parent.id)).ok)
    await stage.later(0)
    const waiting = (await listStuck(deps)).items.find((line) => line.parent === parent.id)
    assert.deepEqual([waiting?.state, waiting?.reason, waiting?.attempts], ['waiting', 'answer-refused', 1])
    assert.ok(waiting?.nextAt !== undefined)
    const child = await givenUp(id)
    assert.equal(child.parent, parent.id)
    const [delivery] = await stage.deliveriesOf(id)
    assert.ok(delivery !== undefined)
    await deps.store.transaction((tx) => tx.deliveries.setState(delivery.id, 'withdrawn', stage.gateway.now()))
    const refused = await replayCarry(deps, child.id)
    assert.deepEqual(refused.ok ? [] : [refused.problem.code, refused.problem.errors?.[0]?.code], [
      'message-out-of-turn',
      'is-withdrawn',
    ])
    assert.equal((await stage.errandsOf(id)).length, 2)
  })

  it('what failed once, was stopped and waits again is listed by its last fault', async () => {
    stage.reachBy(PROBATION, [stage.push])
    stage.peer.behave((_heard, response) => void response.writeHead(500).end())
    const id = await stage.handOver(aCase())
    const [errand] = await stage.errandsOf(id)
    assert.ok(errand?.job !== undefined)
    const { mandate } = errand.job.job
    const { deps, now } = stage.gateway
    await deps.store.transaction(async ({ outbox }) => {
      await outbox.finish(errand.id, 'stopped', 'participant-suspended', now())
      const outcomes = ['participant-suspended']
      assert.equal(await outbox.reopen({ mandates: [mandate], outcomes, since: 0, dueAt: now() + DAY_MS }), 1)
    })
    const [line] = (await listStuck(deps)).items
    assert.deepEqual([line?.id, line?.state, line?.reason], [errand.id, 'waiting', 'answer-refused'])
  })

  it('carrying anew closes the circuit, and forgets not when that way was last told', async () => {
    stage.reachBy(PROBATION, [stage.webhook])
    await stage.handOver(aCase())
    const { deps } = stage.gateway
    const wayOf = () => deps.store.read.carries.wayState(PROBATION as never, 'webhook')
    const told = (await wayOf())?.noticedAt
    assert.ok(told !== undefined)
    stage.hook.behave((_heard, response) => void response.writeHead(500).end())
    const line = await givenUp(await stage.handOver(aCase()))
    assert.ok(((await wayOf())?.failures ?? 0) > 0)
    assert.ok((await replayCarry(deps, line.id)).ok)
    assert.deepEqual(await wayOf(), { organisation: PROBATION, way: 'webhook', failures: 0, noticedAt: told })
  })

  it('a member that only fetches has no way to try, and trials wait while there is no room for them', async () => {
    const { deps } = stage.gateway
    const without = await pingMember(deps, 'court-paris' as never)
    assert.deepEqual(without, { ok: true, value: [] })
    const leave = [deps.carriers?.turnstile.enter('trials of ways'), deps.carriers?.turnstile.enter('trials of ways')]
    const full = await pingMember(deps, PROBATION as never)
    for (const one of leave) one?.()
    assert.equal(full.ok ? 'ok' : full.problem.code, 'too-many-requests')
    assert.ok((await pingMember(deps, PROBATION as never)).ok)
  })
})
