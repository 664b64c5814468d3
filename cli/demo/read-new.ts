/** A member reads what is new to it, as the demo tells of it. */
import type { Member } from '#adapters/agency-kit/member.ts'
import { toDeliveryId } from '#gateway/core/ids.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import type { DecisionRecord, Projection } from '#gateway/core/projection.ts'
import type { Gateway } from '#cli/wire.ts'
import { found } from './found.ts'

/** A parcel as its recipient opened it, and why it looks as it does. */
export interface Opened {
  /** As the gateway knows the case: each recipient has its own name for it. */
  readonly caseId: string
  readonly mandate: Mandate
  readonly projection: Projection
  readonly record: DecisionRecord
}

/** Opens and acknowledges all that waits for that mandate, in the order in which it came. */
export async function readNew(
  { gateway }: { readonly gateway: Gateway },
  mandate: Mandate,
  member: Member,
): Promise<readonly Opened[]> {
  const waiting = (await member.list()).filter(
    ({ state, mandate: to }) => state !== 'acknowledged' && to === mandate.id,
  )
  const opened: Opened[] = []
  for (const { id } of waiting) {
    const projection = await member.open(id)
    await member.acknowledge(id)
    const deliveryId = toDeliveryId(id)
    const { deliveries } = gateway.deps.store.read
    const record = deliveryId === undefined ? undefined : await deliveries.recordOf(deliveryId)
    const delivery = deliveryId === undefined ? undefined : await deliveries.get(deliveryId)
    const { caseId } = found(delivery, `the delivery ${id}`)
    opened.push({ caseId, mandate, projection, record: found(record, `the decision record of ${id}`) })
  }
  return opened
}
