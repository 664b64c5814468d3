/** The audit at rest: hour, operation and act in the clear, all else sealed. The chain is one over what is stored, so erasure breaks none of it. */
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { AuditEvent, AuditRow } from '#gateway/core/audit.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { AuditLog } from '#gateway/ports/store.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import type { CaseAlias, Place } from '#gateway/ports/vault.ts'
import { openJson, sealJson } from './sealing.ts'
import type { Sealing } from './sealing.ts'

const HOUR_MS = 3_600_000

/** Order and neighbours of a row are held by the chain; this holds what it says to where it says it. */
const auditPlace = ({ at, operation, act }: Pick<AuditEvent, 'at' | 'operation' | 'act'>): Place => ({
  table: 'audit',
  row: `${at} ${operation} ${act}`,
})

const hourOf = (at: string): string => {
  const instant = parseInstant(at)
  return instant === undefined ? '' : printInstant(instant - (instant % HOUR_MS))
}

/** The `audit` part of a sealed store. Of an erased case, rows are answered with their hour, operation and act. */
export function sealedAudit(inner: AuditLog, sealing: Sealing): AuditLog {
  /** Events only name cases that exist; a question after one that does not makes no key. */
  const aliasOf = ({ caseId = '' }: AuditEvent): CaseAlias => {
    const id = toCaseId(caseId)
    return (id === undefined ? undefined : sealing.aliasOf(id)) ?? sealing.own
  }

  return {
    append: (event) => {
      const shown = { at: hourOf(event.at), operation: event.operation, act: event.act, actor: 'sealed' }
      return inner.append({ ...shown, sealed: sealJson(sealing, aliasOf(event), auditPlace(shown), event) })
    },
    head: inner.head,
    rows: async (from, limit) => (await inner.rows(from, limit)).map((row) => toRow(sealing, row)),
  }
}

function toRow(sealing: Sealing, row: AuditRow): AuditRow {
  const { sealed, ...shown } = row.event
  if (sealed === undefined) throw new SealBroken(`audit ${row.seq}: an event that was never sealed`)
  const event = openJson<AuditEvent>(sealing, auditPlace(shown), sealed) ?? { ...shown, actor: 'erased' }
  return { ...row, event, stored: row.event }
}
