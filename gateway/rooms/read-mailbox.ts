/** Side room: a recipient lists what waits, collects it, acknowledges it; every look is itself recorded. */
import { printInstant } from '#policies/language/instant.ts'
import { printCursor, readCursor } from '#gateway/core/cursor.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Mandate, Participant } from '#gateway/core/participants.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Delivery, Job, Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'
import { forward, isStillOwed } from './forward.ts'

/** A member behind its certificate, and the mandate it has proven, where it has. */
export interface Reader {
  readonly participant: Participant
  readonly mandate?: Mandate
}

/** One line of the mailbox: what came, never what is in it. */
export interface DeliverySummary {
  readonly id: string
  readonly kind: string
  readonly messageId: string
  readonly caseId: string
  readonly sender: string
  readonly mandate: string
  readonly state: 'in-mailbox' | 'collected' | 'acknowledged'
  readonly createdAt: string
  /** Who holds the key that opens it. */
  readonly keysHeldBy: 'mandate' | 'organisation' | 'gateway'
}

export interface MailboxPage {
  readonly items: readonly DeliverySummary[]
  readonly next?: string
}

/** A page of the mailbox of the organisation, or of the proven mandate alone; oldest first, without a total. */
export async function listDeliveries(
  deps: Deps,
  reader: Reader,
  page: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Result<MailboxPage>> {
  const { participant, mandate } = reader
  const binding = { secret: deps.cursorSecret, owner: `${participant.id}/${mandate?.id ?? ''}`, now: deps.clock() }
  const after = page.cursor === undefined ? 0 : readCursor(binding, page.cursor)
  if (after === undefined) return fail('request-malformed', [{ pointer: '/cursor', code: 'unknown-or-expired' }])
  const request = {
    organisation: participant.id,
    after,
    limit: page.limit,
    ...(mandate === undefined ? {} : { mandate: mandate.id }),
  }
  const rows = await deps.store.read.deliveries.list(request)
  const last = rows.at(-1)
  const items = await Promise.all(rows.map((row) => summarise(deps, row)))
  return ok({
    items,
    ...(last === undefined || rows.length < page.limit ? {} : { next: printCursor(binding, last.seq) }),
  })
}

async function summarise(deps: Deps, row: Delivery): Promise<DeliverySummary> {
  const stored = await deps.store.read.messages.get(row.messageId)
  return {
    id: row.id,
    kind: row.kind,
    messageId: row.messageId,
    caseId: row.caseId,
    sender: stored?.issuer ?? '',
    mandate: row.mandate,
    state: row.state === 'withdrawn' ? 'collected' : row.state,
    createdAt: printInstant(row.createdAt),
    keysHeldBy: mandateOf(deps.registry(), row.mandate)?.keysHeldBy ?? 'organisation',
  }
}

/**
 * The sealed parcel. Before it is handed out for the first time it is held against what its recipient would get now, and
 * judged again where that differs. What was handed out once stays what it was, until something in it is recalled.
 */
export async function collectDelivery(deps: Deps, reader: Reader, id: DeliveryId): Promise<Result<Delivery>> {
  const collected = await deps.store.transaction((tx) => collectIn(deps, tx, reader, id))
  if (!('again' in collected)) return collected
  await forward(deps, { ...collected.again, attempts: 0 })
  return fail('delivery-withdrawn', [{ pointer: '', code: 'judged-again' }])
}

/** In one transaction, so that no recall, choice or restriction comes between the look and the handing out. */
async function collectIn(
  deps: Deps,
  tx: Tx,
  reader: Reader,
  id: DeliveryId,
): Promise<Result<Delivery> | { readonly again: Omit<Job, 'attempts'> }> {
  const found = await owned(tx, reader, id)
  if (!found.ok) return found
  const row = found.value
  if (row.state === 'withdrawn' || (await holdsRecalled(tx, row))) return fail('delivery-withdrawn')
  if (row.state !== 'in-mailbox') return found
  if (!(await isStillOwed(deps, tx, row))) return { again: await judgeAgain(deps, tx, row) }
  const at = deps.clock()
  await tx.deliveries.setState(id, 'collected', at)
  await tx.audit.append({
    ...aboutOf(row, at),
    operation: 'consultation',
    act: 'delivery-collected',
    actor: row.mandate,
    justification: 'mandate',
  })
  return found
}

async function holdsRecalled(tx: Tx, { id, caseId }: Delivery): Promise<boolean> {
  const states = await tx.cases.itemStates(caseId)
  const recalled = new Set(states.filter(({ recalledAt }) => recalledAt !== undefined).map(({ itemId }) => itemId))
  return recalled.size > 0 && (await tx.ledger.ofDelivery(id)).some(({ itemId }) => recalled.has(itemId))
}

/** The old parcel is withdrawn whatever comes of it; a new one, where something still passes, stands in the list instead. */
async function judgeAgain(deps: Deps, tx: Tx, row: Delivery): Promise<Omit<Job, 'attempts'>> {
  const at = deps.clock()
  const job = {
    id: deps.newId(),
    messageId: row.messageId,
    caseId: row.caseId,
    edge: row.edge,
    mandate: row.mandate,
    dueAt: at,
    cause: 're-judge',
  }
  await tx.deliveries.setState(row.id, 'withdrawn', at)
  await tx.outbox.add([job])
  return job
}

/** Received and readable: of a parcel that was collected. Idempotent: the first time counts. */
export async function acknowledgeDelivery(deps: Deps, reader: Reader, id: DeliveryId): Promise<Result<Delivery>> {
  return deps.store.transaction(async (tx) => {
    const found = await owned(tx, reader, id)
    if (!found.ok || found.value.state === 'acknowledged') return found
    const row = found.value
    if (row.state === 'withdrawn') return fail('delivery-withdrawn')
    if (row.state === 'in-mailbox') return fail('message-out-of-turn', [{ pointer: '', code: 'not-collected' }])
    const at = deps.clock()
    await tx.deliveries.setState(id, 'acknowledged', at)
    await tx.audit.append({
      ...aboutOf(row, at),
      operation: 'consultation',
      act: 'delivery-acknowledged',
      actor: row.mandate,
      justification: 'mandate',
    })
    return ok({ ...row, state: 'acknowledged', acknowledgedAt: at })
  })
}

/** A delivery of another organisation, or of another mandate than the proven one, is as if it were not there. */
export async function owned(read: Tx, { participant, mandate }: Reader, id: DeliveryId): Promise<Result<Delivery>> {
  const row = await read.deliveries.get(id)
  if (row === undefined || row.organisation !== participant.id) return fail('not-found')
  return mandate === undefined || row.mandate === mandate.id ? ok(row) : fail('not-found')
}

export const aboutOf = (
  row: Delivery,
  at: number,
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
