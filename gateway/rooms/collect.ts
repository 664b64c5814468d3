/** Side room: a recipient collects a parcel and acknowledges it; every look is itself recorded. */
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Delivery, Job } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'
import { forward, isStillOwed } from './forward.ts'
import { aboutOf, actorOf, held } from './own-delivery.ts'
import type { Reader } from './own-delivery.ts'
import { policyNow } from './policy-now.ts'
import { receiptFor } from './publish.ts'

/** A parcel, and the receipt that its entry stands in the log. */
export interface Collected extends Delivery {
  readonly logReceipt: string
}

/**
 * The sealed parcel. Before it is handed out for the first time it is held against what its recipient would get now, and
 * judged again where that differs. What was handed out once stays what it was, until something in it is recalled.
 */
export async function collectDelivery(deps: Deps, reader: Reader, id: DeliveryId): Promise<Result<Collected>> {
  // Met before the transaction, so that a version that is new here is not built while others wait for its end.
  await policyNow(deps, deps.store.read)
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
): Promise<Result<Collected> | { readonly again: Omit<Job, 'attempts'> }> {
  const found = await held(deps, tx, { reader, id })
  if (!found.ok) return found
  const row = found.value
  if (row.state === 'withdrawn' || (await holdsRecalled(tx, row))) return fail('delivery-withdrawn')
  if (row.state !== 'in-mailbox') return withReceipt(tx, row)
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
  return withReceipt(tx, row)
}

async function withReceipt(tx: Tx, row: Delivery): Promise<Result<Collected>> {
  const receipt = await receiptFor(tx.log, row.logIndex)
  return receipt.ok ? ok({ ...row, logReceipt: receipt.value }) : receipt
}

/** True where something in it was taken back since. */
export async function holdsRecalled(tx: Tx, { id, caseId }: Pick<Delivery, 'id' | 'caseId'>): Promise<boolean> {
  const states = await tx.cases.itemStates(caseId)
  const recalled = new Set(states.filter(({ recalledAt }) => recalledAt !== undefined).map(({ itemId }) => itemId))
  return recalled.size > 0 && (await tx.ledger.ofDelivery(id)).some(({ itemId }) => recalled.has(itemId))
}

/** The old parcel is withdrawn whatever comes of it; a new one, where something still passes, stands in the list instead. */
export async function judgeAgain(deps: Deps, tx: Tx, row: Delivery): Promise<Omit<Job, 'attempts'>> {
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
    const found = await held(deps, tx, { reader, id })
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
      ...actorOf(reader, row.mandate),
      justification: 'mandate',
    })
    return ok({ ...row, state: 'acknowledged', acknowledgedAt: at })
  })
}
