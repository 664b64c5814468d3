/** The audit log: each row carries the hash of the one before. It only grows. */
import { link } from '#gateway/core/audit.ts'
import type { AuditLog } from '#gateway/ports/store.ts'
import { fromJson } from './row.ts'
import type { Tables } from './schema.ts'

/** The `audit` part of the store. `append` reads the head in its own transaction, so the chain never forks. */
export function auditIn(tables: Tables): AuditLog {
  const head: AuditLog['head'] = () =>
    tables.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst()

  return {
    append: async (event) => {
      const row = link(await head(), event)
      await tables
        .insertInto('audit')
        .values({ ...row, event: JSON.stringify(event) })
        .execute()
    },
    head: async () => {
      const row = await head()
      return row === undefined ? undefined : { ...row }
    },
    rows: async (from, limit) => {
      const rows = tables.selectFrom('audit').selectAll().where('seq', '>=', from).orderBy('seq').limit(limit)
      return (await rows.execute()).map((row) => ({ ...row, event: fromJson(row.event) }))
    },
  }
}
