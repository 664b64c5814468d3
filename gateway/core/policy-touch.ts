/** Whom and what the difference of two sets can touch at all, read off the rules that differ. */
import type { PolicySet, Rule } from '#policies/language/policy.ts'
import { askedOf } from '#policies/language/scope.ts'
import { differInRulesAlone, patchOf } from './policy-change-edits.ts'

export interface Touch {
  readonly isType: (recipientType: string) => boolean
  readonly isSection: (section: string) => boolean
}

const ANY: Touch = { isType: () => true, isSection: () => true }

/** Everything, where the sets differ in more than rules. */
export function touchOf(before: PolicySet, after: PolicySet): Touch {
  if (!differInRulesAlone(before, after)) return ANY
  const patch = patchOf(before, after)
  const rules = [
    ...patch.before.map((rule) => ({ set: before, rule })),
    ...patch.after.map((rule) => ({ set: after, rule })),
  ]
  return { isType: among(rules, 'recipient.type'), isSection: among(rules, 'item.section') }
}

function among(
  rules: readonly { readonly set: PolicySet; readonly rule: Rule }[],
  attribute: string,
): (name: string) => boolean {
  const asked = rules.map(({ set, rule }) => askedOf(set, rule, attribute))
  if (asked.some((values) => values === undefined)) return () => true
  const names = new Set(asked.flatMap((values) => values ?? []))
  return (name) => names.has(name)
}
