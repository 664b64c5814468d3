/** Who was asked to delete what, what they answered, and the evidence of it. */
import type { Instant } from '#policies/language/instant.ts'
import type { EscalationStep } from '#gateway/core/escalation.ts'
import type { CaseId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'

export interface RecallTarget {
  readonly recallId: MessageId
  readonly organisation: OrganisationId
  readonly mandate: MandateId
  /** `unreachable`: no notice can be sealed to whoever holds the copy, since neither registry nor agreement knows it any more. */
  readonly state: 'waiting' | 'deleted' | 'locked' | 'unreachable'
  readonly dueAt: Instant
  readonly answeredAt?: Instant
  /** The RecallAck that answered. */
  readonly attestation?: MessageId
  /** The last step of the escalation that was told, and when. */
  readonly escalation?: EscalationStep
  readonly escalatedAt?: Instant
}

/** A RecallAck as its sender signed it, kept as evidence. */
export interface Attestation {
  readonly messageId: MessageId
  readonly recallId: MessageId
  readonly caseId: CaseId
  readonly organisation: OrganisationId
  readonly at: Instant
  /** SHA-256 of the signed text; stays when its case is erased. */
  readonly digest: string
  /** The compact JWS; undefined once its case is erased. */
  readonly signed?: string | undefined
}

export interface Recalls {
  readonly expect: (targets: readonly RecallTarget[]) => Promise<void>
  /** Marks the targets of the organisation (or the one mandate) that wait, or were locked and are deleted now; never back. Answers how many it marked. */
  readonly answer: (answer: {
    readonly recallId: MessageId
    readonly organisation: OrganisationId
    readonly mandate?: MandateId
    readonly action: 'deleted' | 'locked'
    readonly at: Instant
    /** The message that says so. */
    readonly attestation?: MessageId
  }) => Promise<number>
  /** Of all mandates, or of one. */
  readonly targets: (recallId: MessageId, mandate?: MandateId) => Promise<readonly RecallTarget[]>
  /** Without an answer past their instant. */
  readonly overdue: (now: Instant) => Promise<readonly RecallTarget[]>
  /** Writes the step where the target is still without an answer and at the step before; answers whether it was. */
  readonly escalate: (
    target: Pick<RecallTarget, 'recallId' | 'organisation' | 'mandate' | 'escalation'>,
    step: EscalationStep,
    at: Instant,
  ) => Promise<boolean>
  readonly attest: (attestation: Attestation) => Promise<void>
  /** Oldest first. */
  readonly attestations: (recallId: MessageId) => Promise<readonly Attestation[]>
}
