/** Room 9: parcel, ledger entry, decision record, audit row, leaf of the log and finished job in one transaction. Nothing is disclosed before. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { AuditEvent } from '#gateway/core/audit.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import { entryOf } from '#gateway/core/log/entry.ts'
import type { LogEntry } from '#gateway/core/log/entry.ts'
import { digestOfContent } from '#gateway/core/parcel.ts'
import type { Choices, SealedParcel, Shaped } from '#gateway/core/stages.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Job, LedgerEntry, StoredMessage } from '#gateway/ports/stored.ts'
import type { Deps, PolicyInForce } from './deps.ts'
import type { Standing } from './situation.ts'
import { CARRY_CAUSE, planCarries } from './plan-carries.ts'
import type { Content } from './present-copy.ts'
import { nextReveal } from './view.ts'

export interface ToDeliver {
  readonly job: Job
  readonly stored: StoredMessage
  readonly stands: Standing
  readonly shaped: Shaped
  /** Of what the recipient would see: an unchanged view is not sent again. */
  readonly viewDigest: string
  readonly deliveryId: DeliveryId
  readonly policy: PolicyInForce
  readonly at: Instant
  readonly choices: Choices
}

/** With its entry in the log, which is part of what was sealed, and whether the judgement still holds. */
export interface Sealed extends ToDeliver {
  readonly logged: Logged
  readonly holds: (tx: Tx) => Promise<boolean>
}

/** What the audit says of a delivery, and its entry in the log. */
export interface Logged {
  readonly event: AuditEvent
  readonly entry: LogEntry
}

/** What the log is to say of a delivery, before it is sealed: the recipient finds it beside the content. */
export const entryFor = (deps: Pick<Deps, 'newSecrets'>, toDeliver: ToDeliver, { content, begun }: Content): Logged => {
  const secrets = deps.newSecrets()
  const disclosed = {
    delivery: toDeliver.deliveryId,
    recipient: toDeliver.stands.route.mandate.id,
    digest: digestOfContent(content, begun),
  }
  const event = auditOf(toDeliver)
  return { event, entry: { evidence: entryOf(event, secrets, disclosed), secrets } }
}

/**
 * True when the mandate already has this very view of the message: as what came last, or, where what came since was never opened, as what it
 * acknowledged before.
 */
export async function isUnchanged(
  read: Tx,
  { job, viewDigest }: Pick<ToDeliver, 'job' | 'viewDigest'>,
): Promise<boolean> {
  const { messageId, mandate, edge } = job
  const latest = await read.deliveries.latest({ messageId, mandate, edge })
  if (latest === undefined) return false
  if (latest.state !== 'withdrawn' && latest.projectionDigest === viewDigest) return true
  if (latest.state !== 'withdrawn' && latest.state !== 'in-mailbox') return false
  const ever = await read.deliveries.ofMessage(messageId)
  const opened = ever.findLast(
    (row) => row.mandate === mandate && row.edge === edge && row.state !== 'withdrawn' && row.state !== 'in-mailbox',
  )
  return opened?.state === 'acknowledged' && opened.projectionDigest === viewDigest
}

/** What waits unread and says otherwise is taken back. */
export async function withdrawOther(
  tx: Tx,
  { job, at, viewDigest }: Pick<ToDeliver, 'job' | 'at' | 'viewDigest'>,
): Promise<void> {
  const latest = await tx.deliveries.latest({ messageId: job.messageId, mandate: job.mandate, edge: job.edge })
  if (latest?.state === 'in-mailbox' && latest.projectionDigest !== viewDigest)
    await tx.deliveries.setState(latest.id, 'withdrawn', at)
}

/** `changed-meanwhile`: between judgement and delivery something came in that it did not know of, and nothing was delivered. */
export async function deliver(
  deps: Deps,
  toDeliver: Sealed,
  parcel: SealedParcel,
): Promise<'delivered' | 'unchanged' | 'changed-meanwhile'> {
  return deps.store.transaction((tx) => deliverIn(deps, tx, toDeliver, parcel), { mayWait: true })
}

async function deliverIn(
  deps: Deps,
  tx: Tx,
  toDeliver: Sealed,
  parcel: SealedParcel,
): Promise<'delivered' | 'unchanged' | 'changed-meanwhile'> {
  const { job, at, deliveryId, stands } = toDeliver
  if (!(await toDeliver.holds(tx))) return 'changed-meanwhile'
  await scheduleReveal(deps, tx, toDeliver)
  // Asked again inside the transaction: a second worker may have held the same job after a lease ran out.
  if (await isUnchanged(tx, toDeliver)) {
    await withdrawOther(tx, toDeliver)
    await tx.outbox.finish(job.id, 'done', 'unchanged', at)
    return 'unchanged'
  }
  await replaceUnread(tx, toDeliver)
  const logIndex = await tx.audit.append(toDeliver.logged.event, toDeliver.logged.entry)
  await tx.deliveries.add({ ...rowOf(toDeliver, parcel), logIndex })
  await tx.deliveries.putRecord(deliveryId, toDeliver.shaped.record)
  await tx.ledger.add(ledgerOf(toDeliver))
  const { organisation, id: mandate } = stands.route.mandate
  const carried = await deps.courier.carry(tx, { deliveryId, organisation, mandate }, parcel)
  await planCarries(deps, tx, { ...rowOf(toDeliver, parcel), message: toDeliver.stored.message })
  await tx.outbox.finish(job.id, 'done', carried.kind === 'in-mailbox' ? 'delivered' : carried.reason, at)
  return 'delivered'
}

/** A reveal with a date is a job of that date, judged by what is in force then; one for each message that waits for it. */
export async function scheduleReveal(
  deps: Pick<Deps, 'newId'>,
  tx: Tx,
  { job, choices, at }: Pick<ToDeliver, 'job' | 'choices' | 'at'>,
): Promise<void> {
  const dueAt = nextReveal(choices, at)
  if (dueAt === undefined) return
  const { messageId, caseId, edge, mandate } = job
  const waiting = await tx.outbox.waitingOfCase(caseId, mandate)
  const isPlanned = waiting.some(
    (other) =>
      other.cause !== CARRY_CAUSE && other.messageId === messageId && other.edge === edge && other.dueAt === dueAt,
  )
  if (!isPlanned) await tx.outbox.add([{ id: deps.newId(), messageId, caseId, edge, mandate, dueAt, cause: 'reveal' }])
}

/** A parcel of the same message that nobody fetched is replaced, not joined, by the newer one. */
export async function replaceUnread(tx: Tx, { job, at }: Pick<ToDeliver, 'job' | 'at'>): Promise<void> {
  const latest = await tx.deliveries.latest({ messageId: job.messageId, mandate: job.mandate, edge: job.edge })
  if (latest?.state === 'in-mailbox') await tx.deliveries.setState(latest.id, 'withdrawn', at)
}

function rowOf(
  { job, stored, stands, shaped, viewDigest, deliveryId, policy, at }: ToDeliver,
  parcel: SealedParcel,
): Omit<Parameters<Tx['deliveries']['add']>[0], 'logIndex'> {
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
    projectionDigest: viewDigest,
    policyDigest: policy.digest,
    depth: shaped.depth,
    cause: job.cause,
    createdAt: at,
  }
}

const ledgerOf = ({ stored, stands, shaped, deliveryId, policy, at }: ToDeliver): readonly LedgerEntry[] =>
  shaped.disclosed.map(({ itemId, level, rules, conditions }) => ({
    deliveryId,
    itemId,
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

const auditOf = ({ job, stored, stands, shaped, deliveryId, policy, at }: ToDeliver): AuditEvent => ({
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
  digest: sha256Hex(JSON.stringify(shaped.record)),
})
