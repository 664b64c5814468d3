/** What a policy set comes to whatever the question: made once for each set, which never changes. */
import type { PolicySet } from '#policies/language/policy.ts'
import { openMemory } from './plan-memory.ts'
import type { Applying } from './plan-memory.ts'
import { namesOf } from './known.ts'
import type { Names } from './known.ts'
import { prepareRule } from './prepared-rule.ts'
import { blocksOf } from './rule-block.ts'
import type { RuleBlock } from './rule-block.ts'
import { indexOf } from './rule-index.ts'
import type { RuleIndex } from './rule-index.ts'

export interface PreparedSet {
  readonly names: Names
  readonly index: RuleIndex
  /** The rules of the index, 32 at a time. */
  readonly blocks: readonly RuleBlock[]
  /** Where deciding begins at an instant. */
  readonly memoryAt: (at: number) => Applying
}

/** No fact of a question or of an item is kept: the same set always gives the same. */
export function prepare(set: PolicySet): PreparedSet {
  const known = PREPARED.get(set)
  if (known !== undefined) return known
  const index = indexOf(set.rules.flatMap((rule) => prepareRule(set, rule) ?? []))
  const byRule = new Map(index.rules.map((entry) => [entry.rule, entry]))
  const memoryAt = openMemory(set.bases, byRule)
  const prepared = { names: namesOf(set), index, blocks: blocksOf(index.rules), memoryAt }
  PREPARED.set(set, prepared)
  return prepared
}

const PREPARED = new WeakMap<PolicySet, PreparedSet>()
