/** The ledger: who could read which item version, at which level and why. It only grows. */
import type { CaseId, DeliveryId, ItemId } from '#gateway/core/ids.ts'
import type { Ledger } from '#gateway/ports/store.ts'
import type { LedgerEntry } from '#gateway/ports/stored.ts'
import { pack, unpack } from './packed.ts'
import { prepared } from './prepared.ts'
import type { LedgerRow, Tables } from './schema.ts'

/** What is said of several items of a delivery at once. */
type Said = Omit<LedgerEntry, 'itemId'> & { readonly items: readonly ItemId[] }

/**
 * The `ledger` part of the store. A delivery is added once and whole; a second time throws. One row holds all of a delivery, and
 * says once what is said of many items. Who reads by item reads the rows of its case.
 */
export function ledgerIn(tables: Tables): Ledger {
  const insert = prepared<LedgerRow>(tables, (blank) =>
    tables
      .insertInto('ledger')
      .values({ deliveryId: blank('deliveryId'), caseId: blank('caseId'), said: blank('said') }),
  )
  const ofCase = prepared<Pick<LedgerRow, 'caseId'>, Pick<LedgerRow, 'said'>>(tables, (blank) =>
    tables.selectFrom('ledger').select('said').where('caseId', '=', blank('caseId')),
  )
  const ofDelivery = prepared<Pick<LedgerRow, 'deliveryId'>, Pick<LedgerRow, 'said'>>(tables, (blank) =>
    tables.selectFrom('ledger').select('said').where('deliveryId', '=', blank('deliveryId')),
  )

  return {
    add: async (added) => {
      for (const [deliveryId, entries] of Map.groupBy(added, (entry) => entry.deliveryId))
        await insert(toRow(deliveryId, entries))
    },
    ofItems: async (caseId: CaseId, items) => {
      const wanted: ReadonlySet<ItemId> = new Set(items)
      if (wanted.size === 0) return []
      const found = (await ofCase({ caseId })).flatMap(toEntries)
      return found.filter(({ itemId }) => wanted.has(itemId)).toSorted((a, b) => a.at - b.at)
    },
    ofDelivery: async (deliveryId) => (await ofDelivery({ deliveryId })).flatMap(toEntries),
  }
}

/** Entries of one delivery that differ in their item alone are said together. */
function toRow(deliveryId: DeliveryId, entries: readonly LedgerEntry[]): LedgerRow {
  const groups = Map.groupBy(entries, sharedBy)
  const said = [...groups.values()].flatMap(([first, ...rest]): readonly Said[] => {
    if (first === undefined) return []
    const { itemId, ...shared } = first
    return [{ ...shared, items: [itemId, ...rest.map((entry) => entry.itemId)] }]
  })
  return { deliveryId, caseId: said[0]?.caseId ?? ('' as CaseId), said: pack(said) }
}

/** The same for entries that differ in their item alone. Names hold no line breaks, and how many rules there are keeps the lists apart. */
function sharedBy(entry: LedgerEntry): string {
  const { itemId: _, rules, conditions, ...columns } = entry
  return [...Object.values(columns), rules.length, ...rules, ...conditions].join('\n')
}

const toEntries = ({ said }: Pick<LedgerRow, 'said'>): readonly LedgerEntry[] =>
  unpack<readonly Said[]>(said).flatMap(({ items, ...shared }) => items.map((itemId) => ({ ...shared, itemId })))
