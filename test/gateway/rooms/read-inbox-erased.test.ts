/** What was erased, page by page: one that is not published is not shown and hides none that is. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import type { Mandate, Participant } from '#gateway/core/participants.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { erasedHere } from '#gateway/rooms/read-inbox-erased.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { ASSOCIATION, MENTOR, NOW, aDelivery } from '#test/contract/stored-things.ts'
import { aCase, aVault } from '#test/adapters/vault/vaults.ts'

const ERASED = 30
const reader = {
  participant: { id: ASSOCIATION } as Participant,
  mandate: { id: MENTOR } as Mandate,
} as HostedReader

describe('pages of what was erased', () => {
  it('hold each published one once, whichever are not', async () => {
    const vault = await aVault()
    await using store = sealStore(await openSqliteStore(':memory:'), vault, { alarm: () => {} })
    const numbers = Array.from({ length: ERASED }, (_, index) => index)
    const name = (index: number) => aCase(String.fromCodePoint(97 + (index % 26)) + String(index))
    for (const index of numbers) {
      // The third is beyond what is published.
      const logIndex = index === 2 ? 9 : 0
      await store.transaction((tx) =>
        tx.deliveries.add(aDelivery({ caseId: name(index), createdAt: NOW + index, logIndex })),
      )
    }
    for (const index of numbers) await vault.erase(name(index), NOW + 1000 - index, 30)
    const { read } = store
    const published = { ...read, log: { ...read.log, published: async () => ({ size: 1 }) } }
    const deps = { store: { ...store, read: published }, registry: () => ({ edges: [] }) } as unknown as Deps
    const first = await erasedHere(deps, reader)
    assert.equal(first.rows.length, 24)
    const second = await erasedHere(deps, reader, first.next ?? assert.fail('no second page'))
    assert.equal(second.next, undefined)
    assert.deepEqual(
      [...first.rows, ...second.rows].map(({ receivedAt }) => receivedAt - NOW),
      numbers.filter((index) => index !== 2),
    )
  })
})
