/** The audit log: each row carries the hash of the one before. It only grows. */
import { link } from '#gateway/core/audit.ts'
import type { LogStore } from '#gateway/ports/log-store.ts'
import type { AuditLog } from '#gateway/ports/store.ts'
import { prepared } from './prepared.ts'
import { fromJson } from './row.ts'
import type { AuditLogRow, Tables } from './schema.ts'

/**
 * The `audit` part of the store. `append` reads the head in its own transaction, so the chain never forks. Without an entry no leaf
 * is appended: whoever seals what is stored here makes one of every event.
 */
export function auditIn(tables: Tables, log: Pick<LogStore, 'append'>): AuditLog {
  const last = prepared<object, Pick<AuditLogRow, 'seq' | 'hash'>>(tables, () =>
    tables.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1),
  )
  const insert = prepared<AuditLogRow>(tables, (blank) =>
    tables
      .insertInto('audit')
      .values({ seq: blank('seq'), event: blank('event'), previous: blank('previous'), hash: blank('hash') }),
  )
  const head: AuditLog['head'] = async () => (await last({}))[0]

  return {
    append: async (event, entry) => {
      const row = link(await head(), event)
      await insert({ ...row, event: JSON.stringify(event) })
      return entry === undefined ? row.seq - 1 : log.append(entry.evidence.leaf)
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
