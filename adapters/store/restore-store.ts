/** Puts a backup back into an empty store, in one transaction with whatever is asked of it first: all of it, or nothing. */
import { Kysely, sql } from 'kysely'
import { BackupRefused } from '#adapters/backup/backup-format.ts'
import type { BackupTrailer, Batch } from '#adapters/backup/backup-format.ts'
import { rowsOf } from '#adapters/backup/read-backup.ts'
import type { WholeBackup } from '#adapters/backup/read-backup.ts'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { openWriter } from '#adapters/postgres/writer.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { MIGRATIONS } from './migrations.ts'
import { bringUpToDate } from './open.ts'
import { SCHEMA } from './open-postgres.ts'
import { partsOf } from './parts.ts'
import { bringUpToDate as bringPostgresUpToDate, WRITERS_LOCK } from './postgres-tables.ts'
import { postgresDialect, toResult } from './postgres.ts'
import type { Schema, Tables } from './schema.ts'
import { executorOf, openDatabase, sqliteDialect } from './sqlite.ts'
import { isTable, TABLE_NAMES } from './table-keys.ts'
import { takeWriterLock } from './writer-lock.ts'

/** The target is not empty, so nothing is put there. */
export class TargetHolds extends Error {}

/** Looks at what was put back, within its transaction: where it throws, nothing was put back. */
export type CheckRestored = (restored: Tx) => Promise<void>

/**
 * Restores a whole backup of kind `store` to the place (`postgres://…`, or a file), which may hold tables and no rows. Rejects with
 * BackupRefused for what is not ours or newer, TargetHolds, or what the check throws; the place then holds no row.
 */
export async function restoreStore(
  backup: WholeBackup,
  place: string,
  check: CheckRestored,
): Promise<BackupTrailer['rows']> {
  const { kind, migrations } = backup.header
  if (kind !== 'store') throw new BackupRefused('foreign')
  if (migrations.some((name) => !Object.hasOwn(MIGRATIONS, name))) throw new BackupRefused('newer')
  const work = async (tables: Tables, afterRows: () => Promise<void>): Promise<void> => {
    await refuseHeld(tables)
    for await (const batch of rowsOf(backup)) await insert(tables, batch)
    await afterRows()
    await check(partsOf(tables, () => true))
  }
  await (isPostgresUrl(place) ? inPostgres(place, work) : inFile(place, work))
  return backup.trailer.rows
}

type Work = (tables: Tables, afterRows: () => Promise<void>) => Promise<void>

async function inFile(path: string, work: Work): Promise<void> {
  const unlock = takeWriterLock(path)
  let database: ReturnType<typeof openDatabase> | undefined
  try {
    database = openDatabase(path, 'write')
    await bringUpToDate(database)
    const execute = executorOf(database)
    const tables = new Kysely<Schema>({ dialect: sqliteDialect(async (query) => execute(query)) })
    database.exec('BEGIN IMMEDIATE')
    await work(tables, async () => {})
    database.exec('COMMIT')
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    // What is open is undone.
    database?.close()
    unlock()
  }
}

async function inPostgres(url: string, work: Work): Promise<void> {
  const place = { url, schema: SCHEMA }
  await bringPostgresUpToDate(place)
  const writer = openWriter(place, WRITERS_LOCK)
  const tables = new Kysely<Schema>({
    dialect: postgresDialect(async (query) => toResult(await writer.execute(query))),
  })
  try {
    await writer.begin()
    await work(tables, () => countOn(tables))
    await writer.commit()
  } catch (cause) {
    if (writer.isOpen()) await writer.rollback()
    throw cause
  } finally {
    await writer.end()
  }
}

async function refuseHeld(tables: Tables): Promise<void> {
  for (const table of TABLE_NAMES) {
    const row = await tables
      .selectFrom(table)
      .select(sql<number>`1`.as('one'))
      .limit(1)
      .executeTakeFirst()
    if (row !== undefined) throw new TargetHolds(`it holds something already (${table}); nothing was put back`)
  }
}

/** Names of columns are quoted by what compiles the statement; a column that is not there ends the transaction. */
async function insert(tables: Tables, { table, columns, rows }: Batch): Promise<void> {
  if (!isTable(table)) throw new BackupRefused('malformed')
  const values = rows.map((row) => sql`(${sql.join(row)})`)
  await sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    values ${sql.join(values)}`.execute(tables)
}

/** What counts by itself goes on behind what was put back. */
async function countOn(tables: Tables): Promise<void> {
  const { rows } = await sql<{ readonly table: string; readonly column: string }>`
    select table_name as "table", column_name as "column" from information_schema.columns
    where table_schema = current_schema() and is_identity = 'YES'`.execute(tables)
  for (const { table, column } of rows)
    await sql`select setval(pg_get_serial_sequence(${table}, ${column}),
      (select max(${sql.ref(column)}) from ${sql.table(table)}))`.execute(tables)
}
