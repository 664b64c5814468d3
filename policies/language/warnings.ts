/** What an officer should look at twice: rules that can do nothing, or more than they seem to. No warning stops an activation. */
import { printDay, type Instant } from './instant.ts'
import { rankOf } from './level.ts'
import type { PolicySet, Rule } from './policy.ts'
import { askedOf, covers, isOpening } from './scope.ts'

export const WARNING_CODES = [
  'rule-ended',
  'basis-ended',
  'rule-never-reaches',
  'permit-for-all',
  'special-category-in-full',
  'consent-as-basis',
  'list-unused',
] as const
export type WarningCode = (typeof WARNING_CODES)[number]

/** A place in the set as JSON Pointer, with what to look at there. */
export interface Warning {
  readonly at: string
  readonly code: WarningCode
  readonly detail: string
}

/** Warnings of a set as it stands at an instant: what has ended by then will never apply again. In the order of the text. */
export const warningsOf = (set: PolicySet, at: Instant): readonly Warning[] => [
  ...unusedLists(set),
  ...set.rules.flatMap((rule, index) =>
    ASKED.flatMap((ask) => ask(set, rule, at)).map((warning) => ({ at: `/rules/${index}`, ...warning })),
  ),
]

type Found = Omit<Warning, 'at'>
type Ask = (set: PolicySet, rule: Rule, at: Instant) => readonly Found[]

const when = (holds: boolean, code: WarningCode, detail: string): readonly Found[] => (holds ? [{ code, detail }] : [])

const ruleEnded: Ask = (_set, { id, until }, at) =>
  until === undefined ? [] : when(until <= at, 'rule-ended', `${id} ended on ${printDay(until)}`)

/** All bases of a permit have ended: it never applies again. */
const basisEnded: Ask = (set, rule, at) => {
  const bases = set.bases.filter(({ id }) => rule.bases.includes(id))
  const hasEnded = bases.length > 0 && bases.every(({ until }) => until !== undefined && until <= at)
  const successors = bases.flatMap(({ successor }) => successor ?? [])
  const hint = successors.length === 0 ? '' : `; successor: ${successors.join(', ')}`
  return when(isOpening(rule) && hasEnded, 'basis-ended', `${rule.id} has no basis in force${hint}`)
}

/** A limit that always applies with the permit keeps it below its level. */
const neverReaches: Ask = (set, rule) => {
  if (!isOpening(rule)) return []
  const limit = set.rules.find(
    (other) => other.effect === 'limit' && rankOf(other.upTo) < rankOf(rule.upTo) && covers(set, other, rule),
  )
  return limit === undefined
    ? []
    : when(true, 'rule-never-reaches', `${rule.id} never reaches ${rule.upTo}: ${limit.id} always limits it`)
}

const permitForAll: Ask = (set, rule) =>
  when(
    isOpening(rule) && askedOf(set, rule, 'recipient.type') === undefined,
    'permit-for-all',
    `${rule.id} is for every type of recipient`,
  )

/** LED Art. 10: special categories only where strictly necessary. */
const specialInFull: Ask = (set, rule) =>
  when(
    isOpening(rule) && rankOf(rule.upTo) >= 3 && askedOf(set, rule, 'item.specialCategories') !== undefined,
    'special-category-in-full',
    `${rule.id} lets a special category through at ${rule.upTo}`,
  )

/** Consent is rarely free towards an authority (`domain.md` §2.10). */
const consentBasis: Ask = (_set, rule) =>
  when(
    rule.bases.length > 0 && rule.bases.every((id) => id.startsWith('consent:')),
    'consent-as-basis',
    `${rule.id} rests on consent alone`,
  )

const ASKED: readonly Ask[] = [ruleEnded, basisEnded, neverReaches, permitForAll, specialInFull, consentBasis]

function unusedLists(set: PolicySet): readonly Warning[] {
  const used = new Set(set.rules.flatMap(({ who, what }) => [...who, ...what]).flatMap(({ values }) => values))
  return Object.keys(set.lists)
    .filter((name) => !used.has(`@${name}`))
    .map((name) => ({ at: `/lists/${name}`, code: 'list-unused', detail: name }))
}
