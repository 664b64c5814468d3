/** Room 9: parcel, ledger entry, decision record, audit row and finished job in one transaction. Nothing is disclosed before. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { DeliveryId, ItemId } from '#gateway/core/ids.ts'
import type { SealedParcel, Shaped } from '#gateway/core/stages.ts'
import type { Job, LedgerEntry, StoredMessage, Tx } from '#gateway/ports/store.ts'
import type { Deps, PolicyInForce } from './deps.ts'
import type { Standing } from './situation.ts'

export interface ToDeliver {
  readonly job: Job
  readonly stored: StoredMessage
  readonly stands: Standing
  readonly shaped: Shaped
  readonly deliveryId: DeliveryId
  readonly policy: PolicyInForce
  readonly at: Instant
}

/** What a recipient would see, without what differs at every sealing: an unchanged view is not sent again. */
export const viewDigest = ({ projection }: Shaped): string => digestOf({ ...projection, iat: 0, jti: '' })

/** True when the mandate already has this very view of the message. */
export async function isUnchanged(read: Tx, { job, shaped }: Pick<ToDeliver, 'job' | 'shaped'>): Promise<boolean> {
  const latest = await read.deliveries.latest({ messageId: job.messageId, mandate: job.mandate })
  return latest !== undefined && latest.state !== 'withdrawn' && latest.projectionDigest === viewDigest(shaped)
}

export async function deliver(
  deps: Deps,
  toDeliver: ToDeliver,
  parcel: SealedParcel,
): Promise<'delivered' | 'unchanged'> {
  return deps.store.transaction(async (tx) => {
    const { job, at, deliveryId, stands } = toDeliver
    // Asked again inside the transaction: a second worker may have held the same job after a lease ran out.
    if (await isUnchanged(tx, toDeliver)) {
      await tx.outbox.finish(job.id, 'done', 'unchanged', at)
      return 'unchanged'
    }
    await replaceUnread(tx, toDeliver)
    await tx.deliveries.add(rowOf(toDeliver, parcel))
    await tx.deliveries.putRecord(deliveryId, toDeliver.shaped.record)
    await tx.ledger.add(ledgerOf(toDeliver))
    const { organisation, id: mandate } = stands.route.mandate
    const carried = await deps.courier.carry(tx, { deliveryId, organisation, mandate }, parcel)
    await tx.audit.append(auditOf(toDeliver))
    await tx.outbox.finish(job.id, 'done', carried.kind === 'in-mailbox' ? 'delivered' : carried.reason, at)
    return 'delivered'
  })
}

/** A parcel of the same message that nobody fetched is replaced, not joined, by the newer one. */
export async function replaceUnread(tx: Tx, { job, at }: Pick<ToDeliver, 'job' | 'at'>): Promise<void> {
  const latest = await tx.deliveries.latest({ messageId: job.messageId, mandate: job.mandate })
  if (latest?.state === 'in-mailbox') await tx.deliveries.setState(latest.id, 'withdrawn', at)
}

function rowOf(
  { job, stored, stands, shaped, deliveryId, policy, at }: ToDeliver,
  parcel: SealedParcel,
): Parameters<Tx['deliveries']['add']>[0] {
  const { mandate, edge } = stands.route
  return {
    id: deliveryId,
    messageId: stored.id,
    caseId: stored.caseId,
    kind: stored.kind,
    edge: edge.id,
    organisation: mandate.organisation,
    mandate: mandate.id,
    kid: parcel.kid,
    projectionDigest: viewDigest(shaped),
    policyDigest: policy.digest,
    depth: shaped.depth,
    cause: job.cause,
    createdAt: at,
  }
}

const ledgerOf = ({ stored, stands, shaped, deliveryId, policy, at }: ToDeliver): readonly LedgerEntry[] =>
  shaped.disclosed.map(({ itemId, level, rules, conditions }) => ({
    deliveryId,
    itemId: itemId as ItemId,
    caseId: stored.caseId,
    organisation: stands.route.mandate.organisation,
    mandate: stands.route.mandate.id,
    level,
    rules,
    conditions,
    policyVersion: policy.digest,
    choiceDigest: shaped.record.choiceDigest,
    at,
  }))

const auditOf = ({
  job,
  stored,
  stands,
  shaped,
  deliveryId,
  policy,
  at,
}: ToDeliver): Parameters<Tx['audit']['append']>[0] => ({
  at: printInstant(at),
  operation: 'disclosure',
  act: 'delivery-sealed',
  actor: stored.issuer,
  role: stands.route.mandate.role,
  recipients: [stands.route.mandate.id],
  caseId: stored.caseId,
  messageId: stored.id,
  deliveryId,
  policy: policy.digest,
  purpose: stored.message.purpose,
  legalBasis: shaped.projection.legalBasis,
  justification: job.cause,
  digest: digestOf(shaped.record),
})
