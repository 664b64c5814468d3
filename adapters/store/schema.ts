/**
 * The tables as types. Columns are named as the members of the port that they hold; an instant is a bigint of milliseconds
 * since 1970 UTC, a short list or object is JSON text, a long one is packed bytes (packed.ts), and an absent member is null.
 */
import type { Generated, Kysely } from 'kysely'
import type { Instant } from '#policies/language/instant.ts'
import type { KeptForm } from '#gateway/ports/kept-forms.ts'
import type { Account, Session } from '#gateway/core/account.ts'
import type { HandedErrand } from '#gateway/core/handed-errand.ts'
import type { EscalationStep } from '#gateway/core/escalation.ts'
import type { NoticeChannel } from '#gateway/core/notice-choice.ts'
import type { MembershipFault } from '#gateway/core/membership.ts'
import type { CaseId, DeliveryId, ItemId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { CarriedKind } from '#gateway/core/message-kinds.ts'
import type { ChangeState } from '#gateway/core/policy-change-states.ts'
import type { EffectCell } from '#gateway/core/effect-counts.ts'
import type { ChangeSignature, Effect } from '#gateway/ports/changes.ts'
import type { AskState } from '#gateway/core/ask.ts'
import type { InboxAnswer } from '#gateway/ports/asks.ts'
import type { CaseLabel } from '#gateway/ports/case-labels.ts'
import type { LogSchema } from './log.ts'
import type { Carry, UnreadDelivery } from '#gateway/ports/carries.ts'
import type { RecallTarget } from '#gateway/ports/recalls.ts'
import type { DeliveryState, InformationGrant, JobState, StoredMessage } from '#gateway/ports/stored.ts'

export interface AcceptanceRow {
  readonly messageId: MessageId
  readonly issuer: OrganisationId
  readonly jti: string
  readonly messageDigest: string
  /** Null once forgotten. */
  readonly idempotencyKey: string | null
  readonly bodyDigest: string
  readonly receipt: string
  readonly acceptedAt: Instant
}

export interface MessageRow {
  readonly id: MessageId
  readonly issuer: OrganisationId
  readonly jti: string
  readonly kind: CarriedKind
  readonly caseId: CaseId
  /** Rises within the case, in the order of acceptance. */
  readonly position: number
  readonly attested: StoredMessage['attested']
  readonly receivedAt: Instant
  /** Packed. */
  readonly message: Uint8Array
  /** Packed; null for what its sender signed as it is. */
  readonly copies: Uint8Array | null
  /** 1 where its sender may release more of it (releases). */
  readonly mayGrow: number | null
}

/** A message that grew, as it stands since; the last row counts. */
export interface ReleaseRow {
  readonly messageId: MessageId
  /** From 1, in the order of releasing. */
  readonly position: number
  /** Packed, as the message and its copies are. */
  readonly message: Uint8Array
  readonly copies: Uint8Array | null
  /** JSON of what was released when; null where it is inside the message. */
  readonly releases: string | null
}

export interface CaseNameRow {
  /** Rises with each row. */
  readonly position: Generated<number>
  readonly name: string
  readonly caseId: CaseId
  readonly said: string
}

export interface CopiesSeenRow {
  readonly caseId: CaseId
  readonly issuer: OrganisationId
  readonly seen: string
}

export interface QuarantineRow {
  readonly digest: string
  readonly reason: string
  readonly peer: string
  readonly at: Instant
}

/** The items that a message brought: one row a message. */
export interface BroughtRow {
  readonly messageId: MessageId
  readonly caseId: CaseId
  /** Rises within the case, in the order of bringing. */
  readonly position: number
  /** Ids, as a list, packed. */
  readonly items: Uint8Array
}

/** What became of an item; most have no row. */
export interface ItemMarkRow {
  readonly caseId: CaseId
  readonly itemId: ItemId
  readonly supersededAt: Instant | null
  readonly recalledAt: Instant | null
}

export interface CaseFactsRow {
  readonly caseId: CaseId
  readonly position: number
  readonly by: OrganisationId
  readonly at: Instant
  readonly facts: string
}

export interface AssignmentRow {
  readonly caseId: CaseId
  readonly mandate: MandateId
  readonly from: Instant
  readonly until: Instant | null
}

export interface MeetingRow {
  readonly caseId: CaseId
  readonly mandate: MandateId
  readonly messageId: MessageId
  readonly at: Instant
}

export interface OutboxRow {
  readonly id: string
  /** Dense from 1, in the order of adding; rows are never deleted. */
  readonly position: number
  readonly messageId: MessageId
  readonly caseId: CaseId
  readonly edge: string
  readonly mandate: MandateId
  readonly cause: string
  readonly dueAt: Instant
  /** When it may be claimed: dueAt, or the end of the lease. */
  readonly visibleAt: Instant
  readonly attempts: number
  readonly state: JobState
  readonly outcome: string | null
  readonly endedAt: Instant | null
}

export interface DeliveryRow {
  readonly id: DeliveryId
  readonly seq: number
  readonly messageId: MessageId
  readonly caseId: CaseId
  readonly kind: CarriedKind
  readonly edge: string
  readonly organisation: OrganisationId
  readonly mandate: MandateId
  readonly state: DeliveryState
  readonly kid: string
  readonly projectionDigest: string
  readonly policyDigest: string
  readonly depth: string
  readonly cause: string
  readonly logIndex: number
  readonly createdAt: Instant
  readonly collectedAt: Instant | null
  readonly acknowledgedAt: Instant | null
  readonly withdrawnAt: Instant | null
}

/** Apart from its delivery, so that a change of state does not write the sealed bytes again. */
export interface ParcelRow {
  readonly deliveryId: DeliveryId
  /** Packed as a parcel. */
  readonly parcel: Uint8Array
}

export interface DecisionRecordRow {
  readonly deliveryId: DeliveryId
  /** Packed. */
  readonly record: Uint8Array
}

/** All that the ledger says of one delivery. */
export interface LedgerRow {
  readonly deliveryId: DeliveryId
  readonly caseId: CaseId
  /** A list of what is said, each with the items that it is said of (ledger.ts), packed. */
  readonly said: Uint8Array
}

/** Key members that a choice does not have are empty text, since a key column cannot be null. */
export interface ChoiceRow {
  readonly organisation: OrganisationId
  readonly mandate: MandateId | ''
  readonly caseId: CaseId | ''
  readonly revision: number
  readonly choice: string
  readonly setAt: Instant
}

export interface GrantRow {
  readonly requestId: MessageId
  readonly kind: InformationGrant['kind']
  readonly caseId: CaseId
  readonly requester: OrganisationId
  readonly holder: OrganisationId
  readonly sections: string
  readonly until: Instant
}

export interface RecallTargetRow {
  readonly recallId: MessageId
  readonly organisation: OrganisationId
  readonly mandate: MandateId
  readonly state: RecallTarget['state']
  readonly dueAt: Instant
  readonly answeredAt: Instant | null
  readonly attestation: MessageId | null
  readonly escalation: EscalationStep | null
  readonly escalatedAt: Instant | null
}

export interface AttestationRow {
  readonly messageId: MessageId
  readonly recallId: MessageId
  readonly caseId: CaseId
  readonly organisation: OrganisationId
  readonly at: Instant
  readonly digest: string
  readonly signed: string
}

export interface MembershipEndRow {
  readonly organisation: OrganisationId
  readonly foundAt: Instant
  readonly reason: MembershipFault
  /** 0 while it is open. */
  readonly restoredAt: Instant
  readonly stopped: number
  readonly withdrawn: number
  readonly reportedAt: Instant | null
  readonly digest: string | null
  readonly deliveries: number | null
  readonly items: number | null
}

export interface PolicyRow {
  readonly digest: string
  readonly id: string
  readonly version: string
  readonly text: string
  readonly activatedAt: Instant
  /** Rises with each activation; the greatest is in force. */
  readonly position: number
}

export interface AuditLogRow {
  readonly seq: number
  readonly event: string
  readonly previous: string
  readonly hash: string
}

export interface CarryRow {
  readonly id: string
  readonly deliveryId: DeliveryId
  readonly organisation: OrganisationId
  readonly way: Carry['way']
  readonly cause: Carry['cause']
  readonly root: string
  readonly parent: string | null
  readonly plannedAt: Instant
  readonly attempts: number
  readonly fault: string | null
  readonly triedAt: Instant | null
  readonly handedAt: Instant | null
  readonly takenAt: Instant | null
}

export interface WayRow {
  readonly organisation: OrganisationId
  readonly way: Carry['way']
  readonly failures: number
  readonly openedAt: Instant | null
  readonly openUntil: Instant | null
  readonly probeUntil: Instant | null
  readonly noticedAt: Instant | null
}

export interface UnreadRow {
  readonly deliveryId: DeliveryId
  /** Far away once the last step was told. */
  readonly nextAt: Instant
  readonly dueAt: Instant
  readonly step: UnreadDelivery['step'] | null
  readonly steppedAt: Instant | null
}

export interface LeaseRow {
  readonly name: string
  readonly holder: string
  readonly until: Instant
}

export interface SpentIdRow {
  readonly issuer: string
  readonly id: string
  readonly until: Instant
}

export interface AccountRow {
  readonly id: string
  readonly name: string
  readonly role: Account['role']
  readonly organisation: OrganisationId
  readonly mandate: MandateId | null
  readonly language: NonNullable<Account['language']> | null
  readonly subject: string | null
  readonly from: Instant
  readonly endedAt: Instant | null
}

export interface CredentialRow {
  readonly id: string
  readonly account: string
  readonly publicKey: string
  readonly counter: number
  /** JSON. */
  readonly transports: string
  readonly label: string
  readonly addedAt: Instant
  readonly usedAt: Instant | null
}

export interface SessionRow {
  readonly id: string
  readonly account: string
  readonly method: Session['method']
  readonly computer: Session['computer']
  readonly beganAt: Instant
  readonly seenAt: Instant
  readonly steppedUpAt: Instant | null
}

export interface CeremonyRow {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly until: Instant
}

export interface EntryLinkRow {
  readonly id: string
  readonly account: string
  readonly until: Instant
  readonly proposedBy: string | null
  readonly proposedAt: Instant | null
  readonly confirmedBy: string | null
  readonly code: string | null
}

export interface PolicyChangeRow {
  readonly id: string
  readonly revision: number
  readonly state: ChangeState
  readonly result: string
  readonly changedAt: Instant
  readonly startedAt: Instant | null
  /** JSON of the whole. */
  readonly body: string
}

export interface ChangeEffectRow {
  readonly id: string
  readonly changeId: string
  readonly state: Effect['state']
  readonly startedAt: Instant
  /** JSON of the whole. */
  readonly body: string
}

export interface ChangeDifferenceRow {
  readonly effectId: string
  readonly position: number
  /** 0 for what would disclose more. */
  readonly rank: number
  readonly caseId: CaseId
  /** JSON of the whole. */
  readonly body: string
}

export interface ChangeObservationRow extends EffectCell {
  readonly changeId: string
}

export interface AskRow {
  readonly id: MessageId
  readonly caseId: CaseId
  readonly organisation: OrganisationId
  readonly mandate: MandateId
  readonly account: string
  readonly holder: OrganisationId
  /** JSON of what was asked for, and why. */
  readonly said: string
  readonly askedAt: Instant
  readonly dueAt: Instant
  readonly state: AskState
  readonly answer: string | null
  readonly answeredAt: Instant | null
  readonly escalatedAt: Instant | null
}

export interface InboxAnswerRow {
  readonly messageId: MessageId
  readonly mandate: MandateId
  readonly organisation: OrganisationId
  readonly caseId: CaseId
  readonly kind: InboxAnswer['kind']
  /** JSON. */
  readonly said: string
  readonly at: Instant
}

export interface VisitChoiceRow {
  readonly caseId: CaseId
  readonly mandate: MandateId
  readonly session: string
  /** JSON. */
  readonly before: string
  readonly setAt: Instant
}

export interface HandedErrandRow {
  readonly id: string
  readonly errand: string
  readonly messageId: MessageId
  readonly mandate: MandateId
  readonly organisation: string | null
  readonly reason: HandedErrand['reason']
  readonly account: string
  readonly handedAt: Instant
  readonly state: HandedErrand['state']
  readonly dealtBy: string | null
  readonly dealtAt: Instant | null
}

export interface NoticeChoiceRow {
  readonly mandate: MandateId
  readonly channel: NoticeChannel
  readonly quietFrom: string | null
  readonly quietUntil: string | null
  readonly zone: string | null
  readonly setAt: Instant
}

export interface Schema extends LogSchema {
  readonly acceptances: AcceptanceRow
  readonly messages: MessageRow
  readonly releases: ReleaseRow
  readonly quarantine: QuarantineRow
  readonly brought: BroughtRow
  readonly item_marks: ItemMarkRow
  readonly case_facts: CaseFactsRow
  readonly assignments: AssignmentRow
  readonly meetings: MeetingRow
  readonly case_names: CaseNameRow
  readonly copies_seen: CopiesSeenRow
  readonly outbox: OutboxRow
  readonly deliveries: DeliveryRow
  readonly parcels: ParcelRow
  readonly decision_records: DecisionRecordRow
  readonly ledger: LedgerRow
  readonly choices: ChoiceRow
  readonly grants: GrantRow
  readonly recall_targets: RecallTargetRow
  readonly recall_attestations: AttestationRow
  readonly membership_ends: MembershipEndRow
  readonly policies: PolicyRow
  readonly carries: CarryRow
  readonly carry_ways: WayRow
  readonly unread: UnreadRow
  readonly leases: LeaseRow
  readonly spent_ids: SpentIdRow
  readonly accounts: AccountRow
  readonly credentials: CredentialRow
  readonly sessions: SessionRow
  readonly ceremonies: CeremonyRow
  readonly entry_links: EntryLinkRow
  readonly kept_forms: KeptForm
  readonly asks: AskRow
  readonly inbox_answers: InboxAnswerRow
  readonly visit_choices: VisitChoiceRow
  readonly case_labels: CaseLabel
  readonly notice_choices: NoticeChoiceRow
  readonly handed_errands: HandedErrandRow
  readonly policy_changes: PolicyChangeRow
  readonly change_signatures: ChangeSignature
  readonly change_effects: ChangeEffectRow
  readonly change_differences: ChangeDifferenceRow
  readonly change_observations: ChangeObservationRow
  readonly audit: AuditLogRow
}

export type Tables = Kysely<Schema>
