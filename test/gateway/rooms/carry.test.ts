/** The second leg where it cannot go yet, or not any more: nothing is carried, the errand says why, and comes back where it may. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'mocha'
import { fail } from '#gateway/core/problem.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { Carrier } from '#gateway/ports/courier.ts'
import type { Delivery, Job, JobStatus } from '#gateway/ports/stored.ts'
import { carry } from '#gateway/rooms/carry.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { handOut } from '#gateway/rooms/hand-out.ts'
import { dyingAfter, errandTo, openCourierStage, PRISON, PROBATION } from '#test/support/courier-stage.ts'
import type { CourierStage } from '#test/support/courier-stage.ts'
import { expectStatus } from '#test/support/gateway.ts'
import { anItemText } from '#test/support/messages.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

describe('carry', function () {
  this.timeout(120_000)
  let stage: CourierStage
  before(async () => {
    stage = await openCourierStage()
  })
  after(() => stage[Symbol.asyncDispose]())
  afterEach(async () => {
    await stage.gateway.letWitness(true)
    stage.reachBy(PROBATION, [])
  })

  let cases = 0
  const aCase = (): string => `DEMO-C-${String((cases += 1)).padStart(2, '0')}`
  /** A parcel in its mailbox, and nobody who carries it. */
  const delivered = async (changes: object = {}): Promise<Delivery> => {
    stage.reachBy(PROBATION, [])
    const [entry] = await stage.deliveriesOf(await stage.handOver(aCase(), changes))
    const delivery = entry && (await stage.gateway.deps.store.read.deliveries.get(entry.id))
    assert.ok(delivery !== undefined)
    return delivery
  }
  const waiting = async (way: Parameters<typeof errandTo>[2] = 'https') => {
    const delivery = await delivered()
    const job = await errandTo(stage, delivery.id, way)
    stage.reachBy(PROBATION, [stage.push])
    return { delivery, job }
  }
  const statusOf = async ({ id, messageId }: Job): Promise<JobStatus> => {
    const found = (await stage.gateway.deps.store.read.outbox.ofMessage(messageId)).find(({ job }) => job.id === id)
    assert.ok(found !== undefined)
    return found
  }
  const stateOf = async (job: Job): Promise<readonly unknown[]> => {
    const { state, outcome } = await statusOf(job)
    return [state, outcome]
  }
  const deps = (): Deps => stage.gateway.deps
  /** One that pushes as this does. */
  const pushing = (push: Carrier['carry']): Deps => {
    const { carriers } = deps()
    assert.ok(carriers?.by.https !== undefined)
    return { ...deps(), carriers: { ...carriers, by: { https: { ...carriers.by.https, carry: push } } } }
  }
  const carriersOf = (): NonNullable<Deps['carriers']> => deps().carriers ?? assert.fail()

  const LATER: readonly (readonly [string, () => Deps, readonly [number, number]])[] = [
    ['clock-unreliable', () => ({ ...deps(), isClockReliable: () => false }), [MINUTE_MS, MINUTE_MS + 500]],
    [
      'trust-list-expired',
      () => {
        const { trustLists } = deps()
        assert.ok(trustLists !== undefined)
        return { ...deps(), trustLists: { ...trustLists, inForce: () => fail('trust-list-expired') } }
      },
      [MINUTE_MS, MINUTE_MS + 500],
    ],
    [
      'courier-busy',
      () => ({ ...deps(), carriers: { ...carriersOf(), turnstile: { enter: () => undefined } } }),
      [500, 1_000],
    ],
  ]
  for (const [reason, changed, [least, most]] of LATER)
    it(`${reason}: comes back after a while, without an attempt, and goes then`, async () => {
      const { job, delivery } = await waiting()
      const before = stage.peer.heard.length
      const at = stage.gateway.now()
      await carry(changed(), job)
      const { state, outcome, job: later } = await statusOf(job)
      assert.deepEqual([state, outcome], ['waiting', reason])
      assert.ok(later.dueAt >= at + least && later.dueAt <= stage.gateway.now() + most, `${later.dueAt - at} ms`)
      assert.equal((await deps().store.read.carries.get(job.id))?.attempts, 0)
      assert.equal(stage.peer.heard.length, before)
      await stage.later(2 * MINUTE_MS)
      assert.deepEqual(await stateOf(job), ['done', 'carried'])
      assert.equal((await deps().store.read.deliveries.get(delivery.id))?.state, 'collected')
    })

  it('not-published: shows nothing before a checkpoint covers it', async () => {
    await stage.gateway.letWitness(false)
    const { job, delivery } = await waiting()
    await carry(deps(), job)
    assert.deepEqual(await stateOf(job), ['waiting', 'not-published'])
    const parcel = await deps().store.read.carries.get(job.id)
    assert.ok(parcel !== undefined)
    await assert.rejects(handOut(deps(), parcel), /has no receipt/)
    assert.equal((await deps().store.read.deliveries.get(delivery.id))?.state, 'in-mailbox')
    await stage.gateway.letWitness(true)
    await carry(deps(), job)
    assert.deepEqual(await stateOf(job), ['done', 'carried'])
  })

  const changed = (change: (entry: Registry['participants'][number]) => object | undefined): void =>
    stage.gateway.changeRegistry((old) => ({
      ...old,
      participants: old.participants.flatMap((entry) =>
        entry.id === PROBATION ? ([change(entry) ?? []].flat() as Registry['participants'][number][]) : [entry],
      ),
    }))
  const ENDED: readonly (readonly [string, string, string, () => void])[] = [
    [
      'its recipient is reached by no such way any more',
      'stopped',
      'courier-ended',
      () => stage.reachBy(PROBATION, []),
    ],
    ['its recipient is in no registry any more', 'stopped', 'courier-ended', () => changed(() => undefined)],
    [
      'its recipient was suspended',
      'stopped',
      'participant-suspended',
      () => changed((entry) => ({ ...entry, suspendedAt: stage.gateway.now() - DAY_MS })),
    ],
    [
      'this gateway has not set up its way',
      'stuck',
      'not-set-up',
      () => changed((entry) => ({ ...entry, couriers: [{ way: 'folder' }] })),
    ],
  ]
  for (const [where, state, outcome, change] of ENDED)
    it(`ends as ${outcome} where ${where}, and the parcel stays in its mailbox`, async () => {
      const { job, delivery } = await waiting(outcome === 'not-set-up' ? 'folder' : 'https')
      const registry = deps().registry()
      change()
      await carry(deps(), job)
      stage.gateway.changeRegistry(() => registry)
      assert.deepEqual(await stateOf(job), [state, outcome])
      assert.equal((await deps().store.read.deliveries.get(delivery.id))?.state, 'in-mailbox')
    })

  it('ends an errand of which nothing is known, and every one where this gateway carries nothing', async () => {
    const { job, delivery } = await waiting()
    const at = stage.gateway.now() + MINUTE_MS
    const { messageId, caseId, edge, mandate } = delivery
    const strange = { id: deps().newId(), messageId, caseId, edge, mandate, dueAt: at, cause: 'carry' }
    await deps().store.transaction((tx) => tx.outbox.add([strange]))
    await carry(deps(), { ...strange, attempts: 1 })
    assert.deepEqual(await stateOf({ ...strange, attempts: 1 }), ['stopped', 'carry-unknown'])
    const { carriers: _, ...without } = deps()
    await carry(without, job)
    assert.deepEqual(await stateOf(job), ['stopped', 'carry-unknown'])
  })

  it('a courier that throws has failed, as one that says so, and is tried again', async () => {
    const { job, delivery } = await waiting()
    await carry(
      pushing(async () => {
        throw new Error('a fault of the courier')
      }),
      job,
    )
    assert.deepEqual(await stateOf(job), ['waiting', 'failed'])
    const kept = await deps().store.read.carries.get(job.id)
    assert.deepEqual([kept?.attempts, kept?.fault, kept?.handedAt], [1, 'failed', undefined])
    assert.equal((await deps().store.read.deliveries.get(delivery.id))?.state, 'in-mailbox')
  })

  const failures = async (): Promise<number> =>
    (await deps().store.read.carries.wayState(PROBATION as never, 'https'))?.failures ?? 0

  it('a store that does not answer while the parcel is taken is no fault of the recipient: the lease brings it back', async () => {
    const { job, delivery } = await waiting()
    const before = [stage.peer.heard.length, stage.gateway.log.length]
    const failed = await failures()
    await carry({ ...deps(), store: dyingAfter(deps().store, 1) }, job)
    assert.deepEqual([stage.peer.heard.length], before.slice(0, 1))
    assert.ok(stage.gateway.log.slice(before[1]).some(({ event }) => event.startsWith('an errand was interrupted')))
    assert.equal(await failures(), failed)
    assert.equal((await statusOf(job)).state, 'waiting')
    assert.equal((await deps().store.read.deliveries.get(delivery.id))?.state, 'in-mailbox')
  })

  /** Something happens to the delivery while its recipient stands at the open door. */
  const atTheDoor = (happens: () => Promise<unknown>): Deps =>
    pushing(async ({ take }) => {
      await happens()
      return (await take()) === undefined ? { kind: 'withheld' } : { kind: 'taken' }
    })
  const GONE: readonly (readonly [string, (delivery: Delivery) => Promise<unknown>])[] = [
    [
      'withdrawn',
      ({ id }) => deps().store.transaction((tx) => tx.deliveries.setState(id, 'withdrawn', stage.gateway.now())),
    ],
    [
      'acknowledged',
      async ({ id }) => {
        expectStatus(200, await stage.gateway.collect({ organisation: PROBATION }, id))
        expectStatus(200, await stage.gateway.acknowledge({ organisation: PROBATION }, id))
      },
    ],
  ]
  for (const [how, happens] of GONE)
    it(`hands out nothing that was ${how} at the last moment, and its recipient keeps a good name`, async () => {
      const { job, delivery } = await waiting()
      await carry(
        atTheDoor(() => happens(delivery)),
        job,
      )
      assert.deepEqual(await stateOf(job), ['done', 'withheld'])
      assert.equal((await deps().store.read.carries.get(job.id))?.handedAt, undefined)
      assert.equal(await failures(), 0)
    })

  it('hands out nothing of which an item was recalled, though it lies in the mailbox still', async () => {
    const item = anItemText({ author: { role: 'registrar', service: 'prison-paris' } })
    const delivery = await delivered({ items: [item] })
    const job = await errandTo(stage, delivery.id)
    await deps().store.transaction((tx) =>
      tx.cases.recallItems(delivery.caseId, [item.itemId as never], stage.gateway.now()),
    )
    stage.reachBy(PROBATION, [stage.push])
    const before = stage.peer.heard.length
    await carry(
      atTheDoor(async () => {}),
      job,
    )
    assert.deepEqual(await stateOf(job), ['done', 'withheld'])
    assert.equal(stage.peer.heard.length, before)
    assert.equal((await deps().store.read.deliveries.get(delivery.id))?.state, 'in-mailbox')
  })

  it('what its recipient may not have any more is judged again, and not handed out', async () => {
    const { job, delivery } = await waiting()
    const restricted = { minor: false, restrictedTo: ['court-paris'] }
    const restrict = (): Promise<unknown> =>
      deps().store.transaction((tx) =>
        tx.cases.stateFacts(delivery.caseId, {
          by: PRISON as never,
          at: stage.gateway.now(),
          facts: restricted as never,
        }),
      )
    await carry(atTheDoor(restrict), job)
    assert.deepEqual(await stateOf(job), ['done', 'withheld'])
    assert.equal((await deps().store.read.deliveries.get(delivery.id))?.state, 'withdrawn')
    const jobs = await deps().store.read.outbox.ofMessage(delivery.messageId)
    assert.ok(jobs.some(({ job: { cause } }) => cause === 're-judge'))
  })

  it('an errand of a delivery that is nowhere hands out nothing', async () => {
    const { job } = await waiting()
    const known = await deps().store.read.carries.get(job.id)
    assert.ok(known !== undefined)
    assert.equal(await handOut(deps(), { ...known, deliveryId: deps().newId() as never }), undefined)
  })
})
