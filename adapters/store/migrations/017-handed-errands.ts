/** What operators hand to the officers: errands that are stuck, why, and what came of it. */
import type { Kysely } from 'kysely'

export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('handed_errands')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('errand', 'text', (column) => column.notNull())
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('mandate', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text')
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('handedAt', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('dealtBy', 'text')
    .addColumn('dealtAt', 'bigint')
    .execute()
  await schema
    .createIndex('handed_errands_by_state')
    .on('handed_errands')
    .columns(['state', 'handedAt', 'id'])
    .execute()
  await schema.createIndex('handed_errands_of_errand').on('handed_errands').columns(['errand', 'handedAt']).execute()
}
