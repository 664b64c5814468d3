/** The ledger: who could read which item version, at which level and why. It only grows. */
import type { ItemId } from '#gateway/core/ids.ts'
import type { Ledger } from '#gateway/ports/store.ts'
import type { LedgerEntry } from '#gateway/ports/stored.ts'
import { batches, fromJson, withoutNulls } from './row.ts'
import type { LedgerRow, Tables } from './schema.ts'

/**
 * The `ledger` part of the store. A delivery is added once and whole; a second time throws. One row holds the items of a delivery
 * of which the same is said: a few dozen rows instead of hundreds. Who reads by item reads the rows of its case.
 */
export function ledgerIn(tables: Tables): Ledger {
  const entries = () => tables.selectFrom('ledger').selectAll()

  return {
    add: async (added) => {
      for (const batch of batches(toRows(added))) await tables.insertInto('ledger').values(batch).execute()
    },
    ofItems: async (caseId, items) => {
      const wanted: ReadonlySet<ItemId> = new Set(items)
      if (wanted.size === 0) return []
      const found = (await entries().where('caseId', '=', caseId).execute()).flatMap(toEntries)
      return found.filter(({ itemId }) => wanted.has(itemId)).toSorted((a, b) => a.at - b.at)
    },
    ofDelivery: async (id) => {
      const rows = entries().where('deliveryId', '=', id).orderBy('position')
      return (await rows.execute()).flatMap(toEntries)
    },
  }
}

/** Entries of one delivery that differ in their item alone share a row. */
function toRows(added: readonly LedgerEntry[]): readonly LedgerRow[] {
  const groups = new Map<string, LedgerEntry[]>()
  for (const entry of added) {
    const { itemId: _, ...shared } = entry
    const key = JSON.stringify(shared)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [entry])
    else group.push(entry)
  }
  return [...groups.values()].flatMap((group, position) => toRow(group, position))
}

function toRow(group: readonly LedgerEntry[], position: number): readonly LedgerRow[] {
  const [first] = group
  if (first === undefined) return []
  const { itemId: _, rules, conditions, ...columns } = first
  const items = JSON.stringify(group.map(({ itemId }) => itemId))
  return [{ ...columns, position, items, rules: JSON.stringify(rules), conditions: JSON.stringify(conditions) }]
}

function toEntries(row: LedgerRow): readonly LedgerEntry[] {
  const { position: _, items, rules, conditions, ...columns } = withoutNulls(row)
  const shared = {
    ...columns,
    rules: fromJson<readonly string[]>(rules),
    conditions: fromJson<readonly string[]>(conditions),
  }
  return fromJson<readonly ItemId[]>(items).map((itemId) => ({ ...shared, itemId }))
}
