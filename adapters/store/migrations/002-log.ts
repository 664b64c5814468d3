/** Tables of the Merkle log. A leaf's row holds the hashes of all the subtrees that it completes, so appending writes one row. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('log_leaves')
    .addColumn('index', 'integer', (column) => column.notNull().primaryKey())
    .addColumn('leaf', 'text', (column) => column.notNull())
    .addColumn('nodes', 'text', (column) => column.notNull())
    .execute()
  await database.schema
    .createTable('log_checkpoints')
    .addColumn('size', 'integer', (column) => column.notNull().primaryKey())
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('proposedAt', 'bigint', (column) => column.notNull())
    // The note with its cosignatures; null while it waits.
    .addColumn('published', 'text')
    .addColumn('publishedAt', 'bigint')
    .execute()
  await database.schema
    .createTable('log_cosignatures')
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('witness', 'text', (column) => column.notNull())
    .addColumn('line', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_cosignatures_key', ['size', 'witness'])
    .execute()
  await database.schema
    .createTable('log_stamps')
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('stampedAt', 'bigint', (column) => column.notNull())
    .addColumn('token', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_stamps_key', ['size', 'stampedAt'])
    .execute()
}
