/** Changes of policy: drafts, what was signed, what they would have done, and what they were seen to do. One part of the store. */
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { EffectCell, SectionChange } from '#gateway/core/effect-counts.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { ChangeState } from '#gateway/core/policy-change-states.ts'

/** An assertion of a passkey, and by what it is checked. */
export interface SignedProof {
  readonly credentialId: string
  /** COSE key, base64url. */
  readonly publicKey: string
  /** Of the pages it was made on. */
  readonly origin: string
  readonly evidence: string
}

/** `submit`: an author. `approve`: another officer. `review`: another officer, of an emergency. */
export type SignedAs = 'submit' | 'approve' | 'review'

/** A signature of a person over the hash of a change (D25), kept so that it can be checked again. */
export interface ChangeSignature {
  readonly changeId: string
  readonly account: string
  /** As others knew the person then. */
  readonly name: string
  readonly as: SignedAs
  /** The hash that was signed, hex. */
  readonly hash: string
  readonly at: Instant
  /** JSON of SignedProof: enough to check it when the passkey is long gone. */
  readonly proof: string
  /** Number of the audit row with the digest of this signature: who owns the database alone can write no such row. */
  readonly auditSeq: number
}

export const EFFECT_STATES = ['running', 'done', 'failed'] as const

/** An officer who looked at an effect when it was done. */
export interface EffectLook {
  readonly account: string
  /** As others knew the person then. */
  readonly name: string
  readonly at: Instant
}

/** What a draft would have done: a work in the background that may end and be taken up again. */
export interface Effect {
  readonly id: string
  readonly changeId: string
  /** `invented`: the library and questions drawn by chance. `real`: deliveries of these days, for a reason. */
  readonly scope: 'invented' | 'real'
  readonly base: string
  readonly result: string
  /** Account. */
  readonly by: string
  readonly from: Instant
  readonly until: Instant
  readonly state: (typeof EFFECT_STATES)[number]
  readonly startedAt: Instant
  readonly endedAt?: Instant
  /** Position in the outbox up to which it has come, and the last that it goes to. */
  readonly position: number
  readonly last: number
  readonly counts: {
    readonly replayed: number
    readonly different: number
    readonly more: number
    readonly less: number
  }
  readonly cells: readonly EffectCell[]
  /** What was not replayed, by why, as a code. */
  readonly leftOut: Readonly<Record<string, number>>
  /** Of invented questions, where that is the scope: those that are answered otherwise, what would disclose more first. */
  readonly examples: readonly InventedDifference[]
  /** Of invented cases, where that is the scope: what a recipient would be shown otherwise of them, what would disclose more first. */
  readonly cases?: readonly CaseDifference[]
  /** Oldest first, each officer once; at this run, not at one before it. */
  readonly looks?: readonly EffectLook[]
  /** What could not be judged: the first of them. */
  readonly errors: readonly { readonly messageId: string; readonly code: string }[]
}

/** An invented question that would be answered otherwise. */
export interface InventedDifference extends SectionChange {
  readonly name: string
  readonly recipientType: string
}

/** A section of an invented case that a recipient type would be shown otherwise. */
export interface CaseDifference extends SectionChange {
  readonly caseId: string
  readonly recipientType: string
  readonly purpose: string
  readonly role: string
  /** Only for whoever asked for it and was granted it. */
  readonly isOnRequest: boolean
}

/** One message that one recipient would have been shown otherwise: no content. */
export interface Difference {
  readonly effectId: string
  /** Among those of its direction, from 1. */
  readonly position: number
  readonly direction: SectionChange['direction']
  readonly messageId: MessageId
  readonly caseId: CaseId
  readonly at: Instant
  readonly sender: OrganisationId
  readonly recipient: OrganisationId
  readonly mandate: MandateId
  readonly recipientType: string
  readonly sections: readonly SectionChange[]
}

export interface Changes {
  readonly add: (change: PolicyChange) => Promise<void>
  readonly get: (id: string) => Promise<PolicyChange | undefined>
  /** Writes it where the stored revision is the one before its own; answers whether it was. */
  readonly put: (change: PolicyChange) => Promise<boolean>
  /** In those states, or all; what was changed last first. */
  readonly list: (states?: readonly ChangeState[]) => Promise<readonly PolicyChange[]>
  /** Those that made that version and came into force. */
  readonly ofResult: (digest: string) => Promise<readonly PolicyChange[]>
  readonly sign: (signature: ChangeSignature) => Promise<void>
  /** Oldest first. */
  readonly signatures: (changeId: string) => Promise<readonly ChangeSignature[]>
  /** Writes a new one, or it as it stands. */
  readonly putEffect: (effect: Effect) => Promise<void>
  readonly effect: (id: string) => Promise<Effect | undefined>
  /** Newest first. */
  readonly effects: (changeId: string) => Promise<readonly Effect[]>
  readonly running: () => Promise<readonly Effect[]>
  readonly addDifferences: (differences: readonly Difference[]) => Promise<void>
  /** Those that would disclose more first, then in the order of their finding; of erased cases none. */
  readonly differences: (effectId: string, limit: number) => Promise<readonly Difference[]>
  readonly forgetEffect: (id: string) => Promise<void>
  /** Adds to what was counted while the change was observed. */
  readonly observe: (changeId: string, cells: readonly EffectCell[]) => Promise<void>
  readonly observed: (changeId: string) => Promise<readonly EffectCell[]>
}
