/** Where a delivery stands in the log. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  // What was delivered before there was a log has no leaf, and is shown to nobody.
  await database.schema
    .alterTable('deliveries')
    .addColumn('logIndex', 'integer', (column) => column.notNull().defaultTo(-1))
    .execute()
}
