/** When it was told that a request for more is overdue, and what has not been told yet. */
import type { Kysely } from 'kysely'

export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('asks').addColumn('escalatedAt', 'bigint').execute()
  await schema.createIndex('asks_to_escalate').on('asks').columns(['state', 'escalatedAt', 'dueAt']).execute()
}
