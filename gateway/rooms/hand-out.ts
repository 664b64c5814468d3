/** Side room: a parcel leaves its mailbox with a courier, as it would leave it with its recipient: judged again first, once, and recorded. */
import type { TakenParcel } from '#gateway/ports/courier.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Carry } from '#gateway/ports/carries.ts'
import type { Delivery } from '#gateway/ports/stored.ts'
import { holdsRecalled, judgeAgain } from './collect.ts'
import type { Deps } from './deps.ts'
import { isStillOwed } from './forward.ts'
import { aboutOf } from './own-delivery.ts'
import { receiptFor } from './publish.ts'

/** Undefined where it is no more to be had: read, withdrawn, recalled in part, or to be judged again. Rejects where the store does not answer. */
export async function handOut(deps: Deps, carry: Carry): Promise<TakenParcel | undefined> {
  return deps.store.transaction(async (tx) => {
    const row = await tx.deliveries.get(carry.deliveryId)
    if (row === undefined || row.state === 'withdrawn' || row.state === 'acknowledged') return undefined
    if (await holdsRecalled(tx, row)) return undefined
    if (row.state === 'in-mailbox' && !(await leavesMailbox(deps, tx, row))) return undefined
    const receipt = await receiptFor(tx.log, row.logIndex)
    if (!receipt.ok) throw new Error('a published delivery has no receipt')
    await tx.carries.mark(carry.id, { handedAt: deps.clock() })
    return { parcel: row.parcel, logReceipt: receipt.value }
  })
}

async function leavesMailbox(deps: Deps, tx: Tx, row: Delivery): Promise<boolean> {
  if (!(await isStillOwed(deps, tx, row))) {
    // Its job is in the outbox: what still passes comes as a new delivery.
    await judgeAgain(deps, tx, row)
    return false
  }
  const at = deps.clock()
  await tx.deliveries.setState(row.id, 'collected', at)
  await tx.audit.append({
    ...aboutOf(row, at),
    operation: 'consultation',
    act: 'delivery-carried',
    actor: row.organisation,
    justification: 'courier',
  })
  return true
}
