/** Triggers that refuse to change or delete what may only grow: against accidents, since who owns the file can drop them. */
import type { DatabaseSync } from 'node:sqlite'

const APPEND_ONLY = ['audit', 'ledger', 'log_leaves']

/** Puts the triggers on the audit log, the ledger and the leaves of the Merkle log where they are not yet. PostgreSQL will need its own form. */
export function guardAppendOnly(database: DatabaseSync): void {
  for (const table of APPEND_ONLY) {
    for (const change of ['update', 'delete']) {
      database.exec(`CREATE TRIGGER IF NOT EXISTS ${table}_refuses_${change} BEFORE ${change} ON ${table}
        BEGIN SELECT RAISE(ABORT, 'the ${table} only grows'); END`)
    }
  }
}
