/** Backups of the wrapped keys, in a file apart from what they open, since it must be forgotten sooner. Keys never leave their wrapping. */
import { existsSync } from 'node:fs'
import { BackupRefused } from '#adapters/backup/backup-format.ts'
import type { BackupHeader, BackupTrailer, Batch } from '#adapters/backup/backup-format.ts'
import { rowsOf } from '#adapters/backup/read-backup.ts'
import type { WholeBackup } from '#adapters/backup/read-backup.ts'
import { batchesOf } from '#adapters/backup/snapshot.ts'
import type { Snapshot } from '#adapters/backup/snapshot.ts'
import { openSqliteSnapshot } from '#adapters/backup/sqlite-snapshot.ts'
import { writeBackup } from '#adapters/backup/write-backup.ts'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { openPostgresSnapshot } from '#adapters/postgres/snapshot.ts'
import type { KeyDatabase, KeyStatements } from './key-database.ts'
import { openKeyFile } from './key-file.ts'
import { openPostgresKeys, SCHEMA } from './postgres-keys.ts'

/** The form of the tables of keys; a later one gets another name. */
const TABLES_OF = 'keys-1'

interface KeyTable {
  readonly columns: readonly string[]
  readonly key: string
}
const KEY_TABLES: Readonly<Record<string, KeyTable>> = {
  field_keys: { columns: ['field', 'kek', 'wrapped'], key: 'field' },
  case_keys: { columns: ['alias', 'blind', 'heldReason', 'heldSince', 'id', 'kek', 'wrapped'], key: 'id' },
  erasures: { columns: ['alias', 'backupDays', 'commitment', 'erasedAt', 'reportedAt'], key: 'alias' },
}

/** Writes the wrapped keys at the place (`postgres://…`, or a file) to a new file, beside the gateways that use them. */
export async function backupKeys(
  place: string,
  path: string,
  stamp: Pick<BackupHeader, 'version' | 'at'>,
): Promise<BackupTrailer> {
  await using snapshot = isPostgresUrl(place)
    ? await openPostgresSnapshot({ url: place, schema: SCHEMA })
    : openSqliteSnapshot(place)
  return await writeBackup(path, { kind: 'keys', migrations: [TABLES_OF], ...stamp }, allOf(snapshot))
}

async function* allOf(snapshot: Snapshot): AsyncGenerator<Batch> {
  for (const [table, { columns, key }] of Object.entries(KEY_TABLES))
    yield* batchesOf(snapshot, table, `SELECT ${columns.map(quoted).join(', ')} FROM ${table} ORDER BY ${key}`)
}

const quoted = (name: string): string => `"${name}"`

/**
 * Puts wrapped keys back where there are none, in one transaction. Rejects with BackupRefused for what is not ours or newer, and where
 * there are keys already: those of two days are never mixed.
 */
export async function restoreKeys(backup: WholeBackup, place: string): Promise<BackupTrailer['rows']> {
  const { kind, migrations } = backup.header
  if (kind !== 'keys') throw new BackupRefused('foreign')
  if (migrations.join() !== TABLES_OF) throw new BackupRefused('newer')
  await using database = await openKeys(place)
  await database.transaction(async (within) => {
    if ((await keysIn(within)) > 0) throw new Error('it holds keys already; nothing was put back')
    for await (const batch of rowsOf(backup)) await insert(within, batch)
    if (isPostgresUrl(place))
      await within.all(`SELECT setval(pg_get_serial_sequence('case_keys', 'id'), (SELECT max(id) FROM case_keys))`)
  })
  return backup.trailer.rows
}

const openKeys = async (place: string): Promise<KeyDatabase> =>
  isPostgresUrl(place) ? openPostgresKeys(place) : openKeyFile(place)

async function insert(within: KeyStatements, { table, columns, rows }: Batch): Promise<void> {
  if (!Object.hasOwn(KEY_TABLES, table) || KEY_TABLES[table]?.columns.join() !== columns.join())
    throw new BackupRefused('malformed')
  const row = `(${columns.map(() => '?').join(', ')})`
  const sql = `INSERT INTO ${table} (${columns.map(quoted).join(', ')}) VALUES ${rows.map(() => row).join(', ')}`
  await within.run(sql, ...rows.flat())
}

async function keysIn({ all }: KeyStatements): Promise<number> {
  let count = 0
  for (const table of Object.keys(KEY_TABLES)) count += (await all(`SELECT 1 AS one FROM ${table} LIMIT 1`)).length
  return count
}

/** Whether there is any key at the place; a file that is not there is not made. */
export async function holdsKeys(place: string): Promise<boolean> {
  if (!isPostgresUrl(place) && !existsSync(place)) return false
  await using database = await openKeys(place)
  return (await keysIn(database)) > 0
}
