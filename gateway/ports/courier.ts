/** Couriers: what puts a sealed parcel into its mailbox, and what carries it, or word of it, onward to its recipient. */
import type { CourierEntry, Way } from '#gateway/core/courier-ways.ts'
import type { SealedParcel } from '#gateway/core/stages.ts'
import type { DeliveryId, MandateId, OrganisationId } from '#gateway/core/ids.ts'
import type { Turnstile } from '#gateway/core/turnstile.ts'
import type { EventType } from '#gateway/core/webhook.ts'
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

/** A parcel on its way out of the mailbox, with the receipt that its entry stands in the log. */
export interface TakenParcel {
  readonly parcel: string
  readonly logReceipt: string
}

/** What may go wrong on the way; codes, for the log and the operator. */
export const CARRY_FAULTS = [
  'address-refused',
  'unreachable',
  'timed-out',
  'peer-refused',
  'answer-refused',
  'answer-too-large',
  'cut-off',
  'not-set-up',
  'failed',
] as const
export type CarryFault = (typeof CARRY_FAULTS)[number]

/** `withheld`: the recipient's door was open, and there was nothing to hand out any more. */
export type CarryOutcome =
  { readonly kind: 'taken' } | { readonly kind: 'withheld' } | { readonly kind: 'failed'; readonly fault: CarryFault }

export interface Recipient {
  readonly organisation: OrganisationId
  /** The one SAN URI of its certificate. */
  readonly uri: string
  /** The way of this carrier. */
  readonly courier: CourierEntry
  /** To the other address that the entry names. */
  readonly isAlternate?: boolean
}

/** What is to be said without content: that something waits, is still unread, or that this is a trial. */
export interface Notice {
  /** The same for every attempt; the recipient knows by it what it has had. */
  readonly id: string
  readonly type: EventType
  readonly subject: string
  /** RFC 3339. */
  readonly time: string
}

export interface Errand {
  readonly recipient: Recipient
  readonly deliveryId: DeliveryId
  readonly notice: Notice
  /** Called once the recipient stands at its open door and is who it is meant to be: from then on the parcel counts as handed out. */
  readonly take: () => Promise<TakenParcel | undefined>
  readonly signal: AbortSignal
}

/** Carries one errand, or says why not; rejects only where `take` does. */
export interface Carrier {
  readonly carry: (errand: Errand) => Promise<CarryOutcome>
  /** Goes as far as the door, hands over nothing of any case. */
  readonly ping: (errand: Omit<Errand, 'take' | 'deliveryId'>) => Promise<CarryOutcome>
}

export interface Carriers {
  /** Absent where the operator has not set that way up. */
  readonly by: Partial<Readonly<Record<Way, Carrier>>>
  /** Lets errands begin as long as there is room: slow recipients leave some for others. */
  readonly turnstile: Turnstile
  /** An errand takes no longer, whatever the other side does; shorter than the lease of a job. */
  readonly limitMs: number
  /** In [0, 1), new with every call. */
  readonly random: () => number
}
