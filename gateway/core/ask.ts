/** What somebody at a hosted inbox asks for beyond what policy shows, and what an officer says to it. */
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, MandateId, MessageId, OrganisationId } from './ids.ts'
import type { REFUSAL_REASONS } from './message.ts'

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
  /** When it was told that nobody answered in time. */
  readonly escalatedAt?: Instant
}
