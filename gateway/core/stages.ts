/** The chain of types that a message becomes on its walk. A later stage can only be made by the room that names it. */
import type { Instant } from '#policies/language/instant.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type { Level } from '#policies/language/level.ts'
import type { Question } from '#policies/language/policy.ts'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import type { SignedCopies } from './case-copy/signed-copies.ts'
import type { Choice, Depth } from './choice.ts'
import type { ItemId, MandateId, OrganisationId } from './ids.ts'
import type { Item } from './item.ts'
import type { Message } from './message.ts'
import type { Edge, Mandate, Participant } from './participants.ts'
import type { DecisionRecord, Projection } from './projection.ts'

/** Bytes as they came through the door, and what the TLS connection proved about who sent them. */
export interface RawSubmission {
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly idempotencyKey: string
}

/** Room 2: decrypted, signed by the sender's own key, fresh, strict JSON. */
export interface VerifiedSubmission {
  readonly sender: Participant
  readonly payload: unknown
  /** SHA-256 of the bytes received. */
  readonly bytesDigest: string
  readonly kid: string
  readonly attested: 'originator' | 'broker'
}

/** Room 3: a message of the catalogue, allowed at this point of the workflow. */
export interface UnderstoodMessage {
  readonly sender: Participant
  readonly message: Message
  readonly bytesDigest: string
  readonly attested: 'originator' | 'broker'
  readonly receivedAt: Instant
  /** Where its sender signed it in copies. */
  readonly copies?: SignedCopies
}

/** One recipient to be asked about: an edge and the mandate at its end. */
export interface Route {
  readonly edge: Edge
  readonly mandate: Mandate
}

/** Room 4: with everyone who is to be asked about. */
export interface RoutedMessage extends UnderstoodMessage {
  readonly routes: readonly Route[]
  /** Of a recall or correction: who holds a copy, and cannot be sent a notice any more. */
  readonly unreachable?: readonly { readonly organisation: OrganisationId; readonly mandate: MandateId }[]
}

/** One item version with the labels policy saw and the ceiling it got. */
export interface JudgedItem {
  readonly item: Item
  readonly labelled: LabelledItem
  readonly ceiling: Ceiling
  readonly isFloor: boolean
  readonly isSuperseded: boolean
}

/** Room 6: a ceiling for each item of one message, for one mandate. */
export interface JudgedMessage {
  readonly message: Message
  readonly sender: Participant
  readonly route: Route
  readonly question: Question
  readonly items: readonly JudgedItem[]
  readonly attested: 'originator' | 'broker'
}

/** The choices that narrow one delivery, the organisation's first. */
export interface Choices {
  readonly organisation: Choice
  readonly practitioner: Choice
  /** Meetings held with this mandate, for a delayed reveal. */
  readonly meetings: number
  /** When this mandate last acknowledged a delivery of this case. */
  readonly lastReadAt: Instant | undefined
}

/** Room 7: what may be sealed, and the record of why. */
export interface Shaped {
  readonly projection: Projection
  readonly record: DecisionRecord
  readonly depth: Depth
  /** Item id → level, for the ledger. */
  readonly disclosed: readonly {
    readonly itemId: ItemId
    readonly level: Level
    readonly rules: readonly string[]
    readonly conditions: readonly string[]
  }[]
  /** True where no item passed and nothing was declared: nothing is sent. */
  readonly isEmpty: boolean
}

/** Room 8: signed by the gateway and encrypted to one key. */
export interface SealedParcel {
  readonly jwe: string
  readonly kid: string
}
