/** Whether one rule applies to one item: the plain reading, rule by rule, that decide.ts and the casbin judge share. */
import { attributeNamed } from '#policies/language/attributes.ts'
import { monthsBefore } from '#policies/language/instant.ts'
import type { AttributeScalar, Match, PolicySet, Question, Reach, Rule } from '#policies/language/policy.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { evaluate, fits, isMissing } from './condition.ts'
import type { Read } from './condition.ts'

/** A member of its own: a name like `constructor` is no fact, whatever the record inherits. */
export const ownValue = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

export type Application = 'applies' | 'does-not-apply' | 'error'

/** Reads an attribute of a question or of an item by its full name. */
export const reader = (question: Question, item: LabelledItem): Read => {
  const { facts } = question
  const own = item.facts
  return (name) => (name.startsWith('item.') ? ownValue(own, name.slice(5)) : ownValue(facts, name))
}

/** The whole question of one rule: time, who and what, reach, conditions (`disclosure.md`, law 4). */
export function application(set: PolicySet, rule: Rule, question: Question, item: LabelledItem): Application {
  const read = reader(question, item)
  if (!isInTime(rule, question.at)) return 'does-not-apply'
  if (!matches(set, rule, rule.who, read) || !matches(set, rule, rule.what, read)) return 'does-not-apply'
  const verdicts = rule.when.map((condition) => evaluate(condition, read))
  if (verdicts.includes('error')) return 'error'
  if (verdicts.includes('fails')) return 'does-not-apply'
  if (verdicts.includes('missing') && rule.effect === 'permit') return 'does-not-apply'
  if (!hasValidBasis(set, rule, question.at)) return 'does-not-apply'
  return reaches(rule, question, item) ? 'applies' : 'does-not-apply'
}

export const isInTime = (entry: { readonly from?: number; readonly until?: number }, at: number): boolean =>
  (entry.from === undefined || entry.from <= at) && (entry.until === undefined || at < entry.until)

/** A permit above nothing needs a legal basis that is valid at the instant (law 12). */
export const hasValidBasis = (set: PolicySet, rule: Rule, at: number): boolean =>
  rule.effect === 'limit' || rule.upTo === 'nothing' || validBases(set, rule, at).length > 0

/** The bases of a rule that may be relied on at the instant. */
export const validBases = (set: PolicySet, rule: Rule, at: number): readonly string[] =>
  rule.bases.filter((id) => set.bases.some((basis) => basis.id === id && isInTime(basis, at)))

/** Reach speaks of past versions alone: a permit ends at its start, a limit begins there. */
export const reaches = (rule: Rule, question: Question, item: LabelledItem): boolean =>
  rule.reach === undefined || isReached(rule, reachStart(rule.reach, question), item)

/** Where a reach begins; undefined for a milestone that is not known. */
export const reachStart = (reach: Reach, question: Question): number | undefined =>
  reach.kind === 'months' ? monthsBefore(question.at, reach.months) : ownValue(question.milestones, reach.milestone)

/** Whether a rule whose reach begins there speaks of the item. */
export function isReached({ effect }: Rule, start: number | undefined, item: LabelledItem): boolean {
  if (!item.isPast) return effect === 'permit'
  if (start === undefined) return effect === 'limit'
  return effect === 'permit' ? item.observedAt >= start : item.observedAt < start
}

/** Who and what are total: a value that is missing or of the wrong type helps no permit and frees from no limit. */
export function matches(set: PolicySet, rule: Rule, wanted: readonly Match[], read: Read): boolean {
  return wanted.every((match) => {
    const type = attributeNamed(match.attribute)?.type
    const value = read(match.attribute)
    const accepted = resolve(set, match.values)
    if (type === undefined || accepted === undefined || isMissing(value) || !fits(type, value))
      return rule.effect === 'limit'
    return Array.isArray(value)
      ? value.some((entry: AttributeScalar) => accepted.includes(entry))
      : accepted.includes(value as AttributeScalar)
  })
}

/** The values of a match with `@name` replaced by the members of that list; undefined when a list is unknown. */
export function resolve(set: PolicySet, values: readonly AttributeScalar[]): readonly AttributeScalar[] | undefined {
  if (!values.some(isListName)) return values
  const lists = values.map((value) =>
    isListName(value) ? (Object.hasOwn(set.lists, value.slice(1)) ? set.lists[value.slice(1)] : undefined) : [value],
  )
  return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? [])
}

const isListName = (value: AttributeScalar): value is string => typeof value === 'string' && value.startsWith('@')
