/** One cell of the matrix as an officer sees it: what the rules of a set come to there at an instant, and which of them are its own. */
import type { Instant } from '#policies/language/instant.ts'
import type { AttributeScalar, PolicySet, Rule } from '#policies/language/policy.ts'
import { askedOf, isOpening } from '#policies/language/scope.ts'
import { hasValidBasis, isInTime } from './applies.ts'
import { cellRuleId, isOwnRule } from './cell-edit.ts'
import type { CellKey } from './cell-edit.ts'
import { sumOf } from './cell-sum.ts'
import type { CellSum } from './cell-sum.ts'
import type { Mandatory } from './statutes.ts'

/** `changed`: by a rule of its own. `no-rule`: nobody ever said anything, and so it is withheld. */
export type CellState = 'default' | 'changed' | 'no-rule'

export interface CellView extends CellKey, CellSum {
  readonly state: CellState
  readonly permits: readonly Rule[]
  /** Limits that may take something away here. */
  readonly limits: readonly Rule[]
  /** Flows of law that no edit may close. */
  readonly mandatory: readonly Mandatory[]
}

/** A rule with what it asks of the two sides of a cell; undefined: any. */
interface Placed {
  readonly rule: Rule
  readonly types: readonly AttributeScalar[] | undefined
  readonly sections: readonly AttributeScalar[] | undefined
}

const PLACED = new WeakMap<PolicySet, readonly Placed[]>()

function placedIn(set: PolicySet): readonly Placed[] {
  const known = PLACED.get(set)
  if (known !== undefined) return known
  const placed = set.rules.map((rule) => ({
    rule,
    types: askedOf(set, rule, 'recipient.type'),
    sections: askedOf(set, rule, 'item.section'),
  }))
  PLACED.set(set, placed)
  return placed
}

/** Rules that can speak in the cell; `wholly`: they can speak nowhere else. */
export function rulesIn(
  set: PolicySet,
  { recipientType, section }: CellKey,
): readonly (Placed & { wholly: boolean })[] {
  const isOnly = (asked: readonly AttributeScalar[] | undefined): boolean => asked?.length === 1
  return placedIn(set)
    .filter(({ types, sections }) => (types?.includes(recipientType) ?? true) && (sections?.includes(section) ?? true))
    .map((placed) => ({ ...placed, wholly: isOnly(placed.types) && isOnly(placed.sections) }))
}

/** The cell at an instant: rules outside their time, and permits without a basis that is valid then, say nothing. */
export function cellAt(set: PolicySet, key: CellKey, at: Instant): CellView {
  const speaking = rulesIn(set, key).map(({ rule }) => rule)
  const rules = speaking.filter((rule) => isInTime(rule, at) && hasValidBasis(set, rule, at))
  const { recipientType, section } = key
  return {
    recipientType,
    section,
    ...sumOf(set, rules),
    state: stateOf(cellRuleId(set, key), speaking, rules),
    permits: rules.filter(isOpening),
    limits: rules.filter(({ effect }) => effect === 'limit'),
    mandatory: set.statutes.filter(
      (statute): statute is Mandatory =>
        statute.kind === 'mandatory' && statute.recipientType === recipientType && statute.section === section,
    ),
  }
}

/** The most that the cell could come to at any time: every permit counts, and of limits those without dates. */
export const boundOf = (set: PolicySet, key: CellKey): CellSum =>
  sumOf(
    set,
    rulesIn(set, key)
      .map(({ rule }) => rule)
      .filter(({ effect, from, until }) => effect === 'permit' || (from === undefined && until === undefined)),
  )

function stateOf(own: string, speaking: readonly Rule[], rules: readonly Rule[]): CellState {
  if (speaking.some(({ id }) => isOwnRule(own, id))) return 'changed'
  return rules.some(({ effect }) => effect === 'permit') ? 'default' : 'no-rule'
}

/** The whole matrix, by section and then by recipient type, in the order of the vocabulary. */
export const matrixOf = (set: PolicySet, at: Instant): readonly (readonly CellView[])[] =>
  set.vocabulary.sections.map((section) =>
    set.vocabulary.recipientTypes.map((recipientType) => cellAt(set, { recipientType, section }, at)),
  )
