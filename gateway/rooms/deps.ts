/** What the rooms are given: ports, the clock, ids, the registry, and the policy in force. Nothing here is reached any other way. */
import type { Judge } from '#policies/engine/enforcer.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import type { EntrySecrets } from '#gateway/core/log/entry.ts'
import type { Grace } from '#gateway/core/log/grace.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Carriers, Courier } from '#gateway/ports/courier.ts'
import type { Dialect } from '#gateway/ports/dialect.ts'
import type { JobQueue } from '#gateway/ports/job-queue.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import type { Issuer } from '#gateway/ports/issuer.ts'
import type { Log, Meter, Tracer } from '#gateway/ports/log.ts'
import type { Store, Tx } from '#gateway/ports/store.ts'
import type { Trust, TrustLists } from '#gateway/ports/trust.ts'
import type { KeptWork } from './kept-work.ts'
import type { Observing } from './observe-change.ts'
import type { Publication } from './publish.ts'

/** A policy version that passed its checks, with the judge built beside it. Swapped whole, never changed. */
export interface PolicyInForce {
  readonly set: PolicySet
  /** SHA-256 of the canonical text. */
  readonly digest: string
  readonly judge: Judge
}

export interface Limits {
  readonly maxBodyBytes: number
  /** Of how many items in a delivery casbin is asked again: one in so many. */
  readonly sampleOneIn: number
  /** Takes what holds items also where its sender signed it whole, and says it again in its own name: for tests of the other rooms. */
  readonly takesPlainItems?: boolean
  /** How long a recall may stay unanswered. */
  readonly recallDueMs: number
}

export interface Deps {
  readonly clock: Clock
  /** False while the machine's clock has stepped back: nothing is dated or signed then. Absent: always relied on. */
  readonly isClockReliable?: () => boolean
  /** Why nobody can come in at the agency door now. Absent: never looked at. */
  readonly doorFault?: () => ProblemCode | undefined
  /** A UUID (RFC 9562), not guessable. */
  readonly newId: () => string
  /** 32 random bytes each, new with every call. */
  readonly newSecrets: () => EntrySecrets
  readonly store: Store
  readonly queue: Pick<JobQueue, 'nudge'>
  readonly courier: Courier
  /** What carries parcels, or word of them, onward. Absent: every member fetches. */
  readonly carriers?: Carriers
  readonly keyRing: KeyRing
  /** `hybrid`: parcels are sealed post-quantum or not at all. Absent: to the recipient's P-256 key. */
  readonly envelope?: 'hybrid'
  readonly trust: Trust
  /** Absent where this gateway issues no certificates. */
  readonly issuer?: Issuer
  /** The officers' list of keys: while none is in force nothing is taken or sent. Absent: the registry's keys are taken as they are. */
  readonly trustLists?: TrustLists
  /** How what is logged is published: only what is published is shown to its recipient. */
  readonly publication: Publication
  /** How long the log may be without a time-stamp. Absent: nobody stamps it. */
  readonly grace?: Grace
  readonly log: Log
  readonly meter: Meter
  /** Absent: nothing is traced. */
  readonly trace?: Tracer
  readonly dialects: readonly Dialect[]
  readonly registry: () => Registry
  readonly policy: () => PolicyInForce | undefined
  /** The one in force for whoever reads so. Absent: this gateway is alone, and `policy` is. */
  readonly policyIn?: (read: Pick<Tx, 'policies'>) => Promise<PolicyInForce | undefined>
  /** Whether that version may decide anything, where two officers have to approve it. Absent: whichever is in force does. */
  readonly mayDecide?: (digest: string) => Promise<boolean>
  /** What deliveries are held against beside the policy in force. Absent: nothing is observed. */
  readonly observing?: Observing
  /** Whether other gateways work at the same store. Absent: this one is alone. */
  readonly isOneOfMany?: boolean
  readonly limits: Limits
  /** What was worked out of messages lately. Absent: each recipient's is worked out by itself. */
  readonly kept?: KeptWork
  /** Signs list cursors; the same for all gateways at one store, never stored. */
  readonly cursorSecret: string
}
