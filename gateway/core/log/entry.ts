/** From an audit event to its leaf in the log, and to what has to be kept, sealed, to open that leaf again. */
import { parseInstant } from '#policies/language/instant.ts'
import type { AuditEvent } from '#gateway/core/audit.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { printDisclosure } from './evidence.ts'
import type { Disclosure, Evidence } from './evidence.ts'
import { commitTo, makeLeaf } from './leaf.ts'

/** An entry that is made but not yet logged: the evidence, and what opens the rest of it. */
export interface LogEntry {
  readonly evidence: Evidence
  readonly secrets: EntrySecrets
}

/** 32 bytes each, drawn for one entry alone. */
export interface EntrySecrets {
  /** Opens the body; a recipient is given it. */
  readonly salt: Uint8Array
  /** Opens the reference to the case and what a disclosure keeps to itself; it never leaves the gateway. */
  readonly secret: Uint8Array
}

/**
 * The entry of an event. Its body is the event; of a disclosure it is what the recipient knows already, with a commitment to the
 * event. Throws for an event without a time, and for what a leaf does not take: a mistake of ours, which must undo the effect.
 */
export function entryOf(
  event: AuditEvent,
  { salt, secret }: EntrySecrets,
  disclosed?: Omit<Disclosure, 'kept'>,
): Evidence {
  const at = parseInstant(event.at)
  if (at === undefined) throw new RangeError('an event without a time cannot be logged')
  const whole = canonicalise(event)
  const body = disclosed === undefined ? whole : printDisclosure({ ...disclosed, kept: commitTo(secret, whole) })
  const { act, policy, caseId = '' } = event
  const leaf = makeLeaf({ at, act, policy, secret, caseId, salt, body })
  return { leaf, salt: Buffer.from(salt).toString('base64url'), body }
}
