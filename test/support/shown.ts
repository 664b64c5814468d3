/** What a policy set shows of an item in the end, and how much that is. */
import { ceilingOf } from '#policies/engine/ceiling.ts'
import { decide } from '#policies/engine/decide.ts'
import { redactValue } from '#policies/engine/redact.ts'
import type { Redacted } from '#policies/engine/redact.ts'
import type { LabelledItem, Marking } from '#policies/language/item.ts'
import { RUNGS } from '#policies/language/level.ts'
import type { PolicySet, Question, Rule } from '#policies/language/policy.ts'

/** The set with these rules as well. */
export const withRule = (set: PolicySet, ...rules: readonly Rule[]): PolicySet => ({
  ...set,
  rules: [...set.rules, ...rules],
})

export const withMarking = (item: LabelledItem, marking: Marking): LabelledItem => ({ ...item, marking })

/** Decided, met with the markings, redacted. */
export function shownOf(set: PolicySet, question: Question, item: LabelledItem): Redacted {
  const ceiling = ceilingOf(decide(set, question, item), item, question)
  return redactValue(item.value, ceiling.level, ceiling.rungs)
}

/** How much is shown of a value: 0 nothing, 1 existence, 2 the coarsest rung … 6 the exact value. */
export const muchOf = (shown: Redacted): number =>
  shown.kind === 'withheld' ? 0 : shown.kind === 'existence' ? 1 : 6 - RUNGS.indexOf(shown.rung)
