/** Edits of a change as rules taken out and put in, so that each can be dropped, or put upon another version, by itself. */
import type { PolicySet, Rule } from '#policies/language/policy.ts'
import { canonicalise } from './canonical-json.ts'
import type { ChangeEdit, RulePatch } from './policy-change.ts'

const isEqual = (one: unknown, other: unknown): boolean => canonicalise(one) === canonicalise(other)

/** What turns the rules of one set into those of the other. */
export function patchOf(from: PolicySet, to: PolicySet): RulePatch {
  const missing = (rules: readonly Rule[], others: readonly Rule[]): readonly Rule[] => {
    const known = new Map(others.map((rule) => [rule.id, rule]))
    return rules.filter((rule) => !isEqual(rule, known.get(rule.id) ?? null))
  }
  return { before: missing(from.rules, to.rules), after: missing(to.rules, from.rules) }
}

/** Whether the two differ in nothing but rules and the name of the version: no more than that may be edited. */
export const differInRulesAlone = (one: PolicySet, other: PolicySet): boolean =>
  isEqual({ ...one, rules: [], version: '' }, { ...other, rules: [], version: '' })

/** The set with the patch; undefined where it holds what the patch takes out no more, or something else under a name that it puts in. */
export function patched(set: PolicySet, { before, after }: RulePatch): PolicySet | undefined {
  const known = new Map(set.rules.map((rule) => [rule.id, rule]))
  if (!before.every((rule) => isEqual(rule, known.get(rule.id) ?? null))) return undefined
  const out = new Set(before.map(({ id }) => id))
  if (after.some(({ id }) => known.has(id) && !out.has(id))) return undefined
  const coming = new Map(after.map((rule) => [rule.id, rule]))
  // A rule that changes stays where it was; new ones come last.
  const kept = set.rules.flatMap((rule) => (out.has(rule.id) ? (coming.get(rule.id) ?? []) : rule))
  const added = after.filter(({ id }) => !out.has(id))
  return { ...set, rules: [...kept, ...added] }
}

/** Where an edit no longer fits, and so what has to be written again. */
export type Applied =
  | { readonly ok: true; readonly set: PolicySet }
  | { readonly ok: false; readonly edit: Pick<ChangeEdit, 'recipientType' | 'section'> }

/** All edits one after another upon a version, under the name of the next. */
export function applyEdits(base: PolicySet, edits: readonly ChangeEdit[], version: string): Applied {
  let set: PolicySet = { ...base, version }
  for (const edit of edits) {
    const next = patched(set, edit.patch)
    if (next === undefined) return { ok: false, edit }
    set = next
  }
  return { ok: true, set }
}

/** Whether both are of one cell. */
export const isOfCell = (
  one: Pick<ChangeEdit, 'recipientType' | 'section'>,
  other: Pick<ChangeEdit, 'recipientType' | 'section'>,
): boolean => one.recipientType === other.recipientType && one.section === other.section
