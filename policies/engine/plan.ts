/** A policy set compiled for one question into composed functions, anew for each message: no generated code, no cache to go stale. */
import { attributeNamed } from '#policies/language/attributes.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type {
  AttributeScalar,
  Condition,
  Decision,
  Match,
  PolicySet,
  Question,
  Rule,
} from '#policies/language/policy.ts'
import { isInTime, ownValue, reaches, resolve, validBases } from './applies.ts'
import { evaluate, fits, isMissing } from './condition.ts'
import type { Read, Verdict } from './condition.ts'
import { combine, withheld } from './decide.ts'
import { namesOf, unknownInItem, unknownInQuestion } from './known.ts'

/** What policy says of any item under one question; equal to `decide` for every item (law 15 and its differential test). */
export type Plan = (item: LabelledItem) => Decision

/** Compiles the set: whatever does not depend on the item is settled once, the rest is bucketed by section. */
export function compilePlan(set: PolicySet, question: Question): Plan {
  const names = namesOf(set)
  const unknown = unknownInQuestion(names, question)
  if (unknown.length > 0) return (item) => withheld([...unknown, ...unknownInItem(names, item.facts)])
  const steps = set.rules.flatMap((rule) => compileRule(set, rule, question) ?? [])
  const bySection = bucket(steps)
  const bases = new Map(steps.map(({ rule }) => [rule, validBases(set, rule, question.at)]))
  return (item) => {
    const unknownNames = unknownInItem(names, item.facts)
    if (unknownNames.length > 0) return withheld(unknownNames)
    return judge(bySection(ownValue(item.facts, 'section')), item, (rule) => bases.get(rule) ?? [])
  }
}

interface Step {
  readonly rule: Rule
  /** Sections the rule speaks of, or undefined for all. */
  readonly sections: readonly AttributeScalar[] | undefined
  readonly matchesItem: (item: LabelledItem) => boolean
  readonly verdict: (item: LabelledItem) => Verdict
  readonly reachesItem: (item: LabelledItem) => boolean
}

function judge(steps: readonly Step[], item: LabelledItem, basesOf: (rule: Rule) => readonly string[]): Decision {
  const applying: Rule[] = []
  const errors: string[] = []
  for (const step of steps) {
    if (!step.matchesItem(item)) continue
    const verdict = step.verdict(item)
    if (verdict === 'error') errors.push(step.rule.id)
    else if (verdict === 'holds' && step.reachesItem(item)) applying.push(step.rule)
  }
  return errors.length > 0 ? withheld(errors) : combine(applying, item, basesOf)
}

/** undefined: the rule cannot apply to any item under this question. */
function compileRule(set: PolicySet, rule: Rule, question: Question): Step | undefined {
  if (!isInTime(rule, question.at)) return undefined
  const fixed: Read = (name) => ownValue(question.facts, name)
  const isFixed = (match: Match): boolean => !match.attribute.startsWith('item.')
  const all = [...rule.who, ...rule.what]
  for (const match of all.filter(isFixed)) if (!matcher(set, rule, match)(fixed(match.attribute))) return undefined
  const verdict = compileConditions(rule, question)
  if (verdict === undefined) return undefined
  const residual = all
    .filter((match) => !isFixed(match))
    .map((match) => onItem(matcher(set, rule, match), match.attribute))
  // A permit without a valid basis never applies, but its conditions may still be in error: it stays as a step that only can err.
  const isUsable = rule.effect === 'limit' || rule.upTo === 'nothing' || validBases(set, rule, question.at).length > 0
  return {
    rule,
    sections: sectionsOf(set, rule),
    matchesItem: every(residual),
    verdict,
    reachesItem: isUsable ? (item) => reaches(rule, question, item) : () => false,
  }
}

/** Conditions on the question are settled now; those that name an item attribute are asked of each item. */
function compileConditions(rule: Rule, question: Question): ((item: LabelledItem) => Verdict) | undefined {
  const onQuestion = rule.when.filter((condition) => !touchesItem(condition))
  const onItems = rule.when.filter(touchesItem)
  const settled = onQuestion.map((condition) => evaluate(condition, (name) => ownValue(question.facts, name)))
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

/** One match as a function of the attribute's value. */
function matcher(set: PolicySet, rule: Rule, match: Match): (value: unknown) => boolean {
  const type = attributeNamed(match.attribute)?.type
  const accepted = resolve(set, match.values)
  const whenUnsure = rule.effect === 'limit'
  if (type === undefined || accepted === undefined) return () => whenUnsure
  const values: ReadonlySet<unknown> = new Set(accepted)
  return (value) => {
    if (isMissing(value) || !fits(type, value)) return whenUnsure
    return Array.isArray(value) ? value.some((entry) => values.has(entry)) : values.has(value)
  }
}

const onItem =
  (test: (value: unknown) => boolean, attribute: string) =>
  (item: LabelledItem): boolean =>
    test(ownValue(item.facts, attribute.slice(5)))

/** Most rules ask one or two things of an item; those two shapes skip the loop. */
function every(tests: readonly ((item: LabelledItem) => boolean)[]): (item: LabelledItem) => boolean {
  const [first, second, ...rest] = tests
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (rest.length === 0) return (item) => first(item) && second(item)
  return (item) => tests.every((test) => test(item))
}

function sectionsOf(set: PolicySet, rule: Rule): readonly AttributeScalar[] | undefined {
  const match = rule.what.find(({ attribute }) => attribute === 'item.section')
  return match === undefined ? undefined : resolve(set, match.values)
}

/** Steps by section. An item whose section cannot be read meets every step, so that no limit is lost. */
function bucket(steps: readonly Step[]): (section: unknown) => readonly Step[] {
  const everywhere = steps.filter(({ sections }) => sections === undefined)
  const named = new Set(steps.flatMap(({ sections }) => sections ?? []))
  const buckets = new Map(
    [...named].map((section) => [section, steps.filter((step) => step.sections?.includes(section) ?? true)]),
  )
  return (section) => {
    if (typeof section !== 'string' || section === '') return steps
    return buckets.get(section) ?? everywhere
  }
}
