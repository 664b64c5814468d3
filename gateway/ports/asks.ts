/** What people of a hosted inbox say to the gateway: that they need more, that they take a case on or not, and what was to be shown for one visit alone. */
import type { Instant } from '#policies/language/instant.ts'
import type { Ask, AskAnswer, AskState } from '#gateway/core/ask.ts'
import type { Choice } from '#gateway/core/choice.ts'
import type { CaseId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { DECLINE_REASONS } from '#gateway/core/message.ts'

/** As it is written: nobody has answered it, or missed doing so. */
export type NewAsk = Omit<Ask, 'state' | 'answer' | 'answeredAt' | 'escalatedAt'>

export interface Asks {
  readonly add: (ask: NewAsk) => Promise<void>
  readonly get: (id: MessageId) => Promise<Ask | undefined>
  /** Of one mandate about one case, newest first. */
  readonly ofCase: (caseId: CaseId, mandate: MandateId) => Promise<readonly Ask[]>
  /** Of one mandate about any case, newest first, asked before an instant. */
  readonly ofMandate: (request: {
    readonly organisation: OrganisationId
    readonly mandate: MandateId
    readonly before?: Instant
    readonly limit: number
  }) => Promise<readonly Ask[]>
  /** Those that wait for an officer, the soonest due first. */
  readonly open: (limit: number) => Promise<readonly Ask[]>
  /** Of those that wait, what was due before an instant and has not been told to be overdue; the longest due first. */
  readonly overdue: (now: Instant, limit: number) => Promise<readonly Ask[]>
  /** Told to be overdue: once, and only while it waits; answers whether it was now. */
  readonly escalate: (ask: Pick<Ask, 'id' | 'caseId'>, at: Instant) => Promise<boolean>
  /** Only while it waits; answers whether it did. */
  readonly answer: (
    ask: Pick<Ask, 'id' | 'caseId'>,
    answered: { readonly state: Exclude<AskState, 'open'>; readonly answer: AskAnswer; readonly at: Instant },
  ) => Promise<boolean>
}

/** Whether a case that was sent is taken on, said at a hosted inbox and not in a signed message. */
export interface InboxAnswer {
  readonly messageId: MessageId
  readonly mandate: MandateId
  readonly organisation: OrganisationId
  readonly caseId: CaseId
  readonly kind: 'accepted' | 'declined'
  readonly reason?: (typeof DECLINE_REASONS)[number]
  /** Mandates of the organisation that take it on. */
  readonly referents: readonly MandateId[]
  /** A day, YYYY-MM-DD. */
  readonly firstAppointment?: string
  readonly at: Instant
}

/** A choice that was deepened for one visit, and what it was before. */
export interface VisitChoice {
  readonly caseId: CaseId
  readonly mandate: MandateId
  /** Of whose session: it ends with that. */
  readonly session: string
  readonly before: Choice
  readonly setAt: Instant
}

export interface InboxWords {
  /** The first answer to a message counts; answers whether it was this. */
  readonly answer: (answer: InboxAnswer) => Promise<boolean>
  readonly answersTo: (messageId: MessageId) => Promise<readonly InboxAnswer[]>
  /** Where one is kept for the mandate and the case already, that one stays: what was before stays what was before. */
  readonly deepen: (visit: VisitChoice) => Promise<void>
  readonly deepened: (caseId: CaseId, mandate: MandateId) => Promise<VisitChoice | undefined>
  readonly endDeepening: (caseId: CaseId, mandate: MandateId) => Promise<void>
}
