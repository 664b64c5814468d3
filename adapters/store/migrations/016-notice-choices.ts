/** Whether and when the people of a mandate want notices by mail. */
import type { Kysely } from 'kysely'

export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('notice_choices')
    .addColumn('mandate', 'text', (column) => column.notNull().primaryKey())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('quietFrom', 'text')
    .addColumn('quietUntil', 'text')
    .addColumn('zone', 'text')
    .addColumn('setAt', 'bigint', (column) => column.notNull())
    .execute()
}
