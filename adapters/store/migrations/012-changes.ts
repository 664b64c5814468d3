/** Changes of policy: drafts, signatures, what they would have done, and what they were seen to do. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('policy_changes')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('changedAt', 'bigint', (column) => column.notNull())
    .addColumn('startedAt', 'bigint')
    .addColumn('body', 'text', (column) => column.notNull())
    .execute()
  await schema.createIndex('policy_changes_by_state').on('policy_changes').column('state').execute()
  await schema.createIndex('policy_changes_by_result').on('policy_changes').column('result').execute()
  await schema
    .createTable('change_signatures')
    .addColumn('changeId', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('as', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('proof', 'text', (column) => column.notNull())
    .addColumn('auditSeq', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('change_signatures_key', ['changeId', 'account', 'hash', 'as'])
    .execute()
  await schema
    .createTable('change_effects')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('changeId', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('startedAt', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute()
  await schema.createIndex('change_effects_of_change').on('change_effects').column('changeId').execute()
  await schema
    .createTable('change_differences')
    .addColumn('effectId', 'text', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('rank', 'bigint', (column) => column.notNull())
    .addColumn('caseId', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('change_differences_key', ['effectId', 'rank', 'position'])
    .execute()
  await schema
    .createTable('change_observations')
    .addColumn('changeId', 'text', (column) => column.notNull())
    .addColumn('recipientType', 'text', (column) => column.notNull())
    .addColumn('section', 'text', (column) => column.notNull())
    .addColumn('gains', 'bigint', (column) => column.notNull())
    .addColumn('losses', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('change_observations_key', ['changeId', 'recipientType', 'section'])
    .execute()
}
