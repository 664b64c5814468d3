/** Stores with rows in every table, and all rows of a store as text: to tell whether two hold the same to the byte. */
import { randomBytes, randomInt } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue } from 'node:sqlite'
import { printRow } from '#adapters/backup/backup-format.ts'
import { openBackup, rowsOf } from '#adapters/backup/read-backup.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { TABLE_NAMES } from '#adapters/store/table-keys.ts'

type Made = Record<string, SQLInputValue>

/** What a text may hold that a file of lines could lose. */
const TEXTS = ['', ' ', 'é', '𝄞\u2028', '"\\\n\r\t', '{"b":"AAAA"}', "'; --", 'Zoé-Île', '\u0001', '\ufffd\ufeff']

/** Rows of random content in every table of a new SQLite store at the path. */
export async function fillStore(path: string, rowsOfEach: number): Promise<void> {
  await (await openSqliteStore(path))[Symbol.asyncDispose]()
  using database = new DatabaseSync(path)
  database.exec('BEGIN')
  for (const table of TABLE_NAMES) {
    const columns = database.prepare(`PRAGMA table_info("${table}")`).all()
    for (let row = 1; row <= rowsOfEach; row += 1) {
      const made: Made = Object.fromEntries(columns.map((column) => [String(column['name']), cell(column, row)]))
      const parent = PARENTS[table]
      if (parent !== undefined) made[parent] = `same-${row}`
      const names = Object.keys(made)
      database
        .prepare(
          `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        )
        .run(...Object.values(made))
    }
  }
  database.exec('COMMIT')
}

/** Columns that refer to another table's, and those that they refer to. */
const PARENTS: Readonly<Record<string, string>> = {
  acceptances: 'messageId',
  messages: 'id',
  deliveries: 'id',
  parcels: 'deliveryId',
}

function cell(column: Readonly<Record<string, SQLInputValue>>, row: number): SQLInputValue {
  const { type, notnull } = column
  const name = typeof column['name'] === 'string' ? column['name'] : ''
  if (notnull !== 1 && row % 3 === 0) return null
  if (type === 'bytea') return randomBytes(row % 5 === 0 ? 0 : randomInt(300))
  if (type === 'TEXT') return `${TEXTS[randomInt(TEXTS.length)] ?? ''}${name}-${row}`
  return name === 'position' || name === 'seq' || name === 'index' || name === 'size'
    ? row
    : ([0, -1, Number.MAX_SAFE_INTEGER - row, row][row % 4] ?? row)
}

/** The rows of a backup as lines. */
export async function linesOfBackup(path: string): Promise<readonly string[]> {
  const whole = await openBackup(path)
  const lines = [JSON.stringify(whole.trailer.rows)]
  for await (const { table, columns, rows } of rowsOf(whole))
    for (const row of rows) lines.push(`${table} ${columns.join()} ${printRow(row)}`)
  return lines
}
