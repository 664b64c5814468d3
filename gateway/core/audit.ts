/** Every event worth remembering as one union (ids, codes and digests, never content), and the chain that links them. */
import { canonicalise, sha256Hex } from './canonical-json.ts'

/** The six operations of LED Art. 25, and refusals. */
export const OPERATIONS = [
  'collection',
  'alteration',
  'consultation',
  'disclosure',
  'combination',
  'erasure',
  'denied',
] as const
export type Operation = (typeof OPERATIONS)[number]

export interface AuditEvent {
  /** RFC 3339, UTC. */
  readonly at: string
  readonly operation: Operation
  /** What was done, as a code: `submission-accepted`, `delivery-sealed`, `choice-set` … */
  readonly act: string
  readonly actor: string
  /** Role in which the actor acted (SISPoPP logs author id and function). */
  readonly role?: string
  readonly recipients?: readonly string[]
  readonly caseId?: string
  readonly messageId?: string
  readonly deliveryId?: string
  readonly policy?: string
  readonly purpose?: string
  readonly legalBasis?: readonly string[]
  /** Why, as a code or the stated necessity's digest; consultations and disclosures need one. */
  readonly justification?: string
  readonly digest?: string
  readonly problem?: string
  /** Only as stored: the event itself, sealed under the key of its case. */
  readonly sealed?: string
}

export interface AuditRow {
  readonly seq: number
  readonly event: AuditEvent
  /** SHA-256 (hex) of the row before; 64 zeros for the first. */
  readonly previous: string
  readonly hash: string
  /** What the chain was made over, where the event was sealed: it holds also when the event can be read no more. */
  readonly stored?: AuditEvent
}

export const GENESIS_HASH = '0'.repeat(64)

/** SHA-256 over the sequence number, the previous hash and the canonical event (RFC 8785). */
export const auditHash = (seq: number, previous: string, event: AuditEvent): string =>
  sha256Hex(canonicalise([seq, previous, event]))

/** The next row of a chain. */
export const link = (last: Pick<AuditRow, 'seq' | 'hash'> | undefined, event: AuditEvent): AuditRow => {
  const seq = (last?.seq ?? 0) + 1
  const previous = last?.hash ?? GENESIS_HASH
  return { seq, event, previous, hash: auditHash(seq, previous, event) }
}

/** The sequence number of the first row that does not follow from the one before it, or undefined for a whole chain. */
export function firstBreak(rows: Iterable<AuditRow>): number | undefined {
  let last: AuditRow | undefined
  for (const row of rows) {
    const expected = link(last, row.stored ?? row.event)
    if (row.seq !== expected.seq || row.previous !== expected.previous || row.hash !== expected.hash) return row.seq
    last = row
  }
  return undefined
}
