/** What the store keeps, one type a row: messages, cases, jobs, deliveries, ledger, choices, grants, policy versions. */
import type { Instant } from '#policies/language/instant.ts'
import type { Level } from '#policies/language/level.ts'
import type { Choice } from '#gateway/core/choice.ts'
import type { CaseId, DeliveryId, ItemId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { SeenCase } from '#gateway/core/case-copy/case-handle.ts'
import type { SignedCopies } from '#gateway/core/case-copy/signed-copies.ts'
import type { CaseFacts, Message } from '#gateway/core/message.ts'
import type { CarriedKind } from '#gateway/core/message-kinds.ts'
import type { Erasure } from './vault.ts'

/** A message as it was accepted. `id` is the gateway's; (`issuer`, `jti`) is the sender's and unique. */
export interface StoredMessage {
  readonly id: MessageId
  readonly issuer: OrganisationId
  readonly jti: string
  readonly kind: CarriedKind
  readonly caseId: CaseId
  readonly attested: 'originator' | 'broker'
  readonly receivedAt: Instant
  readonly message: Message
  /** Where its sender signed it in copies: what is shown of it is shown under that signature. */
  readonly copies?: SignedCopies
  /** Its sender may hold something of it back: what is stored of it may grow. */
  readonly mayGrow?: true
  /** What its sender let go of since, oldest first. */
  readonly releases?: readonly { readonly at: Instant; readonly items: readonly ItemId[] }[]
}

/** What somebody calls a case: an organisation that named it itself, or all recipients of a type, by the handle that a sender gave them. */
export interface CaseName {
  readonly name: string
  readonly organisation?: OrganisationId
  readonly audienceClass?: string
  /** Set where the name is not of the case but of one of its messages: the id of the copy that recipients of the type were shown. */
  readonly messageId?: MessageId
}

/** The copies last accepted of a case, by who sent them. */
export interface SeenCopies extends SeenCase {
  readonly issuer: OrganisationId
}

/** What the sender must be told again when it sends the same thing again. */
export interface Acceptance {
  readonly messageId: MessageId
  readonly issuer: OrganisationId
  readonly jti: string
  /** SHA-256 of the decrypted, signed message (the same message may be encrypted anew). */
  readonly messageDigest: string
  readonly idempotencyKey: string
  /** SHA-256 of the body as received. */
  readonly bodyDigest: string
  readonly receipt: string
  readonly acceptedAt: Instant
}

export interface ItemState {
  readonly itemId: ItemId
  readonly supersededAt?: Instant
  readonly recalledAt?: Instant
}

export interface StatedFacts {
  readonly by: OrganisationId
  readonly at: Instant
  readonly facts: CaseFacts
}

export interface Assignment {
  readonly mandate: MandateId
  readonly from: Instant
  readonly until?: Instant
}

/** One thing to be done: judge, shape, seal and deliver one message for one mandate. Ids only. */
export interface Job {
  readonly id: string
  readonly messageId: MessageId
  readonly caseId: CaseId
  readonly edge: string
  readonly mandate: MandateId
  readonly dueAt: Instant
  /** Times it was claimed, this time included: a job that ends its process each time is counted too. */
  readonly attempts: number
  /** Why it exists: `submission`, `pull-up`, `reveal`, `grant`, `correction`, `re-judge`, `replay`, `carry` (see Carry). */
  readonly cause: string
}

export const JOB_STATES = ['waiting', 'done', 'stopped', 'stuck'] as const
export type JobState = (typeof JOB_STATES)[number]

/** A job that waits to be claimed: no more of it than another process may be told. */
export interface DueJob {
  readonly id: string
  /** Since when it could be claimed. */
  readonly since: Instant
  /** How often it was claimed before. */
  readonly attempts: number
}

export interface JobStatus {
  readonly job: Job
  readonly state: JobState
  /** Code of what happened, for the sender and the operator: `delivered`, `nothing-to-send`, `recalled`, a problem code … */
  readonly outcome?: string
  readonly at: Instant
}

export const DELIVERY_STATES = ['in-mailbox', 'collected', 'acknowledged', 'withdrawn'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

export interface Delivery {
  readonly id: DeliveryId
  /** Position in the mailbox order of the organisation; rises, with gaps that say nothing. */
  readonly seq: number
  readonly messageId: MessageId
  readonly caseId: CaseId
  readonly kind: CarriedKind
  readonly edge: string
  readonly organisation: OrganisationId
  readonly mandate: MandateId
  readonly state: DeliveryState
  readonly parcel: string
  readonly kid: string
  readonly projectionDigest: string
  readonly policyDigest: string
  readonly depth: string
  readonly cause: string
  /** Index of its leaf in the log: it is shown to nobody before a published checkpoint covers that. */
  readonly logIndex: number
  readonly createdAt: Instant
  readonly collectedAt?: Instant
  readonly acknowledgedAt?: Instant
}

/** A delivery without the sealed bytes: where it stands. */
export type DeliveryEntry = Omit<Delivery, 'parcel'>

/** What is left of a delivery whose case was erased, and the erasure: no name, nothing of what was in it. */
export interface ErasedDelivery extends Pick<
  DeliveryEntry,
  'kind' | 'edge' | 'logIndex' | 'createdAt' | 'collectedAt'
> {
  readonly erasure: Erasure
}

/** Who could read which item version, at which level, by which rules, under which policy, choice and conditions. */
export interface LedgerEntry {
  readonly deliveryId: DeliveryId
  readonly itemId: ItemId
  readonly caseId: CaseId
  readonly organisation: OrganisationId
  readonly mandate: MandateId
  readonly level: Level
  readonly rules: readonly string[]
  readonly conditions: readonly string[]
  readonly policyVersion: string
  readonly choiceDigest: string
  readonly at: Instant
}

export interface StoredChoice {
  readonly choice: Choice
  /** Rises with each change; the ETag. */
  readonly revision: number
  readonly setAt: Instant
}

/** The key of a choice: of an organisation (no mandate) or a mandate; by default (no case) or for one case. */
export interface ChoiceKey {
  readonly organisation: OrganisationId
  readonly mandate?: MandateId
  readonly caseId?: CaseId
}

export interface InformationGrant {
  readonly requestId: MessageId
  readonly kind: 'InformationRequest' | 'IntelligenceRequest'
  readonly caseId: CaseId
  /** Who asked, and whom. */
  readonly requester: OrganisationId
  readonly holder: OrganisationId
  readonly sections: readonly string[]
  readonly until: Instant
}

export interface PolicyVersion {
  readonly digest: string
  readonly id: string
  readonly version: string
  /** The canonical text. */
  readonly text: string
  readonly activatedAt: Instant
}
