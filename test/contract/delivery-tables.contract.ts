/** What every store does with deliveries, the ledger and recalls. */
import assert from 'node:assert/strict'
import { it } from 'mocha'
import type { Store } from '#gateway/ports/store.ts'
import type { RecallTarget } from '#gateway/ports/recalls.ts'
import type { Delivery, DeliveryEntry } from '#gateway/ports/stored.ts'
import {
  ASSOCIATION,
  MENTOR,
  NOW,
  PRISON,
  aDelivery,
  aLedgerEntry,
  aRecord,
  mandate,
  newCaseId,
  newDeliveryId,
  newItemId,
  newMessageId,
  organisation,
} from './stored-things.ts'

/** Deliveries, ledger and recalls, on one store. */
export function deliveryTablesContract(store: () => Store): void {
  mailboxContract(store)
  statesContract(store)
  ledgerContract(store)
  recallsContract(store)
}

const ids = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id)

const deliver = (store: Store, changes: Parameters<typeof aDelivery>[0] = {}): Promise<Delivery> =>
  store.transaction(async (tx) => {
    const delivery = aDelivery(changes)
    await tx.deliveries.add(delivery)
    await tx.deliveries.putParcel(delivery.id, `parcel of ${delivery.id}`)
    const added = await tx.deliveries.get(delivery.id)
    assert(added !== undefined)
    return added
  })

function mailboxContract(store: () => Store): void {
  it('gives a delivery back as it was added, in the mailbox, with its parcel', async () => {
    const delivery = aDelivery()
    const added = await store().transaction(async (tx) => {
      await tx.deliveries.add(delivery)
      await tx.deliveries.putParcel(delivery.id, 'sealed')
      return tx.deliveries.get(delivery.id)
    })
    assert(added !== undefined)
    assert.deepEqual(added, { ...delivery, seq: added.seq, state: 'in-mailbox', parcel: 'sealed' })
    assert.equal(await store().read.deliveries.get(newDeliveryId()), undefined)
  })

  it('refuses the same delivery twice, and a parcel without a delivery', async () => {
    const { id } = await deliver(store())
    await assert.rejects(store().transaction((tx) => tx.deliveries.add(aDelivery({ id }))))
    await assert.rejects(store().transaction((tx) => tx.deliveries.putParcel(newDeliveryId(), 'sealed')))
  })

  it('lists a mailbox in rising order, page after page, without what has no parcel yet', async () => {
    const owner = organisation('mailbox-owner')
    const added: Delivery[] = []
    for (let count = 0; count < 7; count++) {
      added.push(await deliver(store(), { organisation: owner, createdAt: NOW - count }))
      await deliver(store())
    }
    await store().transaction((tx) => tx.deliveries.add(aDelivery({ organisation: owner })))
    const found: DeliveryEntry[] = []
    for (let after = 0; ;) {
      const page = await store().read.deliveries.list({ organisation: owner, after, limit: 3 })
      found.push(...page)
      after = page.at(-1)?.seq ?? after
      if (page.length < 3) break
    }
    assert.deepEqual(found, added.map(entryOf))
    assert(found.every(({ seq }, index) => Number.isSafeInteger(seq) && seq > (found[index - 1]?.seq ?? 0)))
  })

  it('leaves gaps between positions that do not count the deliveries of others', async () => {
    const [quiet, busy] = [organisation('quiet'), organisation('busy')]
    const before = await deliver(store(), { organisation: quiet })
    for (let count = 0; count < 20; count++) await deliver(store(), { organisation: busy })
    const after = await deliver(store(), { organisation: quiet, createdAt: NOW + 60_000 })
    assert(after.seq - before.seq > 50_000_000, 'the gap is one of time')
  })

  it('lists for one mandate only, and nothing withdrawn', async () => {
    const owner = organisation('two-mandates')
    const [mine, other, gone] = [
      await deliver(store(), { organisation: owner }),
      await deliver(store(), { organisation: owner, mandate: mandate('mentor-2') }),
      await deliver(store(), { organisation: owner }),
    ]
    await store().transaction((tx) => tx.deliveries.setState(gone.id, 'withdrawn', NOW))
    const list = (of: { readonly mandate?: typeof MENTOR }) =>
      store().read.deliveries.list({ organisation: owner, after: 0, limit: 10, ...of })
    assert.deepEqual(ids(await list({})), [mine.id, other.id])
    assert.deepEqual(ids(await list({ mandate: MENTOR })), [mine.id])
    assert.equal((await store().read.deliveries.get(gone.id))?.state, 'withdrawn')
  })

  it('finds deliveries by message, by case and by mandate, and the latest of them', async () => {
    const [messageId, caseId] = [newMessageId(), newCaseId()]
    const other = mandate('mentor-2')
    const first = await deliver(store(), { messageId, caseId })
    const second = await deliver(store(), { messageId, caseId, createdAt: NOW + 1 })
    const third = await deliver(store(), { messageId, caseId, mandate: other, createdAt: NOW + 2 })
    const { deliveries } = store().read
    assert.deepEqual(await deliveries.latest({ messageId, mandate: MENTOR }), entryOf(second))
    assert.equal(await deliveries.latest({ messageId: newMessageId(), mandate: MENTOR }), undefined)
    assert.deepEqual(ids(await deliveries.ofMessage(messageId)), [first.id, second.id, third.id])
    assert.deepEqual(ids(await deliveries.ofCase(caseId)), [first.id, second.id, third.id])
    assert.deepEqual(ids(await deliveries.ofCase(caseId, other)), [third.id])
    const elsewhere = await deliver(store(), { caseId: newCaseId() })
    const ofBoth = ids(await deliveries.ofCases([caseId, elsewhere.caseId, newCaseId()], MENTOR))
    assert.deepEqual(new Set(ofBoth), new Set([first.id, second.id, elsewhere.id]))
    assert.deepEqual(await deliveries.ofCases([], MENTOR), [])
    assert.deepEqual(await deliveries.erased({ organisation: ASSOCIATION, mandate: MENTOR, limit: 1 }), [])
  })

  it('keeps the record of a decision, once', async () => {
    const { id } = await deliver(store())
    const record = aRecord()
    assert.equal(await store().read.deliveries.recordOf(id), undefined)
    await store().transaction((tx) => tx.deliveries.putRecord(id, record))
    assert.deepEqual(await store().read.deliveries.recordOf(id), record)
    await assert.rejects(store().transaction((tx) => tx.deliveries.putRecord(id, record)))
  })
}

function statesContract(store: () => Store): void {
  it('moves a delivery forward only, and keeps the first instant of each state', async () => {
    const { id } = await deliver(store())
    const stateAfter = (state: 'collected' | 'acknowledged' | 'withdrawn', at: number) =>
      store().transaction(async (tx) => {
        await tx.deliveries.setState(id, state, at)
        const { state: now, collectedAt, acknowledgedAt } = (await tx.deliveries.get(id)) ?? {}
        return [now, collectedAt, acknowledgedAt]
      })
    assert.deepEqual(await stateAfter('collected', 1), ['collected', 1, undefined])
    assert.deepEqual(await stateAfter('collected', 2), ['collected', 1, undefined])
    assert.deepEqual(await stateAfter('acknowledged', 3), ['acknowledged', 1, 3])
    assert.deepEqual(await stateAfter('collected', 4), ['acknowledged', 1, 3])
    assert.deepEqual(await stateAfter('acknowledged', 5), ['acknowledged', 1, 3])
    assert.deepEqual(await stateAfter('withdrawn', 6), ['withdrawn', 1, 3])
    assert.deepEqual(await stateAfter('acknowledged', 7), ['withdrawn', 1, 3])
  })

  it('knows when a mandate last acknowledged a delivery of a case', async () => {
    const caseId = newCaseId()
    const [first, second] = [await deliver(store(), { caseId }), await deliver(store(), { caseId })]
    const { deliveries } = store().read
    assert.equal(await deliveries.lastAcknowledgedAt(caseId, MENTOR), undefined)
    await store().transaction(async (tx) => {
      await tx.deliveries.setState(first.id, 'acknowledged', NOW + 2)
      await tx.deliveries.setState(second.id, 'acknowledged', NOW + 1)
    })
    assert.equal(await deliveries.lastAcknowledgedAt(caseId, MENTOR), NOW + 2)
    assert.equal(await deliveries.lastAcknowledgedAt(caseId, mandate('mentor-2')), undefined)
  })
}

function ledgerContract(store: () => Store): void {
  it('answers who could read an item, in this case only', async () => {
    const [caseId, itemId] = [newCaseId(), newItemId()]
    const [early, late] = [
      aLedgerEntry({ caseId, itemId }),
      aLedgerEntry({ caseId, itemId, at: NOW + 1, level: 'full' }),
    ]
    const elsewhere = aLedgerEntry({ itemId, caseId: newCaseId() })
    await store().transaction((tx) => tx.ledger.add([late, early, elsewhere, aLedgerEntry({ caseId })]))
    assert.deepEqual(await store().read.ledger.ofItems(caseId, [itemId, newItemId(), itemId]), [early, late])
    assert.deepEqual(await store().read.ledger.ofItems(caseId, []), [])
    assert.deepEqual(await store().read.ledger.ofDelivery(early.deliveryId), [early])
  })

  it('takes no entries, many entries, and none twice', async () => {
    const deliveryId = newDeliveryId()
    const entries = Array.from({ length: 300 }, () => aLedgerEntry({ deliveryId }))
    await store().transaction((tx) => tx.ledger.add([]))
    await store().transaction((tx) => tx.ledger.add(entries))
    assert.deepEqual(new Set(await store().read.ledger.ofDelivery(deliveryId)), new Set(entries))
    await assert.rejects(store().transaction((tx) => tx.ledger.add(entries.slice(0, 1))))
  })
}

function recallsContract(store: () => Store): void {
  const target = (changes: Partial<RecallTarget>): RecallTarget => ({
    recallId: newMessageId(),
    organisation: ASSOCIATION,
    mandate: MENTOR,
    state: 'waiting',
    dueAt: NOW,
    ...changes,
  })

  it('marks what an organisation answers, all its mandates or one, once', async () => {
    const recallId = newMessageId()
    const other = mandate('mentor-2')
    const targets = [
      target({ recallId }),
      target({ recallId, mandate: other }),
      target({ recallId, organisation: PRISON }),
    ]
    await store().transaction((tx) => tx.recalls.expect(targets))
    const answer = (changes: { readonly mandate?: typeof other }) =>
      store().transaction((tx) =>
        tx.recalls.answer({ recallId, organisation: ASSOCIATION, action: 'deleted', at: NOW + 1, ...changes }),
      )
    assert.equal(await answer({ mandate: other }), 1)
    assert.equal(await answer({}), 1)
    assert.equal(await answer({}), 0)
    await store().transaction((tx) => tx.recalls.expect(targets))
    assert.deepEqual(await store().read.recalls.targets(recallId), [
      { ...target({ recallId }), state: 'deleted', answeredAt: NOW + 1 },
      { ...target({ recallId, mandate: other }), state: 'deleted', answeredAt: NOW + 1 },
      target({ recallId, organisation: PRISON }),
    ])
  })

  it('names the targets that wait past their instant', async () => {
    const recallId = newMessageId()
    await store().transaction((tx) => tx.recalls.expect([target({ recallId, dueAt: NOW + 500 })]))
    const overdue = async (now: number) =>
      (await store().read.recalls.overdue(now)).filter((due) => due.recallId === recallId)
    assert.deepEqual(await overdue(NOW + 500), [])
    assert.deepEqual(await overdue(NOW + 501), [target({ recallId, dueAt: NOW + 500 })])
    await store().transaction((tx) =>
      tx.recalls.answer({ recallId, organisation: ASSOCIATION, action: 'locked', at: NOW }),
    )
    assert.deepEqual(await overdue(NOW + 501), [])
  })
}

function entryOf(delivery: Delivery): DeliveryEntry {
  const { parcel: _, ...entry } = delivery
  return entry
}
