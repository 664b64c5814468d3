/** Store: one transaction over all that is kept; and its parts for messages, cases, outbox, deliveries, ledger, choices, requests, policies and audit. */
import type { Instant } from '#policies/language/instant.ts'
import type { AuditEvent, AuditRow } from '#gateway/core/audit.ts'
import type { LogEntry } from '#gateway/core/log/entry.ts'
import type { Choice } from '#gateway/core/choice.ts'
import type { CaseId, DeliveryId, ItemId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { DecisionRecord } from '#gateway/core/projection.ts'
import type { Changes } from './changes.ts'
import type { Asks, InboxWords } from './asks.ts'
import type { CaseLabels } from './case-labels.ts'
import type { LogStore } from './log-store.ts'
import type { Flows } from './flows.ts'
import type { HandedErrands } from './handed-errands.ts'
import type { KeptForms } from './kept-forms.ts'
import type { People } from './people.ts'
import type { Carries } from './carries.ts'
import type { Memberships } from './memberships.ts'
import type { NoticeChoices } from './notice-choices.ts'
import type { Recalls } from './recalls.ts'
import type { Replicas } from './replicas.ts'
import type {
  StoredMessage,
  Acceptance,
  CaseName,
  SeenCopies,
  ItemState,
  StatedFacts,
  Assignment,
  Job,
  DueJob,
  JobState,
  JobStatus,
  Delivery,
  DeliveryEntry,
  ErasedDelivery,
  LedgerEntry,
  StoredChoice,
  ChoiceKey,
  InformationGrant,
  PolicyVersion,
} from './stored.ts'

export interface Messages {
  readonly acceptanceByJti: (issuer: OrganisationId, jti: string) => Promise<Acceptance | undefined>
  readonly acceptanceByKey: (issuer: OrganisationId, key: string) => Promise<Acceptance | undefined>
  readonly acceptance: (id: MessageId) => Promise<Acceptance | undefined>
  /** Both rows at once; throws when (issuer, jti) or (issuer, key) is there already. */
  readonly accept: (acceptance: Acceptance, message: StoredMessage) => Promise<void>
  /** A message that may grow, as it stands from now on; its acceptance is of the release, under an id of its own. Throws as `accept` does. */
  readonly release: (acceptance: Acceptance, message: StoredMessage) => Promise<void>
  readonly get: (id: MessageId) => Promise<StoredMessage | undefined>
  /** Messages of a case, oldest first. */
  readonly ofCase: (caseId: CaseId) => Promise<readonly StoredMessage[]>
  /** Forgets idempotency keys accepted before the instant; (issuer, jti) stays. Answers how many. */
  readonly forgetKeys: (before: Instant) => Promise<number>
  /** A digest and a reason code of what was refused at the door; never its content. */
  readonly quarantine: (entry: {
    readonly digest: string
    readonly reason: string
    readonly peer: string
    readonly at: Instant
  }) => Promise<void>
}

export interface Cases {
  /** Which items of a case are superseded or recalled; items that are neither do not appear. */
  readonly itemStates: (caseId: CaseId) => Promise<readonly ItemState[]>
  /** The message that brought the item, or undefined. */
  readonly messageOfItem: (caseId: CaseId, itemId: ItemId) => Promise<MessageId | undefined>
  /** The message that brought each of the items; those that nobody brought do not appear. */
  readonly messagesOfItems: (
    caseId: CaseId,
    items: readonly ItemId[],
  ) => Promise<readonly { readonly itemId: ItemId; readonly messageId: MessageId }[]>
  readonly addItems: (
    caseId: CaseId,
    messageId: MessageId,
    items: readonly { readonly itemId: ItemId; readonly supersedes?: ItemId | undefined }[],
    at: Instant,
  ) => Promise<void>
  readonly recallItems: (caseId: CaseId, items: readonly ItemId[], at: Instant) => Promise<void>
  readonly stateFacts: (caseId: CaseId, stated: StatedFacts) => Promise<void>
  /** Oldest first; later members win. */
  readonly facts: (caseId: CaseId) => Promise<readonly StatedFacts[]>
  readonly assign: (caseId: CaseId, assignment: Assignment) => Promise<void>
  readonly assignments: (caseId: CaseId) => Promise<readonly Assignment[]>
  readonly recordMeeting: (
    caseId: CaseId,
    mandates: readonly MandateId[],
    messageId: MessageId,
    at: Instant,
  ) => Promise<void>
  readonly countMeetings: (caseId: CaseId, mandate: MandateId) => Promise<number>
  /** What a case is called, oldest name first. */
  readonly names: (caseId: CaseId) => Promise<readonly CaseName[]>
  readonly addNames: (caseId: CaseId, names: readonly CaseName[]) => Promise<void>
  /** The cases that are called so by anybody. */
  readonly casesNamed: (name: string) => Promise<readonly (CaseName & { readonly caseId: CaseId })[]>
  readonly seenCopies: (caseId: CaseId, issuer: OrganisationId) => Promise<SeenCopies | undefined>
  readonly keepSeenCopies: (caseId: CaseId, seen: SeenCopies) => Promise<void>
}

export interface Outbox {
  readonly add: (jobs: readonly Omit<Job, 'attempts'>[]) => Promise<void>
  /** Takes up to `limit` due jobs and hides them until the lease ends. */
  readonly claim: (request: {
    readonly now: Instant
    readonly leaseMs: number
    readonly limit: number
  }) => Promise<readonly Job[]>
  /** Takes that one job where it is due and nobody has it, and hides it until the lease ends. */
  readonly claimOne: (request: {
    readonly id: string
    readonly now: Instant
    readonly leaseMs: number
  }) => Promise<Job | undefined>
  /** What could be claimed now, the longest due first: ids and numbers only. */
  readonly due: (request: { readonly now: Instant; readonly limit: number }) => Promise<readonly DueJob[]>
  /** Ends every lease: for the start of the only process at work on this store, whose predecessor may have died with jobs in hand. */
  readonly release: () => Promise<void>
  readonly finish: (id: string, state: 'done' | 'stopped' | 'stuck', outcome: string, at: Instant) => Promise<void>
  readonly retry: (id: string, dueAt: Instant, reason: string) => Promise<void>
  readonly ofMessage: (id: MessageId) => Promise<readonly JobStatus[]>
  readonly waitingOfCase: (caseId: CaseId, mandate?: MandateId) => Promise<readonly Job[]>
  /** What waits for any of the mandates, in the order of adding. */
  readonly waitingFor: (mandates: readonly MandateId[]) => Promise<readonly Job[]>
  /** Lets what was stopped for one of the outcomes, since that instant, wait again; answers how many. */
  readonly reopen: (stopped: {
    readonly mandates: readonly MandateId[]
    readonly outcomes: readonly string[]
    readonly since: Instant
    readonly dueAt: Instant
  }) => Promise<number>
  /**
   * Jobs that were judged to their end since an instant, in the order of adding, from after a position up to another; `position`: how far it
   * looked, which may be short of what was asked. Also of erased cases.
   */
  readonly judged: (request: {
    readonly after: number
    readonly upTo: number
    readonly since: Instant
    readonly limit: number
  }) => Promise<{ readonly jobs: readonly Pick<Job, 'id' | 'messageId'>[]; readonly position: number }>
  /** Of the job that was added last; 0 before any. */
  readonly lastPosition: () => Promise<number>
  /** When the next job is due, or undefined when none waits. */
  readonly nextDueAt: () => Promise<Instant | undefined>
  readonly count: () => Promise<Readonly<Record<JobState, number>>>
}

export interface Deliveries {
  readonly add: (delivery: Omit<DeliveryEntry, 'seq' | 'state'>) => Promise<void>
  /** Puts the sealed parcel where its recipient collects it. */
  readonly putParcel: (id: DeliveryId, parcel: string) => Promise<void>
  /** With its parcel; the others come without. */
  readonly get: (id: DeliveryId) => Promise<Delivery | undefined>
  /** Not withdrawn, in mailbox order, after the position. */
  readonly list: (request: {
    readonly organisation: OrganisationId
    readonly mandate?: MandateId
    readonly after: number
    readonly limit: number
  }) => Promise<readonly DeliveryEntry[]>
  /** The same with what was withdrawn, of all mandates. */
  readonly everOf: (request: {
    readonly organisation: OrganisationId
    readonly after: number
    readonly limit: number
  }) => Promise<readonly DeliveryEntry[]>
  /** Of one mandate in one state, newest first, before the position: read along an index, whatever else is stored. */
  readonly inState: (request: {
    readonly organisation: OrganisationId
    readonly mandate: MandateId
    readonly state: DeliveryEntry['state']
    readonly before: number
    readonly limit: number
  }) => Promise<readonly DeliveryEntry[]>
  /** Who was ever sent anything, in the order of their names. */
  readonly organisations: () => Promise<readonly OrganisationId[]>
  readonly latest: (request: {
    readonly messageId: MessageId
    readonly mandate: MandateId
    /** Only along this flow; absent: along any. */
    readonly edge?: string
  }) => Promise<DeliveryEntry | undefined>
  readonly ofCase: (caseId: CaseId, mandate?: MandateId) => Promise<readonly DeliveryEntry[]>
  /** What a mandate was sent of any of the cases, in no order between them. */
  readonly ofCases: (caseIds: readonly CaseId[], mandate: MandateId) => Promise<readonly DeliveryEntry[]>
  /** What a mandate was first sent of cases that were erased since, the last erased first. A store that seals nothing knows of none. */
  readonly erased: (request: {
    readonly organisation: OrganisationId
    readonly mandate: MandateId
    /** Erased before that instant. */
    readonly before?: Instant
    /** As soon as so many are found, with all that were erased at the last one's instant. */
    readonly limit: number
  }) => Promise<readonly ErasedDelivery[]>
  readonly ofMessage: (id: MessageId) => Promise<readonly DeliveryEntry[]>
  readonly setState: (id: DeliveryId, state: 'collected' | 'acknowledged' | 'withdrawn', at: Instant) => Promise<void>
  readonly lastAcknowledgedAt: (caseId: CaseId, mandate: MandateId) => Promise<Instant | undefined>
  readonly recordOf: (id: DeliveryId) => Promise<DecisionRecord | undefined>
  /** Also for what was judged and not sent, under the id its delivery would have had. */
  readonly putRecord: (id: DeliveryId, record: DecisionRecord) => Promise<void>
}

export interface Ledger {
  readonly add: (entries: readonly LedgerEntry[]) => Promise<void>
  readonly ofItems: (caseId: CaseId, items: readonly ItemId[]) => Promise<readonly LedgerEntry[]>
  readonly ofDelivery: (id: DeliveryId) => Promise<readonly LedgerEntry[]>
}

export interface ChoiceStore {
  readonly get: (key: ChoiceKey) => Promise<StoredChoice | undefined>
  /** Writes revision + 1 when the stored revision is the expected one (0: none yet); answers false otherwise. */
  readonly put: (key: ChoiceKey, choice: Choice, expectedRevision: number, at: Instant) => Promise<boolean>
}

export interface Requests {
  readonly grant: (grant: InformationGrant) => Promise<void>
  /** Grants to the requester for the case that are in force at the instant. */
  readonly inForce: (requester: OrganisationId, caseId: CaseId, at: Instant) => Promise<readonly InformationGrant[]>
}

export interface Policies {
  readonly activate: (version: PolicyVersion) => Promise<void>
  readonly inForce: () => Promise<PolicyVersion | undefined>
  /** Of that version, without its text: cheap. */
  readonly digestInForce: () => Promise<string | undefined>
  readonly byDigest: (digest: string) => Promise<PolicyVersion | undefined>
  /** All that ever were in force, without their texts, what was put in force last first. */
  readonly versions: () => Promise<readonly Omit<PolicyVersion, 'text'>[]>
}

export interface AuditLog {
  /** Appends the row and its leaf to the log, as that entry where one was made of it already; answers the index of the leaf. */
  readonly append: (event: AuditEvent, entry?: LogEntry) => Promise<number>
  readonly head: () => Promise<Pick<AuditRow, 'seq' | 'hash'> | undefined>
  /** Rows in order, from a sequence number on. */
  readonly rows: (from: number, limit: number) => Promise<readonly AuditRow[]>
}

export interface Tx {
  readonly messages: Messages
  readonly cases: Cases
  readonly outbox: Outbox
  readonly deliveries: Deliveries
  readonly ledger: Ledger
  readonly choices: ChoiceStore
  readonly requests: Requests
  readonly recalls: Recalls
  readonly memberships: Memberships
  readonly policies: Policies
  readonly carries: Carries
  readonly audit: AuditLog
  readonly log: LogStore
  readonly replicas: Replicas
  readonly people: People
  readonly keptForms: KeptForms
  readonly flows: Flows
  readonly asks: Asks
  readonly inbox: InboxWords
  readonly labels: CaseLabels
  readonly noticeChoices: NoticeChoices
  readonly handedErrands: HandedErrands
  readonly changes: Changes
}

/** Thrown where the database is lost, full, or does not write: nothing was done, or the commit was asked for and its answer never came. */
export class StoreUnavailable extends Error {}

export interface TransactionOptions {
  readonly mayWait?: boolean
}

export interface Store extends AsyncDisposable {
  /**
   * All of it durable, or none. Transactions run one after another, those of other processes that write there too. One that `mayWait` is begun some milliseconds
   * later where that lets it share a commit with others; nobody should be waiting for it.
   */
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions) => Promise<T>
  /** Reads outside a transaction. */
  readonly read: Tx
  /** Rejects when the store does not answer. */
  readonly ping: () => Promise<void>
}
