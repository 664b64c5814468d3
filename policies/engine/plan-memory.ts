/** What rules of a set come to together, said once for all questions: the same rules on the same kind of item give the same decision. */
import type { LabelledItem } from '#policies/language/item.ts'
import type { Decision, LegalBasis, Rule } from '#policies/language/policy.ts'
import { combine } from './decide.ts'
import { validAt } from './prepared-rule.ts'
import type { PreparedRule } from './prepared-rule.ts'
import { rulesOf } from './rule-block.ts'
import type { RuleBlock } from './rule-block.ts'

/** Rules that apply to some item, with what they come to; nothing here knows of any recipient. */
export interface Applying {
  readonly epoch: Epoch
  readonly rules: readonly PreparedRule[]
  readonly namesRungs: boolean
  /** With rules of a later block, by its index and their bits. */
  readonly more: Map<number, Applying>[]
  readonly decisions: Map<string, Decision>
  /** The only decision, where no rule names a rung. */
  decision: Decision | undefined
}

/** A time in which no legal basis of the set begins or ends. */
interface Epoch {
  readonly basesOf: (rule: Rule) => readonly string[]
  size: number
}

/** Combinations kept for one epoch; items made to meet ever others fill no more than this. */
const MOST_KEPT = 10_000

/** Gives where to begin at an instant: no rule applies yet. */
export function openMemory(
  bases: readonly LegalBasis[],
  byRule: ReadonlyMap<Rule, PreparedRule>,
): (at: number) => Applying {
  const turns = [...new Set(bases.flatMap(({ from, until }) => [from ?? [], until ?? []]).flat())]
  const roots = new Map<number, Applying>()
  return (at) => {
    const passed = turns.filter((turn) => turn <= at).length
    const known = roots.get(passed)
    if (known !== undefined && known.epoch.size < MOST_KEPT) return known
    const valid = new Map([...byRule].map(([rule, prepared]) => [rule, validAt(prepared.bases, at)]))
    const root = applyingOf({ basesOf: (rule) => valid.get(rule) ?? [], size: 0 }, [])
    roots.set(passed, root)
    return root
  }
}

const applyingOf = (epoch: Epoch, rules: readonly PreparedRule[]): Applying => ({
  epoch,
  rules,
  namesRungs: rules.some(({ namesRungs }) => namesRungs),
  more: [],
  decisions: new Map(),
  decision: undefined,
})

/** Blocks are added in the order of their index, so that the same rules are always found in one place. */
export function withRules(applying: Applying, block: RuleBlock, bits: number): Applying {
  if (bits === 0) return applying
  const ofBlock = (applying.more[block.index] ??= new Map())
  const known = ofBlock.get(bits)
  if (known !== undefined) return known
  const { epoch, rules } = applying
  const more = applyingOf(epoch, [...rules, ...rulesOf(block, bits)])
  ofBlock.set(bits, more)
  epoch.size += 1
  return more
}

/** Rungs depend on the kind of the value and on whether the item is past; all else on the rules alone. */
export const decisionOf = (applying: Applying, item: LabelledItem): Decision =>
  applying.namesRungs ? byKind(applying, item) : (applying.decision ??= decided(applying, item))

function byKind(applying: Applying, item: LabelledItem): Decision {
  const { value, isPast } = item
  const key = `${isPast} ${value.summaryRung} ${value.kind}`
  const known = applying.decisions.get(key)
  if (known !== undefined) return known
  const decision = decided(applying, item)
  applying.decisions.set(key, decision)
  return decision
}

const decided = ({ rules, epoch }: Applying, item: LabelledItem): Decision =>
  frozen(
    combine(
      rules.map(({ rule }) => rule),
      item,
      epoch.basesOf,
    ),
  )

/** One decision is for all recipients who come to the same: whoever got it first can change nothing for the next. */
function frozen(decision: Decision): Decision {
  for (const part of Object.values(decision)) Object.freeze(part)
  return Object.freeze(decision)
}
