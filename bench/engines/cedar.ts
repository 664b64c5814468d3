/** Cedar: a permit to a level allows the actions up to it, a limit forbids those above; the policies are parsed once. */
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { LEVELS, rankOf } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import type { AttributeValue } from '#policies/language/item.ts'
import type { AttributeScalar, Condition, Match, PolicySet, Rule } from '#policies/language/policy.ts'
import type { Ask } from '#bench/rows/engines.ts'

const NAME = 'bench'
const ASKED = LEVELS.filter((level) => level !== 'nothing').toReversed()
type Facts = Readonly<Record<string, AttributeValue | undefined>>

export function askCedar(set: PolicySet): Ask {
  const parsed = cedar.preparsePolicySet(NAME, { staticPolicies: set.rules.map(textOf).join('\n') })
  if (parsed.type !== 'success') throw new Error('cedar refuses the rules of the bench')
  return (question, items) => {
    const context = present(question.facts, '_')
    return items.map(({ facts }) => ASKED.find((level) => isAllowed(level, context, present(facts, ''))) ?? 'nothing')
  }
}

function isAllowed(level: Level, context: cedar.Context, attrs: cedar.Context): boolean {
  const answer = cedar.statefulIsAuthorized({
    principal: { type: 'Recipient', id: 'r' },
    action: { type: 'Action', id: level },
    resource: { type: 'Item', id: 'i' },
    context,
    preparsedPolicySetId: NAME,
    entities: [{ uid: { type: 'Item', id: 'i' }, attrs, parents: [] }],
  })
  if (answer.type !== 'success') throw new Error('cedar could not answer')
  return answer.response.decision === 'allow'
}

/** A record without what is missing; a dot in a name becomes the mark. */
const present = (facts: Facts, mark: string): cedar.Context =>
  Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.replace('.', mark), typeof value === 'object' ? [...value] : value]],
    ),
  )

const read = (name: string): string =>
  name.startsWith('item.') ? `resource.${name.slice(5)}` : `context.${name.replace('.', '_')}`
const LISTS: ReadonlySet<string> = new Set(['item.specialCategories'])
const listed = (values: readonly AttributeScalar[]): string =>
  `[${values.map((value) => JSON.stringify(value)).join(', ')}]`

function textOf({ effect, upTo, who, what, when }: Rule): string {
  const levels = LEVELS.filter((level) => level !== 'nothing').filter((level) =>
    effect === 'permit' ? rankOf(level) <= rankOf(upTo) : rankOf(level) > rankOf(upTo),
  )
  const actions = levels.map((level) => `Action::"${level}"`).join(', ')
  const body = [...who, ...what].map(ofMatch).concat(when.map(ofCondition)).join(' && ') || 'true'
  return `${effect === 'permit' ? 'permit' : 'forbid'} (principal, action in [${actions}], resource) when { ${body} };`
}

const ofMatch = ({ attribute, values }: Match): string =>
  LISTS.has(attribute)
    ? `${read(attribute)}.containsAny(${listed(values)})`
    : `${listed(values)}.contains(${read(attribute)})`

function ofCondition({ attribute, operator, operand }: Condition): string {
  if (operator !== 'includes' || operand.kind !== 'attribute')
    throw new Error('the rules of the bench use no other operator')
  return `${read(attribute)}.contains(${read(operand.name)})`
}
