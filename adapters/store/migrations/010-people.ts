/** People: accounts, passkeys, sessions, ceremonies, and links that let somebody in once. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('accounts')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('mandate', 'text')
    .addColumn('language', 'text')
    .addColumn('subject', 'text')
    .addColumn('from', 'bigint', (column) => column.notNull())
    .addColumn('endedAt', 'bigint')
    .execute()
  await schema.createIndex('accounts_by_subject').unique().on('accounts').column('subject').execute()
  await schema
    .createTable('credentials')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('publicKey', 'text', (column) => column.notNull())
    .addColumn('counter', 'bigint', (column) => column.notNull())
    .addColumn('transports', 'text', (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('addedAt', 'bigint', (column) => column.notNull())
    .addColumn('usedAt', 'bigint')
    .execute()
  await schema.createIndex('credentials_of_account').on('credentials').column('account').execute()
  await schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('method', 'text', (column) => column.notNull())
    .addColumn('computer', 'text', (column) => column.notNull())
    .addColumn('beganAt', 'bigint', (column) => column.notNull())
    .addColumn('seenAt', 'bigint', (column) => column.notNull())
    .addColumn('steppedUpAt', 'bigint')
    .execute()
  await schema.createIndex('sessions_of_account').on('sessions').column('account').execute()
  for (const table of ['ceremonies', 'entry_links']) {
    await schema
      .createTable(table)
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn(table === 'ceremonies' ? 'kind' : 'account', 'text', (column) => column.notNull())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .$call((build) =>
        table === 'ceremonies' ? build.addColumn('state', 'text', (column) => column.notNull()) : build,
      )
      .execute()
    await schema.createIndex(`${table}_by_end`).on(table).column('until').execute()
  }
}
