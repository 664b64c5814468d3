/** What rules come to together, said once for each question: items that meet the same rules get the same decision. */
import type { LabelledItem } from '#policies/language/item.ts'
import type { Decision } from '#policies/language/policy.ts'
import { combine } from './decide.ts'
import { basesAt } from './prepared-rule.ts'
import type { PreparedRule } from './prepared-rule.ts'
import { rulesOf } from './rule-block.ts'
import type { RuleBlock } from './rule-block.ts'

/** The rules that apply to some item at the instant of the question, with what they come to. */
export interface Applying {
  readonly at: number
  readonly rules: readonly PreparedRule[]
  readonly namesRungs: boolean
  /** With rules of the next block, by their bits. The blocks of a question come in one order. */
  readonly more: Map<number, Applying>
  readonly decisions: Map<string, Decision>
}

export const noneApplying = (at: number): Applying => applyingOf(at, [])

const applyingOf = (at: number, rules: readonly PreparedRule[]): Applying => ({
  at,
  rules,
  namesRungs: rules.some(({ namesRungs }) => namesRungs),
  more: new Map(),
  decisions: new Map(),
})

export function withRules(applying: Applying, block: RuleBlock, bits: number): Applying {
  const known = applying.more.get(bits)
  if (known !== undefined) return known
  const more = applyingOf(applying.at, [...applying.rules, ...rulesOf(block, bits)])
  applying.more.set(bits, more)
  return more
}

/** Rungs depend on the kind of the value and on whether the item is past; all else on the rules alone. */
export function decisionOf(applying: Applying, item: LabelledItem): Decision {
  const { value, isPast } = item
  const key = applying.namesRungs ? `${isPast} ${value.summaryRung} ${value.kind}` : ''
  const known = applying.decisions.get(key)
  if (known !== undefined) return known
  const decision = decided(applying, item)
  applying.decisions.set(key, decision)
  return decision
}

function decided({ at, rules }: Applying, item: LabelledItem): Decision {
  const prepared = new Map(rules.map((entry) => [entry.rule, entry]))
  return combine([...prepared.keys()], item, (rule) => {
    const found = prepared.get(rule)
    return found === undefined ? [] : basesAt(found, at)
  })
}
