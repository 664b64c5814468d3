/** Messages in copies: the signed copies beside their message, what a case is called by whom, and which copies came last. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  // Packed; null for what was signed as it is.
  await database.schema.alterTable('messages').addColumn('copies', 'bytea').execute()
  await database.schema
    .createTable('case_names')
    .addColumn('position', 'integer', (column) => column.notNull().primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('caseId', 'text', (column) => column.notNull())
    .addColumn('said', 'text', (column) => column.notNull())
    .execute()
  await database.schema.createIndex('case_names_by_name').on('case_names').column('name').execute()
  await database.schema.createIndex('case_names_of_case').on('case_names').column('caseId').execute()
  await database.schema
    .createTable('copies_seen')
    .addColumn('caseId', 'text', (column) => column.notNull())
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('seen', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('copies_seen_key', ['caseId', 'issuer'])
    .execute()
}
