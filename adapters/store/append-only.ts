/** Triggers that refuse to change or delete what may only grow: against accidents, since who owns the file can drop them. */
import type { DatabaseSync } from 'node:sqlite'

/** Tables of which no row is ever changed or deleted. */
export const APPEND_ONLY = ['audit', 'ledger', 'log_leaves']

/** Puts the triggers on the audit log, the ledger and the leaves of the Merkle log where they are not yet. PostgreSQL has its own form (postgres-tables.ts). */
export function guardAppendOnly(database: DatabaseSync): void {
  for (const table of APPEND_ONLY) {
    for (const change of ['update', 'delete']) {
      database.exec(`CREATE TRIGGER IF NOT EXISTS ${table}_refuses_${change} BEFORE ${change} ON ${table}
        BEGIN SELECT RAISE(ABORT, 'the ${table} only grows'); END`)
    }
  }
}
