/** One rule compiled for one question: what the question settles is settled, what remains is a few functions of the item. */
import { attributeNamed } from '#policies/language/attributes.ts'
import type { AttributeType } from '#policies/language/attributes.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type { AttributeScalar, Condition, Match, PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { isInTime, ownValue, reaches, resolve, validBases } from './applies.ts'
import { evaluate, fits } from './condition.ts'
import type { Read, Verdict } from './condition.ts'

type Test = (item: LabelledItem) => boolean

export interface Step {
  readonly rule: Rule
  /** Sections the rule speaks of, or undefined for all. */
  readonly sections: readonly AttributeScalar[] | undefined
  readonly matchesItem: Test
  /** The same for an item that is known to be of one of the sections. */
  readonly matchesWithin: Test
  readonly verdict: (item: LabelledItem) => Verdict
  readonly reachesItem: Test
  /** Legal bases of the rule that hold at the instant. */
  readonly bases: readonly string[]
}

/** undefined: the rule cannot apply to any item under this question. */
export function compileRule(set: PolicySet, rule: Rule, question: Question): Step | undefined {
  if (!isInTime(rule, question.at)) return undefined
  for (const match of [...rule.who, ...rule.what])
    if (!isOfItem(match) && !matcher(set, rule, match)(ownValue(question.facts, match.attribute))) return undefined
  const verdict = compileConditions(rule, question)
  if (verdict === undefined) return undefined
  const onItems = [...rule.who, ...rule.what].filter(isOfItem)
  const section = onItems.find(({ attribute }) => attribute === 'item.section')
  const sections = section === undefined ? undefined : resolve(set, section.values)
  const within = sections === undefined ? onItems : onItems.filter((match) => match !== section)
  const bases = validBases(set, rule, question.at)
  // A permit without a valid basis never applies, but its conditions may still be in error: it stays as a step that only can err.
  const isUsable = rule.effect === 'limit' || rule.upTo === 'nothing' || bases.length > 0
  return {
    rule,
    sections,
    matchesItem: every(onItems.map((match) => onItem(set, rule, match))),
    matchesWithin: every(within.map((match) => onItem(set, rule, match))),
    verdict,
    reachesItem: !isUsable ? never : rule.reach === undefined ? always : (item) => reaches(rule, question, item),
    bases,
  }
}

const always: Test = () => true
const never: Test = () => false

const isOfItem = ({ attribute }: Match): boolean => attribute.startsWith('item.')

/** Conditions on the question are settled now; those that name an item attribute are asked of each item. */
function compileConditions(rule: Rule, question: Question): ((item: LabelledItem) => Verdict) | undefined {
  const onItems = rule.when.filter(touchesItem)
  const settled = rule.when
    .filter((condition) => !touchesItem(condition))
    .map((condition) => evaluate(condition, (name) => ownValue(question.facts, name)))
  if (onItems.length === 0) {
    const verdict = outcome(rule, settled)
    return verdict === 'fails' ? undefined : () => verdict
  }
  return (item) => {
    const read: Read = (name) =>
      name.startsWith('item.') ? ownValue(item.facts, name.slice(5)) : ownValue(question.facts, name)
    return outcome(rule, [...settled, ...onItems.map((condition) => evaluate(condition, read))])
  }
}

const touchesItem = (condition: Condition): boolean =>
  condition.attribute.startsWith('item.') ||
  (condition.operand.kind === 'attribute' && condition.operand.name.startsWith('item.'))

/** An error outweighs a failure, so that the order of conditions changes nothing; what is missing never helps. */
function outcome(rule: Rule, verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('error')) return 'error'
  if (verdicts.includes('fails')) return 'fails'
  return verdicts.includes('missing') && rule.effect === 'permit' ? 'fails' : 'holds'
}

/** One match as a function of the attribute's value: total, and what is missing or of another type helps no permit and frees from no limit. */
function matcher(set: PolicySet, rule: Rule, match: Match): (value: unknown) => boolean {
  const type = attributeNamed(match.attribute)?.type
  const accepted = resolve(set, match.values)
  const whenUnsure = rule.effect === 'limit'
  if (type === undefined || accepted === undefined) return () => whenUnsure
  return type === 'list' ? anyOf(accepted, whenUnsure) : oneOf(type, accepted, whenUnsure)
}

const anyOf =
  (accepted: readonly unknown[], whenUnsure: boolean) =>
  (value: unknown): boolean =>
    fits('list', value) && Array.isArray(value) ? value.some((entry) => accepted.includes(entry)) : whenUnsure

function oneOf(
  type: AttributeType,
  accepted: readonly AttributeScalar[],
  whenUnsure: boolean,
): (value: unknown) => boolean {
  const [only, ...others] = accepted
  if (others.length === 0) return (value) => (fits(type, value) ? value === only : whenUnsure)
  const values: ReadonlySet<unknown> = new Set(accepted)
  return (value) => (fits(type, value) ? values.has(value) : whenUnsure)
}

function onItem(set: PolicySet, rule: Rule, match: Match): Test {
  const matches = matcher(set, rule, match)
  const name = match.attribute.slice(5)
  return (item) => matches(ownValue(item.facts, name))
}

/** Most rules ask one or two things of an item; those shapes skip the loop. */
function every(tests: readonly Test[]): Test {
  const [first, second, ...rest] = tests
  if (first === undefined) return always
  if (second === undefined) return first
  if (rest.length === 0) return (item) => first(item) && second(item)
  return (item) => tests.every((test) => test(item))
}
