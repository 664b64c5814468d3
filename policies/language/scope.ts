/** What a rule could reach, read off its text without any question: who it may concern and whether one rule covers another. */
import { rankOf } from './level.ts'
import type { AttributeScalar, Match, PolicySet, Rule } from './policy.ts'

/** True for a permit that lets something through. */
export const isOpening = (rule: Rule): boolean => rule.effect === 'permit' && rankOf(rule.upTo) > 0

/** The values of a match, with `@name` replaced by the members of that list; a list that the set lacks has none. */
export const valuesOf = (set: PolicySet, match: Match): readonly AttributeScalar[] =>
  match.values.flatMap((value) =>
    typeof value === 'string' && value.startsWith('@') ? listNamed(set, value.slice(1)) : [value],
  )

const listNamed = ({ lists }: PolicySet, name: string): readonly AttributeScalar[] =>
  new Map(Object.entries(lists)).get(name) ?? []

/** What a rule asks of one attribute in who or what; undefined when it asks nothing, so that every value will do. */
export function askedOf(set: PolicySet, rule: Rule, attribute: string): readonly AttributeScalar[] | undefined {
  const matches = [...rule.who, ...rule.what].filter((match) => match.attribute === attribute)
  if (matches.length === 0) return undefined
  const [first = [], ...others] = matches.map((match) => valuesOf(set, match))
  return first.filter((value) => others.every((values) => values.includes(value)))
}

/** Whether the rule could apply to a recipient of that type. */
export const canReach = (set: PolicySet, rule: Rule, recipientType: string): boolean =>
  askedOf(set, rule, 'recipient.type')?.includes(recipientType) ?? true

/** Whether the rule applies whatever the conditions, the time and the age of an item. */
export const isUnconditional = (rule: Rule): boolean =>
  rule.when.length === 0 && rule.reach === undefined && rule.from === undefined && rule.until === undefined

/** Whether a limit certainly applies wherever the other rule does. */
export const covers = (set: PolicySet, limit: Rule, rule: Rule): boolean =>
  isUnconditional(limit) &&
  [...limit.who, ...limit.what].every((match) => {
    const accepted = valuesOf(set, match)
    return askedOf(set, rule, match.attribute)?.every((value) => accepted.includes(value)) ?? false
  })
