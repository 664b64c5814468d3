/** One moment of a database, read row by row while others write on. */
import type { Batch, Cell } from './backup-format.ts'

export interface Snapshot extends AsyncDisposable {
  /** The rows that a statement answers, as they come; only one statement at a time. */
  readonly rows: (sql: string) => AsyncIterable<Readonly<Record<string, unknown>>>
}

const BATCH_ROWS = 64

/** What a statement answers of one table, with its columns in the order of their names: the same from every database. */
export async function* batchesOf(snapshot: Snapshot, table: string, sql: string): AsyncGenerator<Batch> {
  let columns: readonly string[] = []
  let rows: (readonly Cell[])[] = []
  for await (const row of snapshot.rows(sql)) {
    if (columns.length === 0) columns = Object.keys(row).toSorted()
    rows.push(columns.map((column) => toCell(table, row[column])))
    if (rows.length < BATCH_ROWS) continue
    yield { table, columns, rows }
    rows = []
  }
  yield { table, columns, rows }
}

function toCell(table: string, value: unknown): Cell {
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new TypeError(`${table}: a ${typeof value} cannot be backed up`)
}
