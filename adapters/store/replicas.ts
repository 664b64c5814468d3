/** What several processes at one store must agree on: duties that one of them has for a while, and ids that may be used once. */
import type { Replicas } from '#gateway/ports/replicas.ts'
import { prepared } from './prepared.ts'
import type { SpentIdRow, Tables } from './schema.ts'

/** The `replicas` part of the store. */
export function replicasIn(tables: Tables): Replicas {
  const spend = prepared<SpentIdRow, Pick<SpentIdRow, 'id'>>(tables, (blank) =>
    tables
      .insertInto('spent_ids')
      .values({ issuer: blank('issuer'), id: blank('id'), until: blank('until') })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id'),
  )
  return {
    lease: async ({ name, holder, now, until }) => {
      const taken = await tables
        .insertInto('leases')
        .values({ name, holder, until })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ holder, until })
            .where((eb) => eb.or([eb('leases.holder', '=', holder), eb('leases.until', '<=', now)])),
        )
        .returning('name')
        .execute()
      return taken.length === 1
    },
    endLease: async (name, holder) => {
      await tables.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute()
    },
    leases: async (now) => {
      const rows = tables.selectFrom('leases').selectAll().where('until', '>', now).orderBy('name')
      return rows.execute()
    },
    spend: async (issuer, id, until) => (await spend({ issuer, id, until })).length === 1,
    forget: async (before) => {
      await tables.deleteFrom('leases').where('until', '<', before).execute()
      const { numDeletedRows } = await tables
        .deleteFrom('spent_ids')
        .where('until', '<', before)
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
  }
}
