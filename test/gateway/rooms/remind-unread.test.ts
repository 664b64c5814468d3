/** The ladder of unread mail, dead letters with their replay, and who is told what: over a whole gateway and a member's real servers. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'mocha'
import { readWebhook } from '#adapters/agency-kit/verify-webhook.ts'
import { printWebhookKey } from '#cli/wire-couriers.ts'
import { CARRY_RETRY } from '#gateway/core/retry.ts'
import { remindUnread } from '#gateway/rooms/remind-unread.ts'
import { pingMember, replayCarry } from '#gateway/rooms/replay-carry.ts'
import { listStuck } from '#gateway/rooms/stuck-lines.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import { TEST_BROKER_URI } from '#test/support/certificates.ts'
import { openCourierStage, PRISON, PROBATION } from '#test/support/courier-stage.ts'
import type { CourierStage } from '#test/support/courier-stage.ts'
import { takes } from '#test/support/couriers.ts'
import { expectStatus } from '#test/support/gateway.ts'
import { aReferral } from '#test/support/messages.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Handovers are to be acknowledged within two working days; weekends make them longer. */
const WEEK_MS = 7 * DAY_MS

describe('Mail that nobody acknowledges', function () {
  this.timeout(120_000)
  let stage: CourierStage
  before(async () => {
    stage = await openCourierStage()
  })
  after(() => stage[Symbol.asyncDispose]())
  afterEach(() => {
    stage.peer.behave(takes)
    stage.hook.behave(takes)
    stage.reachBy(PROBATION, [])
    stage.reachBy(PRISON, [])
  })

  let cases = 0
  const aCase = (): string => `DEMO-U-${String((cases += 1)).padStart(2, '0')}`
  const remind = async (): Promise<void> => {
    await remindUnread(stage.gateway.deps)
    await stage.later(0)
  }
  const stepsOf = async (id: MessageId): Promise<readonly string[]> =>
    (await auditOf('delivery-unread')).flatMap((event) => (event.messageId === id ? [event.justification ?? ''] : []))
  const auditOf = async (act: string) => {
    const { audit } = stage.gateway.deps.store.read
    const head = await audit.head()
    return (await audit.rows(1, head?.seq ?? 0)).map(({ event }) => event).filter((event) => event.act === act)
  }
  const typesHeard = (): readonly string[] =>
    stage.hook.heard.map(({ body }) => (JSON.parse(body) as { readonly type: string }).type)
  const climb = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      await stage.later(WEEK_MS)
      await remind()
    }
  }

  it('is reminded, then an alternate is named, then its sender is told; each step once', async () => {
    stage.reachBy(PROBATION, [stage.webhook])
    const id = await stage.handOver(aCase())
    await remind()
    assert.deepEqual(await stepsOf(id), [])
    assert.deepEqual(await stage.timelineOf(id), ['accepted', 'delivered'])
    await climb(6)
    assert.deepEqual(await stepsOf(id), ['reminder', 'overdue', 'alternate', 'sender'])
    assert.deepEqual(await stage.timelineOf(id), ['accepted', 'delivered', 'unread'])
    assert.ok(
      stage.gateway.log.some(({ level, event }) => level === 'alarm' && event.startsWith('a delivery is unread')),
    )
    const types = typesHeard()
    assert.equal(types.filter((type) => type === 'passerelle.delivery.waiting.v1').length, 1)
    assert.equal(types.filter((type) => type === 'passerelle.delivery.unread.v1').length, 3)
  })

  it('tells its sender by the sender’s own webhook, about the submission and nothing of the delivery', async () => {
    stage.reachBy(PRISON, [stage.webhook])
    const id = await stage.handOver(aCase())
    const before = stage.hook.heard.length
    await climb(4)
    const [heard, ...more] = stage.hook.heard.slice(before)
    assert.ok(heard !== undefined && more.length === 0)
    const keys = [printWebhookKey(stage.webhookKey)]
    const trust = { keys, source: TEST_BROKER_URI, now: Date.now(), seen: { once: () => true } }
    const read = await readWebhook(heard, trust)
    assert.ok(read.kind === 'believed')
    assert.deepEqual(
      [read.event.type, read.event.subject],
      ['passerelle.submission.unread.v1', `/v1/submissions/${id}`],
    )
  })

  it('goes no step further once it is acknowledged', async () => {
    const id = await stage.handOver(aCase())
    const [delivery] = await stage.deliveriesOf(id)
    assert.ok(delivery !== undefined)
    await climb(1)
    assert.deepEqual(await stepsOf(id), ['reminder'])
    expectStatus(200, await stage.gateway.collect({ organisation: PROBATION }, delivery.id))
    expectStatus(200, await stage.gateway.acknowledge({ organisation: PROBATION }, delivery.id))
    await climb(4)
    assert.deepEqual(await stepsOf(id), ['reminder'])
    assert.deepEqual(await stage.timelineOf(id), ['accepted', 'delivered', 'acknowledged'])
    assert.equal(await stage.gateway.deps.store.read.carries.unreadOf(delivery.id), undefined)
  })

  it('a parcel that only its mandate opens is announced to its organisation, and carried to nobody', async () => {
    stage.reachBy('pairs-paris', [stage.push, stage.webhook])
    const [pushed, called] = [stage.peer.heard.length, stage.hook.heard.length]
    expectStatus(202, await stage.gateway.send(PROBATION, aReferral({ caseId: aCase() })))
    await stage.later(0)
    assert.equal(stage.peer.heard.length, pushed)
    assert.ok(stage.hook.heard.length > called)
    stage.reachBy('pairs-paris', [])
  })

  it('what was taken back before it could be pushed is not pushed', async () => {
    stage.peer.behave((_heard, response) => void response.writeHead(500).end())
    const id = await stage.handOver(aCase())
    stage.reachBy(PROBATION, [stage.push])
    const other = await stage.handOver(aCase())
    const [delivery] = await stage.deliveriesOf(other)
    assert.ok(delivery !== undefined)
    await stage.gateway.deps.store.transaction((tx) => tx.deliveries.setState(delivery.id, 'withdrawn', Date.now()))
    const before = stage.peer.heard.length
    stage.peer.behave(takes)
    await stage.later(HOUR_MS)
    assert.equal(stage.peer.heard.length, before)
    assert.equal((await stage.errandsOf(other))[0]?.job?.outcome, 'withdrawn')
    assert.deepEqual(await stage.errandsOf(id), [])
  })

  it('what was given up is carried anew as a child, once, and its parent stays as it was', async () => {
    stage.reachBy(PROBATION, [stage.push])
    stage.peer.behave((_heard, response) => void response.writeHead(500).end())
    const id = await stage.handOver(aCase())
    const before = stage.peer.heard.length
    for (let tries = 0; tries < 60 && (await listStuck(stage.gateway.deps)).items[0]?.state !== 'stuck'; tries += 1)
      await stage.later(7 * HOUR_MS)
    const [line, ...more] = (await listStuck(stage.gateway.deps)).items
    assert.ok(line !== undefined && more.length === 0)
    assert.deepEqual([line.state, line.reason, line.attempts], ['stuck', 'answer-refused', CARRY_RETRY.maxAttempts])
    assert.equal(stage.peer.heard.length - before, CARRY_RETRY.maxAttempts - 1)
    assert.ok(
      stage.gateway.log.some(({ level, event }) => level === 'alarm' && event.startsWith('a delivery was given up')),
    )
    stage.peer.behave(takes)
    const replayed = await replayCarry(stage.gateway.deps, line.id)
    assert.ok(replayed.ok)
    const again = await replayCarry(stage.gateway.deps, line.id)
    assert.deepEqual(again.ok ? 'ok' : again.problem.code, 'message-out-of-turn')
    await stage.later(0)
    const [parent, child] = await stage.errandsOf(id)
    assert.deepEqual([parent?.job?.state, child?.job?.outcome], ['stuck', 'carried'])
    assert.deepEqual([child?.parent, child?.root], [parent?.id, parent?.id])
    assert.deepEqual(await listStuck(stage.gateway.deps), { items: [] })
    assert.equal((await auditOf('delivery-replayed')).length, 1)
    const unknown = await replayCarry(stage.gateway.deps, line.delivery ?? '')
    assert.deepEqual(unknown.ok ? 'ok' : unknown.problem.code, 'not-found')
  })

  it('a ping tries every way of a member, and says of each whether it leads there', async () => {
    stage.reachBy(PROBATION, [stage.push, stage.webhook, { way: 'folder' }])
    const pinged = await pingMember(stage.gateway.deps, PROBATION as never)
    assert.ok(pinged.ok)
    assert.deepEqual(pinged.value, [
      { way: 'https', outcome: 'reached' },
      { way: 'webhook', outcome: 'reached' },
      { way: 'folder', outcome: 'not-set-up' },
    ])
    assert.equal(typesHeard().at(-1), 'passerelle.ping.v1')
    assert.equal((await pingMember(stage.gateway.deps, 'nobody-known' as never)).ok, false)
  })

  it('nothing of a message is in a notice, whatever the step', () => {
    for (const { body } of stage.hook.heard)
      assert.doesNotMatch(body, /DEMO-U|CaseHandover|Referral|prison|probation|pairs|appointment/)
  })
})
