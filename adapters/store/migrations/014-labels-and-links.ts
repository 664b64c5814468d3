/** What organisations call a case among their own people; and links that one person proposes and another confirms. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('case_labels')
    .addColumn('caseId', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('setAt', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('case_labels_key', ['caseId', 'organisation'])
    .execute()
  await schema.createIndex('case_labels_by_key').on('case_labels').columns(['organisation', 'key']).execute()
  await schema.alterTable('entry_links').addColumn('proposedBy', 'text').execute()
  await schema.alterTable('entry_links').addColumn('proposedAt', 'bigint').execute()
  await schema.alterTable('entry_links').addColumn('confirmedBy', 'text').execute()
  await schema.alterTable('entry_links').addColumn('code', 'text').execute()
}
