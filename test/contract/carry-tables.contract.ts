/** What every store does with errands, circuits of ways, and deliveries that wait to be read. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'mocha'
import type { Store } from '#gateway/ports/store.ts'
import type { Carry, UnreadDelivery } from '#gateway/ports/carries.ts'
import { ASSOCIATION, NOW, aJob, newDeliveryId } from './stored-things.ts'

/** Errands, ways and the ladder of unread mail, on one store. */
export function carryTablesContract(store: () => Store): void {
  const anErrand = (changes: Partial<Carry> = {}): Omit<Carry, 'attempts'> => {
    const id = changes.id ?? randomUUID()
    const fixed = { organisation: ASSOCIATION, way: 'https', cause: 'delivery', plannedAt: NOW } as const
    return { id, deliveryId: newDeliveryId(), root: id, ...fixed, ...changes }
  }
  const add = async (carry: Omit<Carry, 'attempts'>): Promise<void> =>
    store().transaction(async (tx) => {
      await tx.carries.add(carry)
      await tx.outbox.add([aJob({ id: carry.id, cause: 'carry' })])
    })

  it('keeps an errand as it was planned, and finds it by itself and by its delivery', async () => {
    const errand = anErrand()
    await add(errand)
    assert.deepEqual(await store().read.carries.get(errand.id), { ...errand, attempts: 0 })
    assert.deepEqual(await store().read.carries.ofDelivery(errand.deliveryId), [{ ...errand, attempts: 0 }])
    assert.equal(await store().read.carries.get(randomUUID()), undefined)
  })

  it('counts attempts, keeps the last fault, and the first instants of handing out and taking', async () => {
    const errand = anErrand()
    await add(errand)
    await store().transaction(async (tx) => {
      assert.equal(await tx.carries.begin(errand.id, NOW + 1), 1)
      assert.equal(await tx.carries.begin(errand.id, NOW + 2), 2)
      for (const fault of ['unreachable', 'cut-off']) await tx.carries.mark(errand.id, { fault })
      for (const at of [NOW + 3, NOW + 4]) await tx.carries.mark(errand.id, { handedAt: at, takenAt: at })
    })
    const marks = { attempts: 2, triedAt: NOW + 2, fault: 'cut-off', handedAt: NOW + 3, takenAt: NOW + 3 }
    assert.deepEqual(await store().read.carries.get(errand.id), { ...errand, ...marks })
  })

  it('gives up one child at most to what was given up, and shows no more of it then', async () => {
    const errand = anErrand()
    await add(errand)
    await store().transaction((tx) => tx.outbox.finish(errand.id, 'stuck', 'unreachable', NOW))
    const stuckIds = async (): Promise<readonly string[]> =>
      (await store().read.carries.stuck({ after: 0, limit: 1, id: errand.id })).map(({ id }) => id)
    assert.ok((await stuckIds()).includes(errand.id))
    await add(anErrand({ parent: errand.id, root: errand.id, deliveryId: errand.deliveryId }))
    assert.ok(!(await stuckIds()).includes(errand.id))
    await assert.rejects(add(anErrand({ parent: errand.id, root: errand.id, deliveryId: errand.deliveryId })))
  })

  it('lists what was given up or failed before it was judged too, a page at a time, and nothing that never failed', async () => {
    const before = await store().read.outbox.lastPosition()
    const stuckAfter = (after: number, limit = 10) => store().read.carries.stuck({ after, limit })
    const [given, failed, fresh] = [aJob(), aJob(), aJob()]
    const errand = anErrand()
    await store().transaction((tx) => tx.outbox.add([given, failed, fresh]))
    await add(errand)
    await store().transaction(async (tx) => {
      await tx.outbox.finish(given.id, 'stuck', 'handler-failed', NOW)
      await tx.outbox.retry(failed.id, NOW + 5, 'recipient-key-missing')
      await tx.outbox.retry(errand.id, NOW + 5, 'noticed-lately')
    })
    const { messageId, edge, mandate } = given
    const [first, second, ...more] = await stuckAfter(before)
    assert.deepEqual(first, {
      id: given.id,
      position: before + 1,
      messageId,
      edge,
      mandate,
      state: 'stuck',
      outcome: 'handler-failed',
      dueAt: NOW,
      attempts: 0,
    })
    assert.deepEqual(
      [second?.id, second?.state, second?.outcome, second?.dueAt, more.length],
      [failed.id, 'waiting', 'recipient-key-missing', NOW + 5, 0],
    )
    assert.deepEqual(
      (await stuckAfter(before, 1)).map(({ id }) => id),
      [given.id],
    )
    assert.deepEqual(
      (await stuckAfter(before + 1)).map(({ id }) => id),
      [failed.id],
    )
    await store().transaction((tx) => tx.carries.mark(errand.id, { fault: 'unreachable' }))
    assert.equal((await stuckAfter(before + 2))[0]?.carry?.fault, 'unreachable')
  })

  it('keeps the state of a way, and replaces it whole', async () => {
    const way = { organisation: ASSOCIATION, way: 'mail-alternate' } as const
    const open = { ...way, failures: 5, openedAt: NOW, openUntil: NOW + 1, probeUntil: NOW + 2, noticedAt: NOW - 1 }
    const read = () => store().read.carries.wayState(way.organisation, way.way)
    assert.equal(await read(), undefined)
    await store().transaction((tx) => tx.carries.putWayState(open))
    assert.deepEqual(await read(), open)
    await store().transaction((tx) => tx.carries.putWayState({ ...way, failures: 0 }))
    assert.deepEqual(await read(), { ...way, failures: 0 })
  })

  it('tells each step of an unread delivery to one alone, and forgets it when it was read', async () => {
    const unread: UnreadDelivery = { deliveryId: newDeliveryId(), nextAt: NOW, dueAt: NOW + 10 }
    const mine = async (now: number): Promise<readonly UnreadDelivery[]> =>
      (await store().read.carries.unreadDue(now, 100)).filter(({ deliveryId }) => deliveryId === unread.deliveryId)
    await store().transaction((tx) => tx.carries.awaitReading(unread))
    await store().transaction((tx) => tx.carries.awaitReading({ ...unread, nextAt: NOW + 99 }))
    assert.deepEqual(await mine(NOW - 1), [])
    assert.deepEqual(await mine(NOW), [unread])
    const step = (from: UnreadDelivery) =>
      store().transaction((tx) => tx.carries.stepUnread(from, 'reminder', { at: NOW + 1, nextAt: NOW + 5 }))
    assert.deepEqual([await step(unread), await step(unread)], [true, false])
    const stepped = { ...unread, nextAt: NOW + 5, step: 'reminder', steppedAt: NOW + 1 } as const
    assert.deepEqual(await store().read.carries.unreadOf(unread.deliveryId), stepped)
    const last = { at: NOW + 6, nextAt: undefined }
    assert.equal(await store().transaction((tx) => tx.carries.stepUnread(stepped, 'sender', last)), true)
    assert.deepEqual(await mine(NOW + 1_000_000_000_000), [])
    await store().transaction((tx) => tx.carries.forgetUnread(unread.deliveryId))
    assert.equal(await store().read.carries.unreadOf(unread.deliveryId), undefined)
  })
}
