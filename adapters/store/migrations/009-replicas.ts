/** Replicas: who does what only one does at a time, and which assertions were used at any of them. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('leases')
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute()
  await database.schema
    .createTable('spent_ids')
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('spent_ids_key', ['issuer', 'id'])
    .execute()
  await database.schema.createIndex('spent_ids_by_end').on('spent_ids').column('until').execute()
}
