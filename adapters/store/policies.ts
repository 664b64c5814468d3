/** Policy versions that were put in force, by their digest. */
import { sql } from 'kysely'
import type { Policies } from '#gateway/ports/store.ts'
import type { PolicyVersion } from '#gateway/ports/stored.ts'
import { prepared } from './prepared.ts'
import { withoutNulls } from './row.ts'
import type { PolicyRow, Tables } from './schema.ts'

/** The `policies` part of the store. In force is what was activated last; an earlier version may be activated again. */
export function policiesIn(tables: Tables): Policies {
  // Asked for with every judgement where several gateways share the store.
  const digest = prepared<object, Pick<PolicyRow, 'digest'>>(tables, () =>
    tables.selectFrom('policies').select('digest').orderBy('position', 'desc').limit(1),
  )
  const policies = () => tables.selectFrom('policies').selectAll()

  return {
    activate: async (version) => {
      const { last } = await tables
        .selectFrom('policies')
        .select((eb) => eb.fn.coalesce(eb.fn.max('position'), sql<number>`0`).as('last'))
        .executeTakeFirstOrThrow()
      const activation = { activatedAt: version.activatedAt, position: last + 1 }
      await tables
        .insertInto('policies')
        .values({ ...version, ...activation })
        .onConflict((conflict) => conflict.column('digest').doUpdateSet(activation))
        .execute()
    },
    inForce: async () => toVersion(await policies().orderBy('position', 'desc').limit(1).executeTakeFirst()),
    digestInForce: async () => (await digest({}))[0]?.digest,
    versions: async () => {
      const rows = tables.selectFrom('policies').select(['digest', 'id', 'version', 'activatedAt'])
      return (await rows.orderBy('position', 'desc').execute()).map(withoutNulls)
    },
    byDigest: async (digest) => toVersion(await policies().where('digest', '=', digest).executeTakeFirst()),
  }
}

function toVersion(row: PolicyRow | undefined): PolicyVersion | undefined {
  if (row === undefined) return undefined
  const { position: _, ...version } = row
  return version
}
