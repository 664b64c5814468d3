/** The meaning of a policy set, slow and plain: a second opinion that shares no code with the engine but dates and levels. */
import { ATTRIBUTES } from '#policies/language/attributes.ts'
import { monthsBefore } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { LEVELS, RUNGS } from '#policies/language/level.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import type {
  Condition,
  Decision,
  Match,
  Operator,
  PolicySet,
  Question,
  Reach,
  Rule,
} from '#policies/language/policy.ts'

type Verdict = 'holds' | 'fails' | 'missing' | 'error'
type Fact = { readonly is: 'value'; readonly value: unknown } | { readonly is: 'missing' | 'wrong' | 'unknown' }

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)
const isName = (value: unknown): boolean => typeof value === 'string' && value !== ''
const VALID: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isName,
  list: (value) => Array.isArray(value) && value.every(isName),
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isSafeInteger(value),
}
const rawOf = (name: string, question: Question, item: LabelledItem): unknown =>
  name.startsWith('item.') ? item.facts[name.slice('item.'.length)] : question.facts[name]

/** One attribute of the question: its value, or why there is none. */
function factOf(name: string, question: Question, item: LabelledItem): Fact {
  const attribute = ATTRIBUTES.find((entry) => entry.name === name)
  if (attribute === undefined) return { is: 'unknown' }
  const value = rawOf(name, question, item)
  if (value === undefined || value === null || value === '') return { is: 'missing' }
  return VALID[attribute.type]?.(value) === true ? { is: 'value', value } : { is: 'wrong' }
}

/** Attributes whose value is outside the vocabulary list that they draw from. */
function unknownNames(set: PolicySet, question: Question, item: LabelledItem): readonly string[] {
  const isUnknown = ({ name, names }: (typeof ATTRIBUTES)[number]): boolean => {
    const known: readonly unknown[] = names === undefined ? [] : set.vocabulary[names]
    const raw = rawOf(name, question, item)
    if (known.length === 0 || raw === undefined || raw === null || raw === '') return false
    return !(Array.isArray(raw) ? raw : [raw]).every((value) => known.includes(value))
  }
  return ATTRIBUTES.filter(isUnknown).map(({ name }) => `unknown-name:${name}`)
}

/** Whether one match of a rule holds; what cannot be told helps a limit and never a permit. */
function matches(set: PolicySet, rule: Rule, match: Match, fact: Fact): boolean {
  const isList = (value: unknown): value is string => typeof value === 'string' && value.startsWith('@')
  const listNames = match.values.filter(isList).map((value) => value.slice(1))
  if (fact.is !== 'value' || !listNames.every((name) => Object.hasOwn(set.lists, name))) return rule.effect === 'limit'
  const wanted: readonly unknown[] = [
    ...match.values.filter((value) => !isList(value)),
    ...listNames.flatMap((name) => set.lists[name] ?? []),
  ]
  const had: readonly unknown[] = Array.isArray(fact.value) ? fact.value : [fact.value]
  return had.some((value) => wanted.includes(value))
}

/** What each operator takes on its left and on its right. A list holds names only, so only a name can be looked for in one. */
const FITS: Readonly<Record<Operator, readonly [(value: unknown) => boolean, (value: unknown) => boolean]>> = {
  is: [isScalar, isScalar],
  in: [isName, Array.isArray],
  includes: [Array.isArray, isName],
  atLeast: [Number.isSafeInteger, Number.isSafeInteger],
  atMost: [Number.isSafeInteger, Number.isSafeInteger],
}

function verdictOf(condition: Condition, read: (name: string) => Fact): Verdict {
  const left = read(condition.attribute)
  const right: Fact =
    condition.operand.kind === 'literal'
      ? { is: 'value', value: condition.operand.value }
      : read(condition.operand.name)
  const isOff = (fact: Fact, fits: (value: unknown) => boolean): boolean =>
    fact.is === 'unknown' || fact.is === 'wrong' || (fact.is === 'value' && !fits(fact.value))
  const [leftFits, rightFits] = FITS[condition.operator]
  if (isOff(left, leftFits) || isOff(right, rightFits)) return 'error'
  if (left.is !== 'value' || right.is !== 'value') return 'missing'
  const [a, b] = [left.value, right.value]
  if (condition.operator === 'is' && typeof a !== typeof b) return 'error'
  const contains = (list: unknown, value: unknown): boolean => Array.isArray(list) && list.includes(value)
  const holds = {
    is: a === b,
    in: contains(b, a),
    includes: contains(a, b),
    atLeast: Number(a) >= Number(b),
    atMost: Number(a) <= Number(b),
  }
  return holds[condition.operator] ? 'holds' : 'fails'
}

/** The instant that a reach goes back to; a milestone that the case does not itself have is unknown. */
function startOf(reach: Reach, { at, milestones }: Question): Instant | undefined {
  if (reach.kind === 'months') return monthsBefore(at, reach.months)
  return Object.hasOwn(milestones, reach.milestone) ? milestones[reach.milestone] : undefined
}

/** Whether the rule's reach lets it speak of this version. */
function isWithinReach(rule: Rule, question: Question, item: LabelledItem): boolean {
  if (rule.reach === undefined) return true
  if (!item.isPast) return rule.effect === 'permit'
  const start = startOf(rule.reach, question)
  if (start === undefined) return rule.effect === 'limit'
  return rule.effect === 'permit' ? item.observedAt >= start : item.observedAt < start
}

const isInForce = (
  { from = -Infinity, until = Infinity }: { readonly from?: number; readonly until?: number },
  at: number,
): boolean => from <= at && at < until
const rank = (level: Level): number => LEVELS.indexOf(level)
const sorted = (values: readonly string[]): readonly string[] => [...new Set(values)].toSorted()
const withheld = (errors: readonly string[]): Decision => ({
  level: 'nothing',
  omission: 'silent',
  rules: [],
  conditions: [],
  bases: [],
  rungs: {},
  errors: sorted(errors),
})

/**
 * Per ladder kind the coarsest of what each limit allows and of the finest that a permit gives by itself; g0 is left out. A permit
 * to a summary gives the summary rung at best; of a past version only permits in full speak.
 */
function rungsOf(
  permits: readonly Rule[],
  limits: readonly Rule[],
  item: LabelledItem,
): Readonly<Record<string, Rung>> {
  const kinds = sorted([...permits, ...limits].flatMap((rule) => Object.keys(rule.rungs)))
  const speaking = permits.filter((rule) => rank(rule.upTo) >= (item.isPast ? 4 : 2))
  const indexOf = (rule: Rule, kind: string): number => RUNGS.indexOf(rule.rungs[kind] ?? 'g0')
  const given = (rule: Rule, kind: string): number =>
    Math.max(
      indexOf(rule, kind),
      rule.upTo === 'summary' && kind === item.value.kind ? RUNGS.indexOf(item.value.summaryRung) : 0,
    )
  const entries = kinds.map((kind): [string, number] => [
    kind,
    Math.max(
      speaking.length === 0 ? 0 : Math.min(...speaking.map((rule) => given(rule, kind))),
      ...limits.map((rule) => indexOf(rule, kind)),
    ),
  ])
  return Object.fromEntries(entries.flatMap(([kind, index]) => (index > 0 ? [[kind, RUNGS[index] ?? 'g4']] : [])))
}

/** The rung, as a number, that a permit by itself gives a value of the item's kind. */
const rungIndex = (rule: Rule, item: LabelledItem): number =>
  Math.max(
    RUNGS.indexOf(rule.rungs[item.value.kind] ?? 'g0'),
    rule.upTo === 'summary' ? RUNGS.indexOf(item.value.summaryRung) : 0,
  )

/** What the policy set says of one item: the contract of decide.ts and plan.ts, in the plainest words. */
export function referenceDecide(set: PolicySet, question: Question, item: LabelledItem): Decision {
  const unknown = unknownNames(set, question, item)
  if (unknown.length > 0) return withheld(unknown)
  const read = (name: string): Fact => factOf(name, question, item)
  const asked = set.rules
    .filter((rule) => isInForce(rule, question.at))
    .filter((rule) => [...rule.who, ...rule.what].every((match) => matches(set, rule, match, read(match.attribute))))
    .map((rule) => ({ rule, verdicts: rule.when.map((condition) => verdictOf(condition, read)) }))
  const failed = asked.filter(({ verdicts }) => verdicts.includes('error'))
  if (failed.length > 0) return withheld(failed.map(({ rule }) => rule.id))
  const validBases = set.bases.filter((basis) => isInForce(basis, question.at)).map((basis) => basis.id)
  const applying = asked
    .filter(
      ({ rule, verdicts }) =>
        !verdicts.includes('fails') && !(rule.effect === 'permit' && verdicts.includes('missing')),
    )
    .map(({ rule }) => rule)
    .filter((rule) => isWithinReach(rule, question, item))
    .filter(
      (rule) => rule.effect === 'limit' || rule.upTo === 'nothing' || rule.bases.some((id) => validBases.includes(id)),
    )
  const permits = applying.filter((rule) => rule.effect === 'permit')
  const limits = applying.filter((rule) => rule.effect === 'limit')
  const granted = Math.max(0, ...permits.map((rule) => rank(rule.upTo)))
  const allowed = Math.min(4, ...limits.map((rule) => rank(rule.upTo)))
  const level = LEVELS[Math.min(granted, allowed)] ?? 'nothing'
  const fixing = applying.filter(
    (rule) => rule.upTo === level && rank(level) === (rule.effect === 'permit' ? granted : allowed),
  )
  const atLevel = permits.filter((rule) => rank(rule.upTo) >= rank(level))
  // A permit below the level grants too where it alone gives the value more sharply than every permit at the level.
  const sharpness = (rule: Rule): number => rungIndex(rule, item)
  const sharpest = Math.min(4, ...atLevel.map(sharpness))
  const granting = permits.filter(
    (rule) => atLevel.includes(rule) || (rank(rule.upTo) >= (item.isPast ? 4 : 2) && sharpness(rule) < sharpest),
  )
  const omission = fixing.length > 0 && fixing.every((rule) => rule.omission === 'declared') ? 'declared' : 'silent'
  const base = { level, omission, rules: sorted(fixing.map((rule) => rule.id)), errors: [] } as const
  if (level === 'nothing') return { ...base, conditions: [], bases: [], rungs: {} }
  return {
    ...base,
    conditions: sorted([...granting, ...limits].flatMap((rule) => rule.conditions)),
    bases: sorted(granting.flatMap((rule) => rule.bases).filter((id) => validBases.includes(id))),
    rungs: rungsOf(permits, limits, item),
  }
}
