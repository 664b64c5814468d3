/** What people of a hosted inbox say to the gateway: that they need more, that they take a case on or not, and what was to be shown for one visit alone. */
import type { Instant } from '#policies/language/instant.ts'
import type { Choice } from '#gateway/core/choice.ts'
import type { CaseId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { DECLINE_REASONS, REFUSAL_REASONS } from '#gateway/core/message.ts'

/** How soon an answer is needed. */
export const ASK_URGENCIES = ['hours', 'days', 'week'] as const
export type AskUrgency = (typeof ASK_URGENCIES)[number]

/** `clarify`: the officer needs to know more before it can be decided. */
export const ASK_STATES = ['open', 'clarify', 'given', 'partly', 'refused'] as const
export type AskState = (typeof ASK_STATES)[number]

/** What an officer said to one section that was asked for. */
export type AskDecision =
  | { readonly section: string; readonly kind: 'once' | 'until'; readonly until: Instant; readonly grant: MessageId }
  | { readonly section: string; readonly kind: 'refused'; readonly reason: (typeof REFUSAL_REASONS)[number] }

export interface AskAnswer {
  readonly decisions: readonly AskDecision[]
  /** What the officer asks or explains. */
  readonly text: string
  /** Account of the officer. */
  readonly by: string
}

/** A request for more than the policy shows. It says nothing of whether there is more. */
export interface Ask {
  readonly id: MessageId
  readonly caseId: CaseId
  readonly organisation: OrganisationId
  readonly mandate: MandateId
  /** Whose word it is. */
  readonly account: string
  /** Who sent what it was asked about. */
  readonly holder: OrganisationId
  /** What the asker calls the case. */
  readonly caseName: string
  readonly sections: readonly string[]
  readonly purpose: string
  readonly urgency: AskUrgency
  readonly text: string
  readonly askedAt: Instant
  readonly dueAt: Instant
  readonly state: AskState
  readonly answer?: AskAnswer
  readonly answeredAt?: Instant
}

export interface Asks {
  readonly add: (ask: Omit<Ask, 'state' | 'answer' | 'answeredAt'>) => Promise<void>
  readonly get: (id: MessageId) => Promise<Ask | undefined>
  /** Of one mandate about one case, newest first. */
  readonly ofCase: (caseId: CaseId, mandate: MandateId) => Promise<readonly Ask[]>
  /** Those that wait for an officer, the soonest due first. */
  readonly open: (limit: number) => Promise<readonly Ask[]>
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
