/** Backs a store up beside the gateways that write to it: one moment of every table, in one form for both databases. */
import { Kysely } from 'kysely'
import { batchesOf } from '#adapters/backup/snapshot.ts'
import type { Snapshot } from '#adapters/backup/snapshot.ts'
import { openSqliteSnapshot } from '#adapters/backup/sqlite-snapshot.ts'
import { writeBackup } from '#adapters/backup/write-backup.ts'
import type { BackupHeader, BackupTrailer, Batch } from '#adapters/backup/backup-format.ts'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { openPostgresSnapshot } from '#adapters/postgres/snapshot.ts'
import { MIGRATIONS } from './migrations.ts'
import { SCHEMA } from './open-postgres.ts'
import type { Schema } from './schema.ts'
import { sqliteDialect } from './sqlite.ts'
import { TABLE_KEYS, TABLE_NAMES } from './table-keys.ts'
import type { TableName } from './table-keys.ts'

/** Writes what is stored at the place (`postgres://…`, or a file) to a new file. Rejects where the store is of another version. */
export async function backupStore(
  place: string,
  path: string,
  stamp: Pick<BackupHeader, 'version' | 'at'>,
): Promise<BackupTrailer> {
  await using snapshot = isPostgresUrl(place)
    ? await openPostgresSnapshot({ url: place, schema: SCHEMA })
    : openSqliteSnapshot(place)
  const migrations = await migrationsOf(snapshot)
  const ours = Object.keys(MIGRATIONS)
  if (migrations.length !== ours.length || migrations.some((name) => !ours.includes(name)))
    throw new Error('the store is of another version of this program; back it up with that one')
  return await writeBackup(path, { kind: 'store', migrations, ...stamp }, allOf(snapshot))
}

async function migrationsOf(snapshot: Snapshot): Promise<readonly string[]> {
  const names: string[] = []
  for await (const { name } of snapshot.rows('SELECT name FROM kysely_migration ORDER BY name'))
    if (typeof name === 'string') names.push(name)
  return names
}

async function* allOf(snapshot: Snapshot): AsyncGenerator<Batch> {
  for (const table of TABLE_NAMES) yield* batchesOf(snapshot, table, statementFor(table))
}

/** Compiles and runs nothing. Both databases take the statement as it is. */
const compiler = new Kysely<Schema>({
  dialect: sqliteDialect(async () => {
    throw new Error('this only compiles')
  }),
})

const statementFor = (table: TableName): string =>
  TABLE_KEYS[table]
    .reduce(
      (query, column) => query.orderBy(compiler.dynamic.ref(column)),
      compiler.selectFrom(table as 'audit').selectAll(),
    )
    .compile().sql
