/** What an officer may say of one cell of the matrix (a recipient type and a section), and what the cell's own rules are called. */
import type { Instant } from '#policies/language/instant.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import type { Condition, Omission, PolicySet, Reach } from '#policies/language/policy.ts'

/** The closed list of conditions that a cell may have. */
export const CELL_CONDITIONS = [
  'on-request',
  'person-informed',
  'decision-carries-it',
  'clinicians-only',
  'while-measure-runs',
  'same-site',
] as const
export type CellCondition = (typeof CELL_CONDITIONS)[number]

export const MOST_CELL_CONDITIONS = 3
export const LEAST_REASON_CHARS = 20

/** Milestones that a reach may name. */
export const CELL_MILESTONES = ['measure-start', 'release', 'transfer'] as const

/** Which cell: one recipient type and one section of the set's vocabulary. */
export interface CellKey {
  readonly recipientType: string
  readonly section: string
}

/** All of a cell as it is to be: what it says replaces whatever an earlier edit said. */
export interface CellEdit extends CellKey {
  readonly level: Level
  /** Only at `full`: how far back its past goes; absent: as far as it goes. */
  readonly reach?: Reach
  /** Heard at `nothing` and `existence` only. */
  readonly omission: Omission
  /** The most precise rung per ladder kind. */
  readonly rungs: Readonly<Record<string, Rung>>
  readonly conditions: readonly CellCondition[]
  readonly purposes: readonly string[]
  readonly bases: readonly string[]
  /** The time in which it holds; before and after, the other rules do. */
  readonly from?: Instant
  readonly until?: Instant
  readonly reason: string
  /** When somebody looks at it again; kept with the change, not in the set. */
  readonly reviewAt: Instant
  /** When it was written: rules and bases are read as they stand then. */
  readonly at: Instant
}

const includes = (attribute: string, name: string): Condition => ({
  attribute,
  operator: 'includes',
  operand: { kind: 'attribute', name },
})
const isTrue = (attribute: string): Condition => ({
  attribute,
  operator: 'is',
  operand: { kind: 'literal', value: true },
})

/** What each condition asks, in the language of rules. */
export const CLAUSES: Readonly<Record<CellCondition, readonly Condition[]>> = {
  'on-request': [includes('request.sections', 'item.section')],
  'person-informed': [includes('case.informedSections', 'item.section')],
  'decision-carries-it': [includes('case.measureSections', 'item.section')],
  'clinicians-only': [isTrue('recipient.clinician'), includes('recipient.careTeams', 'case.careTeam')],
  'while-measure-runs': [isTrue('case.measureActive')],
  'same-site': [includes('recipient.sites', 'case.site')],
}

const PLAIN = /^[A-Za-z0-9_-]{1,60}$/

/** A name that fits an id, or its place in the vocabulary. */
const token = (name: string, among: readonly string[]): string => (PLAIN.test(name) ? name : `:${among.indexOf(name)}`)

/** The id of the cell's own permit; the ids of its other rules begin with it and a dot. */
export const cellRuleId = ({ vocabulary }: PolicySet, { recipientType, section }: CellKey): string =>
  `cell.${token(recipientType, vocabulary.recipientTypes)}.${token(section, vocabulary.sections)}`

/** Whether the rule of that id belongs to the cell alone, by its name. */
export const isOwnRule = (cellId: string, ruleId: string): boolean =>
  ruleId === cellId || ruleId.startsWith(`${cellId}.`)
