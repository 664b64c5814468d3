/** CASL: one ability for each recipient, of the rules that the question leaves open; its last matching rule wins, so limits stand last. */
import { createMongoAbility, subject } from '@casl/ability'
import { LEVELS, rankOf } from '#policies/language/level.ts'
import type { Match, PolicySet, Question, Rule } from '#policies/language/policy.ts'
import type { Ask } from '#bench/rows/engines.ts'

const ASKED = LEVELS.filter((level) => level !== 'nothing').toReversed()

export const askCasl =
  (set: PolicySet): Ask =>
  (question, items) => {
    const open = set.rules.filter(({ who }) => who.every((match) => holds(question, match)))
    const ordered = open.toSorted((a, b) => (a.effect === b.effect ? 0 : a.effect === 'permit' ? -1 : 1))
    const ability = createMongoAbility(ordered.map((rule) => abilityOf(rule, question)))
    return items.map(({ facts }) => {
      const item = subject('Item', { ...facts })
      return ASKED.find((level) => ability.can(level, item)) ?? 'nothing'
    })
  }

const holds = (question: Question, { attribute, values }: Match): boolean => {
  const value = question.facts[attribute]
  return values.some((wanted) => wanted === value)
}

function abilityOf(
  { effect, upTo, what, when }: Rule,
  question: Question,
): Parameters<typeof createMongoAbility>[0] extends readonly (infer R)[] | undefined ? R : never {
  const action = ASKED.filter((level) =>
    effect === 'permit' ? rankOf(level) <= rankOf(upTo) : rankOf(level) > rankOf(upTo),
  )
  const matched = what.map(({ attribute, values }) => ({ [attribute.slice(5)]: { $in: [...values] } }))
  const asked = when.map(({ attribute, operand }) => {
    const list = question.facts[attribute]
    const name = operand.kind === 'attribute' ? operand.name.slice(5) : ''
    return { [name]: { $in: typeof list === 'object' ? [...list] : [] } }
  })
  // No attribute is named twice by a rule of the bench; CASL has no conjunction of two conditions on one.
  const conditions = Object.assign({}, ...matched, ...asked) as Readonly<Record<string, object>>
  return {
    action,
    subject: 'Item',
    inverted: effect === 'limit',
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
  }
}
