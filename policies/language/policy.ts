/** The nouns of the policy language as types: a policy set, its rules and conditions, and the faults a text may have. */
import type { AttributeValue } from './item.ts'
import type { Instant } from './instant.ts'
import type { Level, Rung } from './level.ts'

export const POLICY_FORMAT = 'passerelle-policy/1'

/** A text in the languages of the deployment. */
export interface Bilingual {
  readonly en: string
  readonly fr: string
}

/** One question of a rule: holds when the attribute has (or, for a list, contains) one of the values. */
export interface Match {
  readonly attribute: string
  readonly values: readonly AttributeScalar[]
}
export type AttributeScalar = string | number | boolean

/** A literal, or the value of another attribute of the same question. */
export type Operand =
  { readonly kind: 'literal'; readonly value: AttributeValue } | { readonly kind: 'attribute'; readonly name: string }

export const OPERATORS = ['is', 'in', 'includes', 'atLeast', 'atMost'] as const
export type Operator = (typeof OPERATORS)[number]

/** From the closed list of operators; positive only, so that a missing attribute can never help. */
export interface Condition {
  readonly attribute: string
  readonly operator: Operator
  readonly operand: Operand
}

/** How far back a rule speaks of past versions: so many months, or since a milestone of the case. */
export type Reach =
  { readonly kind: 'months'; readonly months: number } | { readonly kind: 'since'; readonly milestone: string }

export type Effect = 'permit' | 'limit'
export type Omission = 'silent' | 'declared'

export interface Rule {
  readonly id: string
  readonly effect: Effect
  /** Recipient and edge attributes; all must match. */
  readonly who: readonly Match[]
  /** Item attributes; all must match. */
  readonly what: readonly Match[]
  /** Conditions; all must hold. */
  readonly when: readonly Condition[]
  readonly upTo: Level
  readonly reach?: Reach
  readonly omission: Omission
  /** Conditions that travel with what this rule lets through (LED Art. 9(3)). */
  readonly conditions: readonly string[]
  /** The most precise rung per ladder kind, below the level. */
  readonly rungs: Readonly<Record<string, Rung>>
  /** Legal basis ids; a permit applies only while one of them is valid. */
  readonly bases: readonly string[]
  readonly from?: Instant
  readonly until?: Instant
  readonly reason: string
}

/** A text of law, by the pattern `jurisdiction.text.article`, with the time in which it may be relied on. */
export interface LegalBasis {
  readonly id: string
  readonly title: string
  readonly from?: Instant
  readonly until?: Instant
  readonly successor?: string
}

/** What policy cannot switch off: a flow that must stay open, or recipients who may only be answered when they asked. */
export type Statute =
  | {
      readonly kind: 'mandatory'
      readonly id: string
      readonly recipientType: string
      readonly section: string
      readonly atLeast: Level
      readonly basis: string
    }
  | {
      readonly kind: 'pull-only'
      readonly id: string
      readonly recipientType: string
      readonly basis: string
      readonly never: readonly string[]
    }
  | {
      readonly kind: 'regime-switch'
      readonly id: string
      readonly recipientTypes: readonly string[]
      readonly basis: string
      readonly conditions: readonly string[]
    }

/** The names that rules may use. A name outside its list is a fault, and an item with one is withheld. */
export interface Vocabulary {
  readonly sections: readonly string[]
  readonly terms: readonly string[]
  readonly records: readonly string[]
  readonly recipientTypes: readonly string[]
  readonly roles: readonly string[]
  readonly purposes: readonly string[]
  readonly conditions: readonly string[]
}

export interface Group {
  readonly id: string
  readonly members: readonly string[]
}

export interface RetentionPreset {
  readonly id: string
  readonly activeMonths: number
  readonly restrictedMonths: number
  readonly since: string
  readonly source: string
}

export interface PolicySet {
  readonly format: typeof POLICY_FORMAT
  readonly id: string
  readonly version: string
  readonly title: Bilingual
  readonly vocabulary: Vocabulary
  /** Named lists of values, written `@name` in a match. */
  readonly lists: Readonly<Record<string, readonly AttributeScalar[]>>
  readonly groups: readonly Group[]
  readonly bases: readonly LegalBasis[]
  /** How long an event stays current, in months: `default`, and by section. */
  readonly currentWindowMonths: Readonly<Record<string, number>>
  readonly retention: readonly RetentionPreset[]
  readonly statutes: readonly Statute[]
  readonly rules: readonly Rule[]
}

/** One thing wrong with a policy text, with its place as a JSON Pointer. Never holds more of the text than a name. */
export interface Fault {
  readonly file: string
  readonly at: string
  readonly code: FaultCode
  readonly detail: string
}

export const FAULT_CODES = [
  'json-invalid',
  'format-unknown',
  'member-missing',
  'member-unknown',
  'type-wrong',
  'name-unknown',
  'name-repeated',
  'value-unknown',
  'instant-invalid',
  'basis-missing',
  'basis-unknown',
  'mandatory-flow-removed',
  'pull-only-broken',
  'regime-switch-unguarded',
] as const
export type FaultCode = (typeof FAULT_CODES)[number]

/** One side of the world asked about: everything that is the same for all items of a message. */
export interface Question {
  /** Attributes by full name, `recipient.type`, `edge.purpose`, `case.measureActive`, `request.sections`. */
  readonly facts: Readonly<Record<string, AttributeValue | undefined>>
  /** Instants of the case that a reach may name: `measure-start`, `release`, `transfer`. */
  readonly milestones: Readonly<Record<string, Instant | undefined>>
  readonly at: Instant
}

/** What policy says of one item, before markings: the highest level permitted and not limited, and by which rules. */
export interface Decision {
  readonly level: Level
  readonly omission: Omission
  /** Ids of the rules that fixed the level, sorted; empty for default deny. */
  readonly rules: readonly string[]
  /** Conditions that travel, sorted. */
  readonly conditions: readonly string[]
  /** Legal bases of the permits that granted the level, sorted. */
  readonly bases: readonly string[]
  /** The most precise rung per ladder kind. */
  readonly rungs: Readonly<Record<string, Rung>>
  /** Ids of rules whose conditions ended in an error: the item is withheld and the officer told. */
  readonly errors: readonly string[]
}
