/** A snapshot of a SQLite file: a read transaction on a connection of its own, which holds up no writer. */
import { DatabaseSync } from 'node:sqlite'
import type { Snapshot } from './snapshot.ts'

const BUSY_TIMEOUT_MS = 5000

/** Throws where the file is not there or is no database. */
export function openSqliteSnapshot(path: string): Snapshot {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  try {
    database.exec('BEGIN')
    // The moment is that of the first read.
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
  } catch (cause) {
    database.close()
    throw cause
  }
  return {
    rows: async function* (sql) {
      yield* database.prepare(sql).iterate()
    },
    [Symbol.asyncDispose]: async () => {
      if (database.isOpen) database.close()
    },
  }
}
