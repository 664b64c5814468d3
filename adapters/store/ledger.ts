/** The ledger: who could read which item version, at which level and why. It only grows. */
import type { Ledger, LedgerEntry } from '#gateway/ports/store.ts'
import { batches, fromJson, withoutNulls } from './row.ts'
import type { LedgerRow, Tables } from './schema.ts'

/** The `ledger` part of the store. One entry for each delivery and item; a second one throws. */
export function ledgerIn(tables: Tables): Ledger {
  const entries = () => tables.selectFrom('ledger').selectAll()

  return {
    add: async (added) => {
      for (const batch of batches(added.map(toRow))) await tables.insertInto('ledger').values(batch).execute()
    },
    ofItems: async (caseId, items) => {
      const found: LedgerEntry[] = []
      for (const batch of batches([...new Set(items)])) {
        const rows = entries().where('caseId', '=', caseId).where('itemId', 'in', batch)
        found.push(...(await rows.execute()).map(toEntry))
      }
      return found.toSorted((a, b) => a.at - b.at)
    },
    ofDelivery: async (id) => (await entries().where('deliveryId', '=', id).execute()).map(toEntry),
  }
}

const toRow = (entry: LedgerEntry): LedgerRow => ({
  ...entry,
  rules: JSON.stringify(entry.rules),
  conditions: JSON.stringify(entry.conditions),
})

const toEntry = (row: LedgerRow): LedgerEntry => ({
  ...withoutNulls(row),
  rules: fromJson(row.rules),
  conditions: fromJson(row.conditions),
})
