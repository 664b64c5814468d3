/** Couriers: what is carried onward to whom, the circuit of each way, and which deliveries wait to be read. */
import type { Kysely } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('carries')
    // The id of its job in the outbox.
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('deliveryId', 'text', (column) => column.notNull())
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('way', 'text', (column) => column.notNull())
    .addColumn('cause', 'text', (column) => column.notNull())
    .addColumn('root', 'text', (column) => column.notNull())
    .addColumn('parent', 'text')
    .addColumn('plannedAt', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'bigint', (column) => column.notNull())
    .addColumn('fault', 'text')
    .addColumn('triedAt', 'bigint')
    .addColumn('handedAt', 'bigint')
    .addColumn('takenAt', 'bigint')
    .execute()
  await database.schema.createIndex('carries_of_delivery').on('carries').column('deliveryId').execute()
  // One child at most: what was given up is carried anew once.
  await database.schema.createIndex('carries_by_parent').unique().on('carries').column('parent').execute()
  await database.schema
    .createTable('carry_ways')
    .addColumn('organisation', 'text', (column) => column.notNull())
    .addColumn('way', 'text', (column) => column.notNull())
    .addColumn('failures', 'bigint', (column) => column.notNull())
    .addColumn('openedAt', 'bigint')
    .addColumn('openUntil', 'bigint')
    .addColumn('probeUntil', 'bigint')
    .addColumn('noticedAt', 'bigint')
    .addPrimaryKeyConstraint('carry_ways_key', ['organisation', 'way'])
    .execute()
  await database.schema
    .createTable('unread')
    .addColumn('deliveryId', 'text', (column) => column.notNull().primaryKey())
    .addColumn('nextAt', 'bigint', (column) => column.notNull())
    .addColumn('dueAt', 'bigint', (column) => column.notNull())
    .addColumn('step', 'text')
    .addColumn('steppedAt', 'bigint')
    .execute()
  await database.schema.createIndex('unread_by_time').on('unread').columns(['nextAt', 'deliveryId']).execute()
}
