/** Courier for recipients whose mailbox is this gateway: the parcel waits in the store until they collect it. */
import type { Courier } from '#gateway/ports/courier.ts'

/** A courier that puts parcels beside their deliveries, in the caller's transaction. Throws for an unknown delivery. */
export const openLocalInbox = (): Courier => ({
  carry: async (tx, address, parcel) => {
    await tx.deliveries.putParcel(address.deliveryId, parcel.jwe)
    return { kind: 'in-mailbox' }
  },
})
