/** What is left of an erased case for whoever held something of it: what came first, and the erasure; in pages, the last erased first. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { erasedOf } from '#adapters/vault/sealed/erased-deliveries.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import type { Deliveries } from '#gateway/ports/store.ts'
import type { ErasedCase } from '#gateway/ports/vault.ts'
import { ASSOCIATION, MENTOR, NOW, PRISON, aDelivery, mandate } from '#test/contract/stored-things.ts'
import { aCase, aVault } from './vaults.ts'

const SILENT = { alarm: () => {} }
const OWN = { organisation: ASSOCIATION, mandate: MENTOR }

describe('deliveries of erased cases', () => {
  it('tell their mandate what came first and of the erasure, the last erased first, and nobody else', async () => {
    const vault = await aVault()
    await using store = sealStore(await openSqliteStore(':memory:'), vault, SILENT)
    const sent = [
      aDelivery({ caseId: aCase('a'), kind: 'Referral', createdAt: NOW, collectedAt: NOW + 1 }),
      aDelivery({ caseId: aCase('a'), kind: 'QuarterlyReport', createdAt: NOW + 5 }),
      aDelivery({ caseId: aCase('b') }),
      aDelivery({ caseId: aCase('lives') }),
      aDelivery({ caseId: aCase('other'), mandate: mandate('mentor-2') }),
      aDelivery({ caseId: aCase('elsewhere'), organisation: PRISON }),
    ]
    await store.transaction(async (tx) => {
      for (const delivery of sent) await tx.deliveries.add(delivery)
    })
    assert.deepEqual(await store.read.deliveries.erased({ ...OWN, limit: 5 }), [])
    for (const [index, name] of ['a', 'b', 'other', 'elsewhere'].entries())
      await vault.erase(aCase(name), NOW + 10 + index, 30)
    const found = await store.read.deliveries.erased({ ...OWN, limit: 5 })
    assert.deepEqual(
      found.map(({ kind, collectedAt, erasure }) => [kind, collectedAt, erasure.erasedAt - NOW, erasure.backupDays]),
      [
        ['EndOfCustodyNote', undefined, 11, 30],
        ['Referral', NOW + 1, 10, 30],
      ],
    )
    assert(!JSON.stringify(found).includes('CASE-a'))
    const earlier = await store.read.deliveries.erased({ ...OWN, before: NOW + 11, limit: 1 })
    assert.deepEqual(
      earlier.map(({ kind }) => kind),
      ['Referral'],
    )
  })

  it('are looked for among as many erasures as there are, and a page ends with all of one instant', async () => {
    const erasures = Array.from({ length: 1201 }, (_, index) => anErasure(index))
    const erased = async ({ before = Infinity, limit }: { readonly before?: number; readonly limit: number }) =>
      erasures.filter(({ erasedAt }) => erasedAt < before).slice(0, limit)
    const inner = {
      ofCases: async (aliases: readonly string[]) =>
        aliases
          .filter((alias) => Number(alias) >= 700)
          .map((alias) => ({ ...aDelivery(), caseId: alias, seq: 1, state: 'collected' })),
    } as unknown as Pick<Deliveries, 'ofCases'>
    const pageFrom = async (before?: number): Promise<readonly number[]> =>
      (await erasedOf(inner, { erased }, { ...OWN, limit: 3, ...(before === undefined ? {} : { before }) })).map(
        ({ erasure }) => erasure.erasedAt,
      )
    assert.deepEqual(await pageFrom(), [1201 - 700, 1201 - 701, 1201 - 702])
    assert.deepEqual(await pageFrom(3), [2, 1])
    erasures.splice(703, 1, { ...anErasure(703), erasedAt: 1201 - 702 })
    assert.equal((await pageFrom()).length, 4)
  })

  it('are named by a vault with all that was erased at the last instant that it reaches', async () => {
    await using vault = await aVault()
    for (const [name, at] of [
      ['a', NOW],
      ['b', NOW],
      ['c', NOW],
      ['d', NOW + 1],
    ] as const) {
      await vault.aliasFor(aCase(name))
      await vault.erase(aCase(name), at, 30)
    }
    const told = async (request: { readonly before?: number; readonly limit: number }): Promise<readonly number[]> =>
      (await vault.erased(request)).map(({ erasedAt }) => erasedAt - NOW)
    assert.deepEqual(await told({ limit: 1 }), [1])
    assert.deepEqual(await told({ limit: 2 }), [1, 0, 0, 0])
    assert.deepEqual(await told({ limit: 9 }), [1, 0, 0, 0])
    assert.deepEqual(await told({ before: NOW + 1, limit: 9 }), [0, 0, 0])
    assert.deepEqual(await told({ before: NOW, limit: 9 }), [])
    assert((await vault.erased({ limit: 9 })).every(({ destroyed }) => destroyed.length > 0))
  })
})

/** The alias of the n-th is n; each was erased a millisecond before the one ahead of it. */
const anErasure = (index: number): ErasedCase => ({
  alias: String(index) as ErasedCase['alias'],
  commitment: String(index),
  erasedAt: 1201 - index,
  backupDays: 30,
  destroyed: [],
})
