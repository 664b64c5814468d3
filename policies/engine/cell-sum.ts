/** What permits and limits come to in one cell, read off their text: level, reach, rungs, purposes and conditions; no question is asked. */
import { coarser, join, meet, rankOf } from '#policies/language/level.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import type { AttributeScalar, Condition, Omission, PolicySet, Reach, Rule } from '#policies/language/policy.ts'
import { askedOf, isOpening } from '#policies/language/scope.ts'
import { CELL_CONDITIONS, CLAUSES } from './cell-edit.ts'
import type { CellCondition } from './cell-edit.ts'

export interface CellSum {
  /** The most that the rules permit and that no limit takes away whatever the item. */
  readonly level: Level
  /** At `full`: how far back; absent where some permit goes all the way. */
  readonly reach?: Reach
  readonly omission: Omission
  readonly rungs: Readonly<Record<string, Rung>>
  /** What every permit of the cell asks for. */
  readonly conditions: readonly CellCondition[]
  /** Some permit hangs on more than the type, the purpose and the regime. */
  readonly isConditional: boolean
  readonly purposes: readonly string[]
  readonly bases: readonly string[]
}

/** Sums up rules that can all speak in one cell. */
export function sumOf(set: PolicySet, rules: readonly Rule[]): CellSum {
  const permits = rules.filter(isOpening)
  const limits = rules.filter(({ effect }) => effect === 'limit')
  const certain = limits.filter(isCertain)
  const permitted = permits.reduce<Level>((level, { upTo }) => join(level, upTo), 'nothing')
  const level = certain.reduce<Level>((lowest, { upTo }) => meet(lowest, upTo), permitted)
  const reach = level === 'full' ? reachOf(permits, limits) : undefined
  const fixing = rules.filter((rule) => rule.effect === 'permit' || isCertain(rule))
  return {
    level,
    ...(reach === undefined ? {} : { reach }),
    omission: omissionOf(fixing, permitted, level),
    rungs: rungsOf(permits, certain),
    conditions: permits.length === 0 ? [] : CELL_CONDITIONS.filter((name) => permits.every((rule) => asks(rule, name))),
    isConditional: permits.some(asksMore),
    purposes: purposesOf(set, permits, limits),
    bases: [...new Set(permits.flatMap(({ bases }) => bases))],
  }
}

const asksNoMoreThan = (rule: Rule, attributes: readonly string[]): boolean =>
  [...rule.who, ...rule.what].every(({ attribute }) => attributes.includes(attribute))

const isUnbound = ({ when, reach }: Rule): boolean => when.length === 0 && reach === undefined

/** A limit that holds for every item of the cell. */
export const isCertain = (rule: Rule): boolean =>
  rule.effect === 'limit' && isUnbound(rule) && asksNoMoreThan(rule, ['recipient.type', 'item.section'])

/** A limit that shuts some purposes out of the cell. */
const isOfPurpose = (rule: Rule): boolean =>
  isUnbound(rule) && rule.upTo === 'nothing' && asksNoMoreThan(rule, ['recipient.type', 'item.section', 'edge.purpose'])

/** Past versions from before a certain instant are shut out. */
const isOfReach = (rule: Rule): boolean =>
  rule.reach !== undefined &&
  rule.when.length === 0 &&
  rule.upTo !== 'full' &&
  asksNoMoreThan(rule, ['recipient.type', 'item.section'])

/** Asked of every message, and so no condition of one cell. */
const ORDINARY = ['recipient.type', 'edge.purpose', 'edge.regime', 'item.section']

const asksMore = (rule: Rule): boolean => rule.when.length > 0 || !asksNoMoreThan(rule, ORDINARY)

/** Whether the rule has all clauses of the condition. */
const asks = (rule: Rule, name: CellCondition): boolean => CLAUSES[name].every((clause) => hasClause(rule, clause))

export const hasClause = (rule: Pick<Rule, 'when'>, clause: Condition): boolean =>
  rule.when.some((own) => isSameClause(own, clause))

export const isSameClause = (a: Condition, b: Condition): boolean =>
  JSON.stringify(clauseText(a)) === JSON.stringify(clauseText(b))

const clauseText = ({ attribute, operator, operand }: Condition): readonly unknown[] => [
  attribute,
  operator,
  operand.kind,
  operand.kind === 'attribute' ? operand.name : operand.value,
]

const rungIn = ({ rungs }: Rule, kind: string): Rung => new Map(Object.entries(rungs)).get(kind) ?? 'g0'

/** Per kind the finest that any permit gives, then the coarsest that a limit asks for. */
function rungsOf(permits: readonly Rule[], certain: readonly Rule[]): Readonly<Record<string, Rung>> {
  const kinds = new Set([...permits, ...certain].flatMap(({ rungs }) => Object.keys(rungs)))
  const finest = (kind: string): Rung =>
    permits
      .map((rule) => rungIn(rule, kind))
      .reduce<Rung>((a, b) => (a <= b ? a : b), permits.length === 0 ? 'g0' : 'g4')
  return Object.fromEntries(
    [...kinds]
      .toSorted()
      .map((kind): [string, Rung] => [kind, certain.map((rule) => rungIn(rule, kind)).reduce(coarser, finest(kind))])
      .filter(([, rung]) => rung !== 'g0'),
  )
}

/** The furthest of the permits in full, then what limits on the past leave of it. */
function reachOf(permits: readonly Rule[], limits: readonly Rule[]): Reach | undefined {
  const full = permits.filter(({ upTo }) => upTo === 'full')
  return limits.filter(isOfReach).reduce<Reach | undefined>((reach, limit) => {
    const { reach: own } = limit
    return own === undefined || (reach !== undefined && isWithin(reach, own)) ? reach : own
  }, furthest(full))
}

function furthest(permits: readonly Rule[]): Reach | undefined {
  const [first, ...others] = permits.map(({ reach }) => reach)
  return others.reduce((far, reach) => {
    if (far === undefined || reach === undefined) return undefined
    if (isWithin(reach, far)) return far
    return isWithin(far, reach) ? reach : undefined
  }, first)
}

/** Whether the first certainly goes no further back than the second. */
export const isWithin = (inner: Reach, outer: Reach): boolean =>
  inner.kind === 'months'
    ? outer.kind === 'months' && inner.months <= outer.months
    : outer.kind === 'since' && inner.milestone === outer.milestone

/** Declared only if every rule that fixed the level says so. */
function omissionOf(rules: readonly Rule[], permitted: Level, level: Level): Omission {
  const fixing = rules.filter(
    ({ effect, upTo }) => upTo === level && (effect === 'limit' || rankOf(permitted) === rankOf(level)),
  )
  return fixing.length > 0 && fixing.every(({ omission }) => omission === 'declared') ? 'declared' : 'silent'
}

/** Purposes of a permit, as it accepts them. */
const purposesFor = (set: PolicySet, rule: Rule): readonly AttributeScalar[] =>
  askedOf(set, rule, 'edge.purpose') ?? set.vocabulary.purposes

function purposesOf(set: PolicySet, permits: readonly Rule[], limits: readonly Rule[]): readonly string[] {
  const shut = limits.filter(isOfPurpose).flatMap((rule) => askedOf(set, rule, 'edge.purpose') ?? [])
  const open = new Set(permits.flatMap((rule) => purposesFor(set, rule)))
  return set.vocabulary.purposes.filter((purpose) => open.has(purpose) && !shut.includes(purpose))
}
