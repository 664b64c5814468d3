/** A rule made ready for any question: names resolved, and what it asks of the question told from what it asks of the item. */
import { attributeNamed } from '#policies/language/attributes.ts'
import type { AttributeType } from '#policies/language/attributes.ts'
import type { Condition, LegalBasis, Match, PolicySet, Rule } from '#policies/language/policy.ts'
import { isInTime, resolve } from './applies.ts'
import { fits } from './condition.ts'

export interface PreparedMatch {
  readonly attribute: string
  readonly type: AttributeType
  readonly accepted: ReadonlySet<unknown>
}

/** A legal basis that a rule names. */
export interface KnownBasis {
  readonly id: string
  /** Every entry of the set with that id. */
  readonly entries: readonly LegalBasis[]
}

export interface PreparedRule {
  readonly rule: Rule
  readonly asksQuestion: readonly PreparedMatch[]
  readonly asksItem: readonly PreparedMatch[]
  readonly whenQuestion: readonly Condition[]
  readonly whenItem: readonly Condition[]
  readonly bases: readonly KnownBasis[]
  readonly namesRungs: boolean
}

/** undefined: the rule asks for something that no question can have. A limit is then not freed from, so that match is left out of it. */
export function prepareRule(set: PolicySet, rule: Rule): PreparedRule | undefined {
  const asked = [...rule.who, ...rule.what]
  const matches = asked.flatMap((match) => prepareMatch(set, match) ?? [])
  if (rule.effect === 'permit' && matches.length < asked.length) return undefined
  return {
    rule,
    asksQuestion: matches.filter(({ attribute }) => !isOfItem(attribute)),
    asksItem: matches.filter(({ attribute }) => isOfItem(attribute)),
    whenQuestion: rule.when.filter((condition) => !touchesItem(condition)),
    whenItem: rule.when.filter(touchesItem),
    bases: rule.bases.map((id) => ({ id, entries: set.bases.filter((basis) => basis.id === id) })),
    namesRungs: Object.keys(rule.rungs).length > 0,
  }
}

function prepareMatch(set: PolicySet, { attribute, values }: Match): PreparedMatch | undefined {
  const type = attributeNamed(attribute)?.type
  const accepted = resolve(set, values)
  return type === undefined || accepted === undefined ? undefined : { attribute, type, accepted: new Set(accepted) }
}

const isOfItem = (attribute: string): boolean => attribute.startsWith('item.')

const touchesItem = ({ attribute, operand }: Condition): boolean =>
  isOfItem(attribute) || (operand.kind === 'attribute' && isOfItem(operand.name))

/** Total: a value that is missing or of another type helps no permit and frees from no limit. */
export function matchHolds({ type, accepted }: PreparedMatch, value: unknown, { effect }: Rule): boolean {
  if (!fits(type, value)) return effect === 'limit'
  return typeof value === 'object' ? value.some((entry) => accepted.has(entry)) : accepted.has(value)
}

/** Those that may be relied on at the instant. */
export const validAt = (bases: readonly KnownBasis[], at: number): readonly string[] =>
  bases.filter(({ entries }) => entries.some((basis) => isInTime(basis, at))).map(({ id }) => id)
