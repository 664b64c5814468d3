/** What senders held back of their messages and released later: the message as it stands since, beside the row it came in. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  // 1 where something may come; null for what is whole.
  await database.schema.alterTable('messages').addColumn('mayGrow', 'bigint').execute()
  await database.schema
    .createTable('releases')
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('message', 'bytea', (column) => column.notNull())
    .addColumn('copies', 'bytea')
    .addColumn('releases', 'text')
    .addPrimaryKeyConstraint('releases_key', ['messageId', 'position'])
    .execute()
}
