/** A member that is out: what waits for it stops, and what it holds is reported once, by case and kind. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { endMemberships } from '#gateway/rooms/end-membership.ts'
import { heldBy } from '#gateway/rooms/held.ts'
import type { Store } from '#gateway/ports/store.ts'
import {
  accepted,
  aDelivery,
  aJob,
  aLedgerEntry,
  ASSOCIATION,
  caseId,
  mandate,
  newItemId,
  NOW,
} from '#test/contract/stored-things.ts'
import { aTestNetwork } from '#test/support/example-network.ts'

const collected = async (store: Store, changes: Parameters<typeof aDelivery>[0], at: number): Promise<void> => {
  const delivery = aDelivery(changes)
  await store.transaction(async (tx) => {
    await tx.deliveries.add(delivery)
    await tx.deliveries.setState(delivery.id, 'collected', at)
  })
}

describe('the end of a membership', () => {
  const depsOf = async (store: Store) => {
    const { registry } = await aTestNetwork(NOW)
    const told: object[] = []
    const counted: string[] = []
    return {
      told,
      counted,
      deps: {
        store,
        clock: () => NOW + 10,
        registry: () => registry,
        newId: randomUUID,
        queue: { nudge: () => {}, work: async () => {} },
        log: {
          info: () => {},
          warn: () => {},
          alarm: (event: string, fields?: object) => void told.push({ event, ...fields }),
        },
        meter: { count: (name: string) => void counted.push(name), observe: () => {} },
      },
    }
  }

  it('stops what waits for a mandate that only its deliveries still name, however many came before', async () => {
    await using store = await openSqliteStore(':memory:')
    const [often, late] = [mandate('held-often'), mandate('held-late')]
    for (let index = 0; index < 100; index += 1) await collected(store, { mandate: often }, NOW)
    await collected(store, { mandate: late }, NOW)
    const message = await store.transaction((tx) => accepted(tx))
    const job = aJob({ mandate: late, messageId: message.id, caseId: message.caseId })
    await store.transaction((tx) => tx.outbox.add([job]))
    const { deps, told } = await depsOf(store)
    await endMemberships(deps)
    const [status] = await store.read.outbox.ofMessage(message.id)
    assert.deepEqual([status?.state, status?.outcome], ['stopped', 'mandate-unknown'])
    const [end] = await store.read.memberships.open()
    assert.deepEqual([end?.organisation, end?.stopped, end?.report?.deliveries], [ASSOCIATION, 1, 101])
    assert.deepEqual(told, [
      {
        event: 'a member is out: what it still holds is in its report',
        organisation: ASSOCIATION,
        reason: 'mandate-unknown',
        cases: 1,
        deliveries: 101,
        items: 0,
      },
    ])
  })

  it('is reported once where two find it at the same time', async () => {
    await using store = await openSqliteStore(':memory:')
    await collected(store, {}, NOW)
    const { deps, told, counted } = await depsOf(store)
    await Promise.all([endMemberships(deps), endMemberships(deps)])
    const acts = (await store.read.audit.rows(1, 10)).map(({ event }) => event.act)
    assert.deepEqual(acts, ['membership-ended', 'membership-reported'])
    assert.deepEqual([told.length, counted], [1, ['membership_ends']])
  })
})

describe('what a member holds', () => {
  it('is told by case and kind in their order, with what was recalled of it and on which conditions it was given', async () => {
    await using store = await openSqliteStore(':memory:')
    const [first, second] = [caseId('C-1'), caseId('C-2')]
    const items = [newItemId(), newItemId()] as const
    const [later, earlier, unread] = [
      aDelivery({ caseId: second }),
      aDelivery({ caseId: first }),
      aDelivery({ caseId: caseId('C-3') }),
    ]
    const message = await store.transaction((tx) => accepted(tx, { caseId: first }))
    await store.transaction(async (tx) => {
      for (const delivery of [later, earlier, unread]) await tx.deliveries.add(delivery)
      await tx.deliveries.setState(later.id, 'collected', NOW + 2)
      await tx.deliveries.setState(earlier.id, 'collected', NOW + 1)
      const entry = { deliveryId: earlier.id, caseId: first }
      await tx.ledger.add([
        aLedgerEntry({ ...entry, itemId: items[0], conditions: ['no-onward', 'delete-after-use'] }),
        aLedgerEntry({ ...entry, itemId: items[1], conditions: ['no-onward'] }),
      ])
      await tx.cases.addItems(
        first,
        message.id,
        items.map((itemId) => ({ itemId })),
        NOW,
      )
      // One is superseded, which is no recall, and one is recalled.
      await tx.cases.addItems(first, message.id, [{ itemId: newItemId(), supersedes: items[1] }], NOW)
      await tx.cases.recallItems(first, [items[0]], NOW)
    })
    const held = await heldBy(store.read, ASSOCIATION)
    assert.deepEqual(
      held.map((one) => [one.caseId, one.deliveries, one.items, one.recalled, one.conditions, one.lastCollectedAt]),
      [
        ['C-1', 1, 2, 1, ['delete-after-use', 'no-onward'], '2027-03-01T00:00:00.001Z'],
        ['C-2', 1, 0, 0, [], '2027-03-01T00:00:00.002Z'],
      ],
    )
  })
})
