/** The ledger at rest: one sealed line a delivery, which says of every item who could read it and why. */
import { toItemId } from '#gateway/core/ids.ts'
import type { CaseId, ItemId } from '#gateway/core/ids.ts'
import type { Ledger } from '#gateway/ports/store.ts'
import type { LedgerEntry } from '#gateway/ports/stored.ts'
import type { Place } from '#gateway/ports/vault.ts'
import { flatMapped, ofCase, openJson, sealJson } from './sealing.ts'
import type { Sealing } from './sealing.ts'

/** Stands in every line for its items, which are sealed: whoever asks by item opens the lines of the case. */
const SEALED_ITEM = toItemId('00000000-0000-4000-8000-000000000000')

/** In the columns of what is sealed: nothing, in the form that the column has. */
const UNSAID = { level: 'existence', conditions: [], policyVersion: '', choiceDigest: '' } as const

const ledgerPlace = (row: string): Place => ({ table: 'ledger', row })

/** The `ledger` part of a sealed store. */
export function sealedLedger(inner: Ledger, sealing: Sealing): Ledger {
  const toLine = async ([first, ...rest]: readonly LedgerEntry[]): Promise<readonly LedgerEntry[]> => {
    if (first === undefined || SEALED_ITEM === undefined) return []
    const { deliveryId, caseId, organisation, mandate, at } = first
    if (rest.some((entry) => entry.caseId !== caseId)) throw new Error('a delivery is of one case')
    const alias = await sealing.aliasFor(caseId)
    const rules = [await sealJson(sealing, alias, ledgerPlace(deliveryId), grouped([first, ...rest]))]
    return [{ ...UNSAID, deliveryId, caseId: alias, organisation, mandate, at, itemId: SEALED_ITEM, rules }]
  }

  const open = async ({ deliveryId, caseId, rules: [sealed = ''] }: LedgerEntry): Promise<readonly LedgerEntry[]> => {
    const said = await openJson<readonly Said[]>(sealing, ledgerPlace(deliveryId), sealed, caseId)
    return (said ?? []).flatMap(({ shared, items }) => items.map((itemId) => ({ ...shared, itemId })))
  }

  return {
    add: async (entries) => {
      const groups = [...Map.groupBy(entries, ({ deliveryId }) => deliveryId).values()]
      await inner.add(await flatMapped(groups, toLine))
    },
    ofItems: (caseId: CaseId, items) =>
      ofCase(sealing, caseId, [], async (alias) => {
        const wanted: ReadonlySet<ItemId> = new Set(items)
        if (wanted.size === 0 || SEALED_ITEM === undefined) return []
        const lines = await inner.ofItems(alias, [SEALED_ITEM])
        return (await flatMapped(lines, open))
          .filter(({ itemId }) => wanted.has(itemId))
          .toSorted((a, b) => a.at - b.at)
      }),
    ofDelivery: async (id) => flatMapped(await inner.ofDelivery(id), open),
  }
}

interface Said {
  readonly shared: Omit<LedgerEntry, 'itemId'>
  readonly items: readonly ItemId[]
}

/** What is said of several items is said once. */
function grouped(entries: readonly LedgerEntry[]): readonly Said[] {
  const groups = new Map<string, { readonly shared: Omit<LedgerEntry, 'itemId'>; readonly items: ItemId[] }>()
  for (const entry of entries) {
    const key = sharedBy(entry)
    const group = groups.get(key)
    const { itemId, ...shared } = entry
    if (group === undefined) groups.set(key, { shared, items: [itemId] })
    else group.items.push(itemId)
  }
  return [...groups.values()]
}

/** The same for entries that differ in their item alone. Names hold no line breaks, and how many rules there are keeps the lists apart. */
function sharedBy(entry: LedgerEntry): string {
  const { itemId: _, rules, conditions, ...columns } = entry
  return [...Object.values(columns), rules.length, ...rules, ...conditions].join('\n')
}
