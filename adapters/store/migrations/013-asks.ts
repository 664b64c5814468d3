/** The hosted inbox: what its people ask for and answer, what they deepened for one visit, and an index that pages by state. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('asks')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('caseId', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('mandate', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('said', 'text', (column) => column.notNull())
    .addColumn('askedAt', 'bigint', (column) => column.notNull())
    .addColumn('dueAt', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('answer', 'text')
    .addColumn('answeredAt', 'bigint')
    .execute()
  await schema.createIndex('asks_by_due').on('asks').columns(['state', 'dueAt', 'id']).execute()
  await schema.createIndex('asks_of_case').on('asks').columns(['caseId', 'mandate', 'askedAt']).execute()
  await schema
    .createTable('inbox_answers')
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('mandate', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('caseId', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('said', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('inbox_answers_key', ['messageId', 'mandate'])
    .execute()
  await schema
    .createTable('visit_choices')
    .addColumn('caseId', 'text', (column) => column.notNull())
    .addColumn('mandate', 'text', (column) => column.notNull())
    .addColumn('session', 'text', (column) => column.notNull())
    .addColumn('before', 'text', (column) => column.notNull())
    .addColumn('setAt', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('visit_choices_key', ['caseId', 'mandate'])
    .execute()
  await schema
    .createIndex('deliveries_in_inbox')
    .on('deliveries')
    .columns(['organisation', 'mandate', 'state', 'seq'])
    .execute()
}
