/** What an operator hands to the officers: an errand that is stuck, why, and what came of it, both as codes. Not a word of a case is in it. */
import type { Instant } from '#policies/language/instant.ts'
import type { MandateId, MessageId } from './ids.ts'

/** Why an operator hands an errand over: what a member says of it or asks, or that the machines are not what stops it. */
export const HANDED_REASONS = ['must-not-reach', 'must-reach', 'asks-what', 'policy-refuses'] as const
export type HandedReason = (typeof HANDED_REASONS)[number]

/** What an officer says came of it. */
export const DEALT_OUTCOMES = ['nothing-to-do', 'policy-changes', 'redeliver'] as const
export type DealtOutcome = (typeof DEALT_OUTCOMES)[number]

/** One time that an errand was handed over. There may be another once this one is dealt with. */
export interface HandedErrand {
  /** UUID. */
  readonly id: string
  /** Id of the errand, or of the job that was not judged. */
  readonly errand: string
  readonly messageId: MessageId
  readonly mandate: MandateId
  /** To whom; absent where the registry knew the mandate no more. */
  readonly organisation?: string
  readonly reason: HandedReason
  /** Account of the operator. */
  readonly account: string
  readonly handedAt: Instant
  /** `open` until an officer says what came of it. */
  readonly state: 'open' | DealtOutcome
  /** Account of the officer. */
  readonly dealtBy?: string
  readonly dealtAt?: Instant
}
