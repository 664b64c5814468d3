/** What is carried to recipients along their ways, and what waits to be read there. */
import type { Instant } from '#policies/language/instant.ts'
import type { CarryWay } from '#gateway/core/courier-ways.ts'
import type { Circuit } from '#gateway/core/circuit.ts'
import type { DeliveryId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { UnreadStep } from '#gateway/core/unread.ts'

/** Why something is carried: a new delivery, or a step of the ladder of unread mail. */
export type CarryCause = 'delivery' | UnreadStep

/** One errand to a recipient by one of its ways, with the id of its job. Where it stands, the job says. */
export interface Carry {
  readonly id: string
  readonly deliveryId: DeliveryId
  /** To whom: the recipient, or the sender who is told that nobody reads. */
  readonly organisation: OrganisationId
  readonly way: CarryWay
  readonly cause: CarryCause
  /** The first of its line: itself, or what it carries anew. */
  readonly root: string
  /** What was given up and is carried anew by this. */
  readonly parent?: string
  readonly plannedAt: Instant
  /** Attempts begun. */
  readonly attempts: number
  /** How the last attempt failed, as a code. */
  readonly fault?: string
  readonly triedAt?: Instant
  /** When the parcel first left the mailbox this way: it may have been received. */
  readonly handedAt?: Instant
  readonly takenAt?: Instant
}

/** One job that was given up, or waits after failing, and how: ids and codes, nothing of its case. */
export interface StuckJob {
  readonly id: string
  readonly position: number
  readonly messageId: MessageId
  readonly edge: string
  readonly mandate: MandateId
  readonly state: 'waiting' | 'stuck'
  readonly outcome?: string
  readonly dueAt: Instant
  readonly attempts: number
  /** Where something is carried onward; absent: it was not judged yet. */
  readonly carry?: Carry
}

/** Of a list that may be long: from after a position, or that one job. */
export interface StuckAsked {
  readonly after: number
  readonly limit: number
  readonly id?: string
}

/** A way to an organisation: its circuit, and when a notice last went along it. */
export interface WayState extends Circuit {
  readonly organisation: OrganisationId
  readonly way: CarryWay
  readonly noticedAt?: Instant
}

/** A delivery that waits to be acknowledged: which step of the ladder comes when, and which was told. */
export interface UnreadDelivery {
  readonly deliveryId: DeliveryId
  readonly nextAt: Instant
  readonly dueAt: Instant
  readonly step?: UnreadStep
  readonly steppedAt?: Instant
}

export interface Carries {
  /** Its job is added beside it, under the same id. */
  readonly add: (carry: Omit<Carry, 'attempts'>) => Promise<void>
  readonly get: (id: string) => Promise<Carry | undefined>
  readonly ofDelivery: (id: DeliveryId) => Promise<readonly Carry[]>
  /** Counts an attempt; answers how many there were, this one included. */
  readonly begin: (id: string, at: Instant) => Promise<number>
  readonly mark: (id: string, marks: Partial<Pick<Carry, 'fault' | 'handedAt' | 'takenAt'>>) => Promise<void>
  /** Of all that is to be done: given up and not carried anew since, and what waits after failing; in the order of adding. */
  readonly stuck: (asked: StuckAsked) => Promise<readonly StuckJob[]>
  readonly wayState: (organisation: OrganisationId, way: WayState['way']) => Promise<WayState | undefined>
  readonly putWayState: (state: WayState) => Promise<void>
  /** From now on it waits to be read; a second time changes nothing. */
  readonly awaitReading: (unread: UnreadDelivery) => Promise<void>
  readonly unreadDue: (now: Instant, limit: number) => Promise<readonly UnreadDelivery[]>
  readonly unreadOf: (id: DeliveryId) => Promise<UnreadDelivery | undefined>
  /** Writes the step where the one before it is the last that was told; answers whether it was. No next step: it is never due again. */
  readonly stepUnread: (
    unread: UnreadDelivery,
    step: NonNullable<UnreadDelivery['step']>,
    at: { readonly at: Instant; readonly nextAt: Instant | undefined },
  ) => Promise<boolean>
  /** It was read, or is no more to be. */
  readonly forgetUnread: (id: DeliveryId) => Promise<void>
}
