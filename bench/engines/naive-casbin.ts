/** casbin as its own guide shows attribute rules: each row carries a matcher text, which `eval()` reads. One enforcer, four actions. */
import { newEnforcer, newModelFromString } from 'casbin'
import { LEVELS, rankOf } from '#policies/language/level.ts'
import type { AttributeScalar, Condition, Match, PolicySet, Rule } from '#policies/language/policy.ts'
import type { Ask } from '#bench/rows/engines.ts'

const MODEL = `
[request_definition]
r = q, item, level
[policy_definition]
p = rule, upto, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = speaksAt(r.level, p.upto, p.eft) && eval(p.rule)
`
const ASKED = LEVELS.filter((level) => level !== 'nothing').toReversed()

export async function askNaiveCasbin(set: PolicySet): Promise<Ask> {
  const enforcer = await newEnforcer(newModelFromString(MODEL))
  await enforcer.addFunction('speaksAt', (level: string, upTo: string, effect: string) =>
    effect === 'allow' ? Number(upTo) >= Number(level) : Number(upTo) < Number(level),
  )
  const rules = [...set.rules].toSorted((a, b) => (a.effect === b.effect ? 0 : a.effect === 'limit' ? -1 : 1))
  await enforcer.addPolicies(
    rules.map((rule) => [textOf(rule), String(rankOf(rule.upTo)), rule.effect === 'permit' ? 'allow' : 'deny']),
  )
  return (question, items) => {
    const facts = Object.fromEntries(Object.entries(question.facts).map(([name, value]) => [flat(name), value]))
    return items.map(
      (item) => ASKED.find((level) => enforcer.enforceSync(facts, item.facts, String(rankOf(level)))) ?? 'nothing',
    )
  }
}

const flat = (name: string): string => name.replace('.', '_')
const read = (name: string): string => (name.startsWith('item.') ? `r.${name}` : `r.q.${flat(name)}`)
const quoted = (value: AttributeScalar): string => JSON.stringify(value)
const LISTS: ReadonlySet<string> = new Set(['item.specialCategories', 'recipient.secrecies'])

/** The same conjunction. An empty conjunction is true. */
const textOf = ({ who, what, when }: Rule): string =>
  [...who, ...what].map(ofMatch).concat(when.map(ofCondition)).join(' && ') || 'true'

const ofMatch = ({ attribute, values }: Match): string =>
  `(${values.map((value) => (LISTS.has(attribute) ? `(${quoted(value)} in ${read(attribute)})` : `${read(attribute)} == ${quoted(value)}`)).join(' || ')})`

function ofCondition({ attribute, operator, operand }: Condition): string {
  if (operator !== 'includes' || operand.kind !== 'attribute')
    throw new Error('the rules of the bench use no other operator')
  return `(${read(operand.name)} in ${read(attribute)})`
}
