/** Whose a delivery is: of the organisation that asks, and of the mandate that proved itself. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate, Participant } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Delivery } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'
import { publishedSize } from './publish.ts'

/** A member behind its certificate, and the mandate it has proven, where it has. */
export interface Reader {
  readonly participant: Participant
  readonly mandate?: Mandate
  /** Id of the account of whoever reads for the mandate at a hosted inbox. A member's own system has none here. */
  readonly account?: string
}

/** Whom an audit row names for what a reader did: the person where we know them, for the mandate; else who spoke for the member. */
export const actorOf = (
  { account, mandate }: Reader,
  otherwise: string,
): { readonly actor: string; readonly role?: string } => {
  if (account === undefined) return { actor: otherwise }
  return { actor: account, ...(mandate === undefined ? {} : { role: mandate.id }) }
}

/** A delivery of another organisation, of another mandate than the proven one, or not yet published is as if it were not there. */
export async function owned(read: Tx, { participant, mandate }: Reader, id: DeliveryId): Promise<Result<Delivery>> {
  const row = await read.deliveries.get(id)
  if (row === undefined || row.organisation !== participant.id) return fail('not-found')
  if (!isPublished(row, await publishedSize(read.log))) return fail('not-found')
  return mandate === undefined || row.mandate === mandate.id ? ok(row) : fail('not-found')
}

/**
 * The same, for who collects or acknowledges: what only the mandate can open is for the mandate that proved itself, or another
 * of its organisation could say that it was read. Once the mandate has ended nobody can prove it, and its organisation answers.
 */
export async function held(
  deps: Pick<Deps, 'registry' | 'clock'>,
  read: Tx,
  { reader, id }: { readonly reader: Reader; readonly id: DeliveryId },
): Promise<Result<Delivery>> {
  const found = await owned(read, reader, id)
  if (!found.ok || reader.mandate !== undefined) return found
  const mandate = mandateOf(deps.registry(), found.value.mandate)
  const isForItAlone = mandate?.keysHeldBy === 'mandate' && isInForce(mandate, deps.clock())
  return isForItAlone ? fail('mandate-unproven', [{ pointer: '/mandate', code: 'mandate-not-named' }]) : found
}

/** Whether a published checkpoint of that size covers the delivery. */
export const isPublished = ({ logIndex }: Pick<Delivery, 'logIndex'>, size: number): boolean =>
  logIndex >= 0 && logIndex < size

/** What every audit row of a delivery names. */
export const aboutOf = (
  row: Delivery,
  at: Instant,
): {
  readonly at: string
  readonly caseId: string
  readonly messageId: string
  readonly deliveryId: string
  readonly policy: string
} => ({
  at: printInstant(at),
  caseId: row.caseId,
  messageId: row.messageId,
  deliveryId: row.id,
  policy: row.policyDigest,
})
