/** A change of policy on its way: a draft over the version in force, who wrote it, what exactly is approved, and until when that counts. */
import type { Instant } from '#policies/language/instant.ts'
import type { Bilingual, Rule } from '#policies/language/policy.ts'
import type { Example } from '#policies/engine/case-text.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { digestOf } from './canonical-json.ts'
import type { ChangeState } from './policy-change-states.ts'

/**
 * `edits`: cells of the version in force changed. `return`: an earlier version again. `emergency`: everything withheld from one recipient, at once.
 * `adoption`: the version in force as it stands, which came without officers.
 */
export const CHANGE_KINDS = ['edits', 'return', 'emergency', 'adoption'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/** Rules taken out of a set and rules put in; a rule that changes is in both. */
export interface RulePatch {
  readonly before: readonly Rule[]
  readonly after: readonly Rule[]
}

/** One cell changed: by whom and why, in one whole sentence each of what was and what is to be. */
export interface ChangeEdit {
  readonly recipientType: string
  readonly section: string
  readonly was: Bilingual
  readonly is: Bilingual
  /** At least 20 characters. */
  readonly reason: string
  /** Account. */
  readonly by: string
  readonly at: Instant
  readonly patch: RulePatch
  /** As its form said it; absent where it was not written by one. */
  readonly cell?: CellEdit
}

/** When it is to come into force once it is approved. `observe`: after so many days beside the version in force, and then by hand. */
export type ChangeStart =
  | { readonly kind: 'now' }
  | { readonly kind: 'at'; readonly at: Instant }
  | { readonly kind: 'observe'; readonly days: number }

export const OBSERVE_DAYS = { least: 1, most: 30 } as const

/** Everything from a recipient type, or from one organisation, is withheld. */
export interface WithheldFrom {
  readonly recipientType?: string
  readonly organisation?: string
}

/** What its author submitted it with: the effect as it was run last, and the authors who looked at it. */
export interface EffectSeen {
  readonly scope: 'invented' | 'real'
  readonly from: Instant
  readonly until: Instant
  readonly counts: {
    readonly replayed: number
    readonly different: number
    readonly more: number
    readonly less: number
  }
  /** SHA-256 (hex) of all that was found, save single messages. */
  readonly digest: string
  readonly looks: readonly { readonly account: string; readonly name: string; readonly at: Instant }[]
}

export interface PolicyChange {
  /** UUID. */
  readonly id: string
  /** Rises with whatever is written to it. */
  readonly revision: number
  readonly kind: ChangeKind
  readonly state: ChangeState
  /** In one line, as lists show it. */
  readonly title: string
  /** Accounts, in the order in which they wrote: none of them may approve it. */
  readonly authors: readonly string[]
  /** Digest of the version that it changes. */
  readonly base: string
  /** Digest of the version that it makes; changes with every edit. */
  readonly result: string
  /** `version` of the policy text that it makes. */
  readonly version: string
  readonly edits: readonly ChangeEdit[]
  /** Digest of the version that is to come back. */
  readonly returnsTo?: string
  readonly withheldFrom?: WithheldFrom
  /** Beside those of the version that it changes: new ones, and those that are expected otherwise from now on, by name. */
  readonly examples: readonly Example[]
  readonly start: ChangeStart
  /** Absent before it was submitted, and where no author looked at one. */
  readonly effect?: EffectSeen
  /** How often it was submitted: what was signed for an earlier time counts no more. */
  readonly submissions: number
  readonly createdAt: Instant
  readonly changedAt: Instant
  readonly submittedAt?: Instant
  readonly approvedAt?: Instant
  readonly startedAt?: Instant
  /** Of whoever sent it back. */
  readonly comment?: { readonly by: string; readonly at: Instant; readonly text: string }
  /** It could not be started: when, why as a code, and the accounts that were told. */
  readonly fault?: { readonly at: Instant; readonly code: string; readonly told: readonly string[] }
  /** By when another officer has to look at an emergency. */
  readonly reviewDueAt?: Instant
  readonly reviewedAt?: Instant
  /** When it was found that nobody had looked at it in time. */
  readonly overdueAt?: Instant
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** For so long a submission may wait, and an approval be used. */
export const APPROVAL_LIFE_MS = 14 * DAY_MS
/** For so long whoever started it may go back in one step. */
export const UNDO_MS = 15 * 60_000
export const REVIEW_MS = 72 * HOUR_MS

/** Exactly what is approved, and nothing that may change afterwards: another value of any of it is another hash. */
export const approvedPart = (change: PolicyChange): Readonly<Record<string, unknown>> => ({
  id: change.id,
  kind: change.kind,
  title: change.title,
  authors: change.authors,
  base: change.base,
  result: change.result,
  edits: change.edits.map(({ by: _by, at: _at, patch: _patch, ...said }) => said),
  returnsTo: change.returnsTo,
  withheldFrom: change.withheldFrom,
  examples: change.examples,
  start: change.start,
  effect: change.effect,
  submissions: change.submissions,
})

/** SHA-256 (hex) of the canonical form of what is approved: the challenge that both officers sign (D25). */
export const changeHash = (change: PolicyChange): string => digestOf(approvedPart(change))

/** When it lapses where nobody acts; undefined where it does not. A date that was missed is not made up for later. */
export function lapsesAt({ state, start, submittedAt = 0, approvedAt = 0 }: PolicyChange): Instant | undefined {
  if (state === 'submitted') return submittedAt + APPROVAL_LIFE_MS
  if (state === 'scheduled' && start.kind === 'at') return start.at + APPROVAL_LIFE_MS
  if (state === 'approved')
    return (start.kind === 'observe' ? observedUntil(approvedAt, start) : approvedAt) + APPROVAL_LIFE_MS
  return undefined
}

/** When an observation that was approved then ends. */
export const observedUntil = (approvedAt: Instant, { days }: Extract<ChangeStart, { kind: 'observe' }>): Instant =>
  approvedAt + days * DAY_MS

/** Whether it may still be undone in one step. Before an adoption there was no other version. */
export const isUndoable = ({ state, kind, startedAt }: PolicyChange, at: Instant): boolean =>
  state === 'in-force' &&
  kind !== 'emergency' &&
  kind !== 'adoption' &&
  startedAt !== undefined &&
  at < startedAt + UNDO_MS

/** The name of the version after that one: its last number raised, or a first one added. */
export function nextVersion(version: string): string {
  const [, head = version, number] = /^(.*?)(\d+)$/.exec(version) ?? []
  return number === undefined ? `${head}.1` : `${head}${BigInt(number) + 1n}`
}
