/** What somebody at a hosted inbox asked for, found by whose it is and when. */
import type { Kysely } from 'kysely'

export async function up({ schema }: Kysely<unknown>): Promise<void> {
  const columns = ['organisation', 'mandate', 'askedAt']
  await schema.createIndex('asks_of_mandate').on('asks').columns(columns).execute()
}
