/** Forms that were sent after a sign-in had ended, sealed under a word that only their writer's browser holds; and indexes by time, to count the flows of a day. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('kept_forms')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('kept_forms_by_end').on('kept_forms').column('until').execute()
  await schema.createIndex('acceptances_by_time').on('acceptances').columns(['acceptedAt', 'issuer']).execute()
  await schema
    .createIndex('deliveries_by_time')
    .on('deliveries')
    .columns(['createdAt', 'organisation', 'collectedAt'])
    .execute()
}
