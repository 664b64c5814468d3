/** A proof, read off the rules alone, that one set never discloses more than another: sound, and silent where it cannot tell. */
import { rankOf } from '#policies/language/level.ts'
import type { Condition, Match, PolicySet, Rule } from '#policies/language/policy.ts'
import { isOpening } from '#policies/language/scope.ts'
import { resolve } from './applies.ts'
import { hasClause, isWithin } from './cell-sum.ts'

/** What the proof could not be carried through for. */
export type Unproved = 'names-differ' | 'permit' | 'limit' | 'error'

export type Proof =
  | { readonly kind: 'proved' }
  | { readonly kind: 'not-proved'; readonly because: Unproved; readonly rules: readonly string[] }

/**
 * Proved where all of this holds: names, lists, bases and windows are the same; every permit of the second set is within one permit of
 * the first; every limit of the first is within one of the second; and whatever could end in an error, and so withhold, still does.
 */
export function proveNotWider(base: PolicySet, draft: PolicySet): Proof {
  if (!isSameWorld(base, draft)) return { kind: 'not-proved', because: 'names-differ', rules: [] }
  const before = regionsOf(base)
  const after = regionsOf(draft)
  const wider = after.filter((rule) => isOpening(rule) && !find(before, rule.id, (other) => isPermitOver(other, rule)))
  if (wider.length > 0) return unproved('permit', wider)
  const weaker = before.filter((rule) => isLimit(rule) && !find(after, rule.id, (other) => isLimitOver(other, rule)))
  if (weaker.length > 0) return unproved('limit', weaker)
  const silent = before.filter(
    (rule) => rule.when.length > 0 && !find(after, rule.id, (other) => errsAtLeastAs(other, rule)),
  )
  return silent.length > 0 ? unproved('error', silent) : { kind: 'proved' }
}

/** A rule with the set whose lists it names. */
interface Region extends Rule {
  readonly set: PolicySet
}

const regionsOf = (set: PolicySet): readonly Region[] => set.rules.map((rule) => ({ ...rule, set }))

/** Most rules are what they were: the one of the same name is asked first. */
const find = (among: readonly Region[], id: string, holds: (rule: Region) => boolean): boolean =>
  among.some((rule) => rule.id === id && holds(rule)) || among.some((rule) => rule.id !== id && holds(rule))

const isLimit = ({ effect }: Rule): boolean => effect === 'limit'
const isPermitOver = (outer: Region, inner: Region): boolean => isOpening(outer) && isPermitWithin(inner, outer)
const isLimitOver = (outer: Region, inner: Region): boolean => isLimit(outer) && isLimitWithin(inner, outer)

const unproved = (because: Unproved, rules: readonly Rule[]): Proof => ({
  kind: 'not-proved',
  because,
  rules: rules.map(({ id }) => id),
})

/** Whatever an answer hangs on beside the rules. */
const isSameWorld = (base: PolicySet, draft: PolicySet): boolean =>
  isEqual(
    [base.vocabulary, base.lists, base.groups, base.bases, base.currentWindowMonths],
    [draft.vocabulary, draft.lists, draft.groups, draft.bases, draft.currentWindowMonths],
  )

/** Sets are read from text in one order of members. */
const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Wherever the inner permit applies the outer does, at no lower a level and no coarser a rung. */
const isPermitWithin = (inner: Region, outer: Region): boolean =>
  rankOf(inner.upTo) <= rankOf(outer.upTo) &&
  isRegionWithin(inner, outer) &&
  isTimeWithin(inner, outer) &&
  inner.bases.every((basis) => outer.bases.includes(basis)) &&
  (outer.reach === undefined || (inner.reach !== undefined && isWithin(inner.reach, outer.reach))) &&
  isCoarserOrSame(inner, outer)

/** Wherever the inner limit applies the outer does, and takes at least as much. */
const isLimitWithin = (inner: Region, outer: Region): boolean =>
  rankOf(outer.upTo) <= rankOf(inner.upTo) &&
  isRegionWithin(inner, outer) &&
  isTimeWithin(inner, outer) &&
  // A limit with a reach speaks of what is older: the shorter the reach, the more it takes.
  (outer.reach === undefined || (inner.reach !== undefined && isWithin(outer.reach, inner.reach))) &&
  isCoarserOrSame(outer, inner)

/** More questions and fewer accepted values make a region smaller. */
const isRegionWithin = (inner: Region, outer: Region): boolean =>
  isMatchWithin(inner, outer, 'who') &&
  isMatchWithin(inner, outer, 'what') &&
  outer.when.every((clause) => hasClause(inner, clause))

const isMatchWithin = (inner: Region, outer: Region, of: 'who' | 'what'): boolean =>
  outer[of].every((asked) =>
    inner[of].some((own) => own.attribute === asked.attribute && isAcceptedWithin(inner, own, asked)),
  )

/** A match by a list that the set lacks never holds for a permit, and always for a limit. */
function isAcceptedWithin({ set, effect }: Region, inner: Match, outer: Match): boolean {
  const accepted = resolve(set, outer.values)
  const own = resolve(set, inner.values)
  if (effect === 'permit')
    return own === undefined || (accepted !== undefined && own.every((value) => accepted.includes(value)))
  return accepted === undefined || (own !== undefined && own.every((value) => accepted.includes(value)))
}

const isTimeWithin = (inner: Rule, outer: Rule): boolean =>
  (outer.from === undefined || (inner.from !== undefined && outer.from <= inner.from)) &&
  (outer.until === undefined || (inner.until !== undefined && inner.until <= outer.until))

const isCoarserOrSame = (one: Rule, other: Rule): boolean =>
  Object.entries(other.rungs).every(([kind, rung]) => (one.rungs[kind] ?? 'g0') >= rung)

/** It is asked wherever the other is, and asks all of its conditions: an error of the other is one of its own. */
const errsAtLeastAs = (one: Region, other: Region): boolean =>
  one.effect === other.effect &&
  isMatchWithin(other, one, 'who') &&
  isMatchWithin(other, one, 'what') &&
  isTimeWithin(other, one) &&
  hasAll(one, other.when)

const hasAll = (rule: Rule, clauses: readonly Condition[]): boolean =>
  clauses.every((clause) => hasClause(rule, clause))
