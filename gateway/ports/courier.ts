/** Courier: carries a sealed parcel towards a recipient and says what became of it. */
import type { SealedParcel } from '#gateway/core/stages.ts'
import type { DeliveryId, MandateId, OrganisationId } from '#gateway/core/ids.ts'
import type { Tx } from './store.ts'

export interface ParcelAddress {
  readonly deliveryId: DeliveryId
  readonly organisation: OrganisationId
  readonly mandate: MandateId
}

export type Carried = { readonly kind: 'in-mailbox' } | { readonly kind: 'waiting'; readonly reason: string }

export interface Courier {
  /** Called in the transaction of the ledger entry, so that parcel and entry are durable together. */
  readonly carry: (tx: Tx, address: ParcelAddress, parcel: SealedParcel) => Promise<Carried>
}
