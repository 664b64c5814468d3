/** What was signed about a recall, how far it escalated, and the ends of memberships. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  const targets = database.schema.alterTable('recall_targets')
  await targets.addColumn('attestation', 'text').execute()
  await targets.addColumn('escalation', 'text').execute()
  await targets.addColumn('escalatedAt', 'bigint').execute()
  await database.schema
    .createTable('recall_attestations')
    .addColumn('messageId', 'text', (column) => column.notNull().primaryKey())
    .addColumn('recallId', 'text', (column) => column.notNull())
    .addColumn('caseId', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('signed', 'text', (column) => column.notNull())
    .execute()
  await database.schema
    .createIndex('recall_attestations_of_recall')
    .on('recall_attestations')
    .columns(['recallId', 'at'])
    .execute()
  await database.schema
    .createTable('membership_ends')
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('foundAt', 'bigint', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    // 0 while the end is open, so that an organisation has one open end at most.
    .addColumn('restoredAt', 'bigint', (column) => column.notNull())
    .addColumn('stopped', 'bigint', (column) => column.notNull())
    .addColumn('withdrawn', 'bigint', (column) => column.notNull())
    .addColumn('reportedAt', 'bigint')
    .addColumn('digest', 'text')
    .addColumn('deliveries', 'bigint')
    .addColumn('items', 'bigint')
    .addPrimaryKeyConstraint('membership_ends_key', ['restoredAt', 'organisation'])
    .execute()
}
