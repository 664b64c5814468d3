/** The audit at rest, each event with what opens its leaf in the log: hour, operation and act in the clear, all else sealed. The chain is one over what is stored, so erasure breaks none of it. */
import { randomBytes } from 'node:crypto'
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { AuditEvent, AuditRow } from '#gateway/core/audit.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import { entryOf } from '#gateway/core/log/entry.ts'
import type { LogEntry } from '#gateway/core/log/entry.ts'
import { SALT_BYTES } from '#gateway/core/log/leaf.ts'
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
  const aliasOf = async ({ caseId = '' }: AuditEvent): Promise<CaseAlias> => {
    const id = toCaseId(caseId)
    return (id === undefined ? undefined : await sealing.aliasOf(id)) ?? sealing.own
  }

  return {
    append: async (event, entry = entryFor(event)) => {
      const shown = { at: hourOf(event.at), operation: event.operation, act: event.act, actor: 'sealed' }
      const kept = keptOf(event, entry)
      return inner.append(
        { ...shown, sealed: await sealJson(sealing, await aliasOf(event), auditPlace(shown), kept) },
        entry,
      )
    },
    head: inner.head,
    rows: async (from, limit) => Promise.all((await inner.rows(from, limit)).map((row) => toRow(sealing, row))),
  }
}

/** What opens the leaf of the event, and the event. */
interface Kept {
  readonly event: AuditEvent
  readonly salt: string
  readonly secret: string
  /** What the leaf commits to, where it is not the event itself. */
  readonly body?: string
}

function entryFor(event: AuditEvent): LogEntry {
  const secrets = { salt: randomBytes(SALT_BYTES), secret: randomBytes(SALT_BYTES) }
  return { evidence: entryOf(event, secrets), secrets }
}

function keptOf(event: AuditEvent, { evidence: { salt, body }, secrets }: LogEntry): Kept {
  const kept = { event, salt, secret: Buffer.from(secrets.secret).toString('base64url') }
  return body === canonicalise(event) ? kept : { ...kept, body }
}

async function toRow(sealing: Sealing, row: AuditRow): Promise<AuditRow> {
  const { sealed, ...shown } = row.event
  if (sealed === undefined) throw new SealBroken(`audit ${row.seq}: an event that was never sealed`)
  const kept = await openJson<Kept>(sealing, auditPlace(shown), sealed)
  const event = kept?.event ?? { ...shown, actor: 'erased' }
  return { ...row, event, stored: row.event }
}
