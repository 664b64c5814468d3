/** The marking algebra: limits put by the originator or by law. They never loosen, and what they ask travels with the item. */
import { CLASSIFICATIONS, HANDLING_CODES, TLP_LABELS } from '#policies/language/item.ts'
import type { AttributeValue, Marking, TlpLabel } from '#policies/language/item.ts'
import { meet } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import type { Omission, Question } from '#policies/language/policy.ts'

/** What markings let through: a level, the omission they ask for, why, and the conditions that travel. */
export interface MarkingLimit {
  readonly level: Level
  readonly omission: Omission
  readonly because: readonly string[]
  readonly conditions: readonly string[]
}

/**
 * One marking for two items together: the highest classification and TLP, all handling codes and conditions, only those whom
 * both let have it, the earlier end (`domain.md` §2.12). Commutative, associative and idempotent.
 */
export function combine(a: Marking, b: Marking): Marking {
  const classification = highest(CLASSIFICATIONS, a.classification, b.classification)
  const tlp = a.tlp === undefined ? b.tlp : b.tlp === undefined ? a.tlp : highest(TLP_LABELS, a.tlp, b.tlp)
  const releasableTo = intersection(a.releasableTo, b.releasableTo)
  const ends = [a.validUntil, b.validUntil].filter((end) => end !== undefined)
  const originator = shared(a.originator, b.originator)
  const secrecyRegime = shared(a.secrecyRegime, b.secrecyRegime)
  return {
    classification,
    handling: HANDLING_CODES.filter((code) => a.handling.includes(code) || b.handling.includes(code)),
    conditions: [...new Set([...a.conditions, ...b.conditions])].toSorted(),
    receivedInConfidence: a.receivedInConfidence || b.receivedInConfidence,
    ...(tlp === undefined ? {} : { tlp }),
    ...(releasableTo === undefined ? {} : { releasableTo }),
    ...(ends.length === 0 ? {} : { validUntil: Math.min(...ends) }),
    ...(originator === undefined ? {} : { originator }),
    ...(secrecyRegime === undefined ? {} : { secrecyRegime }),
  }
}

/** True of what almost every item has: a marking that limits nobody and asks nothing. False is no claim. */
export const asksNothing = (marking: Marking): boolean =>
  marking.classification === 'non-protege' &&
  marking.handling.length === 0 &&
  marking.conditions.length === 0 &&
  !marking.receivedInConfidence &&
  (marking.secrecyRegime === undefined || marking.secrecyRegime === 'none') &&
  marking.tlp === undefined &&
  marking.releasableTo === undefined &&
  marking.validUntil === undefined

/** Every limit of a marking met for one recipient. Policy cannot loosen any of them. */
export function limitOf(marking: Marking, question: Question): MarkingLimit {
  let met = NONE_MET
  for (const limit of LIMITS) {
    const found = limit(marking, question)
    if (found !== undefined) met = [...met, found]
  }
  const conditions = travelling(marking)
  if (met.length === 0) return conditions.length === 0 ? UNLIMITED : { ...UNLIMITED, conditions }
  const level = met.map((entry) => entry.level).reduce<Level>(meet, 'full')
  const fixing = met.filter((entry) => entry.level === level)
  return {
    level,
    omission: fixing.length > 0 && fixing.every((entry) => entry.omission === 'declared') ? 'declared' : 'silent',
    because: met.map((entry) => `marking:${entry.name}`).toSorted(),
    conditions,
  }
}

/** What a marking that asks nothing comes to, whoever the recipient. */
export const UNLIMITED: MarkingLimit = { level: 'full', omission: 'silent', because: [], conditions: [] }

/** Conditions that a marking puts on what passes (LED Art. 9(3), SIENA H1 and H2, TLP 2.0), sorted. */
export function travelling(marking: Marking): readonly string[] {
  const { handling, tlp } = marking
  if (handling.length === 0 && tlp === undefined && marking.conditions.length === 0) return UNLIMITED.conditions
  const asked = [
    ...marking.conditions,
    ...(handling.includes('H1') ? ['no-judicial-use'] : []),
    ...(handling.includes('H2') ? ['originator-consent'] : []),
    ...TLP_CONDITIONS.filter(([label]) => tlp !== undefined && atLeast(tlp, label)).map(([, condition]) => condition),
  ]
  return asked.length === 0 ? asked : [...new Set(asked)].toSorted()
}

/** What each label asks of its reader; a stricter one asks what a lesser one asks, and more. */
const TLP_CONDITIONS: readonly (readonly [TlpLabel, string])[] = [
  ['TLP:AMBER', 'no-onward-outside-organisation'],
  ['TLP:AMBER+STRICT', 'no-onward'],
  ['TLP:RED', 'named-person-only'],
]
const atLeast = (tlp: TlpLabel, label: TlpLabel): boolean => TLP_LABELS.indexOf(tlp) >= TLP_LABELS.indexOf(label)

interface Met {
  readonly name: string
  readonly level: Level
  readonly omission: Omission
}
const NONE_MET: readonly Met[] = []
type Limit = (marking: Marking, question: Question) => Met | undefined

const stop = (name: string, omission: Omission = 'silent', level: Level = 'nothing'): Met => ({ name, level, omission })
const text = (question: Question, name: string): string => {
  const value = question.facts[name]
  return typeof value === 'string' ? value : ''
}
const isList = (value: AttributeValue | undefined): value is readonly string[] => Array.isArray(value)
const list = (question: Question, name: string): readonly string[] => {
  const value = question.facts[name]
  return isList(value) ? value : []
}
const isNamed = (names: readonly string[], question: Question): boolean =>
  ['recipient.organisation', 'recipient.mandate'].some(
    (name) => text(question, name) !== '' && names.includes(text(question, name)),
  )

/** A label that this code does not know is the strictest of all (law 1). */
const isKnown = ({ classification, handling, tlp }: Marking): boolean =>
  CLASSIFICATIONS.includes(classification) &&
  handling.every((code) => HANDLING_CODES.includes(code)) &&
  (tlp === undefined || TLP_LABELS.includes(tlp))

const LIMITS: readonly Limit[] = [
  (marking) => (isKnown(marking) ? undefined : stop('unknown-label')),
  (marking, question) =>
    marking.classification !== 'non-protege' && question.facts['recipient.clearedForDr'] !== true
      ? stop('classification')
      : undefined,
  (marking, question) =>
    marking.releasableTo !== undefined && !isNamed(marking.releasableTo, question) ? stop('releasable-to') : undefined,
  (marking, question) =>
    marking.validUntil !== undefined && marking.validUntil <= question.at ? stop('expired') : undefined,
  receivedInConfidence,
  noJudicialUse,
  originatorControl,
  (marking, question) =>
    marking.tlp === 'TLP:RED' && !(marking.releasableTo ?? []).includes(text(question, 'recipient.mandate'))
      ? stop('tlp-red')
      : undefined,
  secrecy,
]

/** Professional secrecy may be opposed even to a judge for what was received in confidence (Code pénitentiaire, ex D.581 CPP). */
function receivedInConfidence(marking: Marking, question: Question): Met | undefined {
  if (!marking.receivedInConfidence) return undefined
  const shares = list(question, 'recipient.secrecies').includes(marking.secrecyRegime ?? 'none')
  return shares ? undefined : stop('received-in-confidence')
}

/** SIENA H1: not in judicial proceedings without the provider's permission, save a statutory flow that says so. */
function noJudicialUse(marking: Marking, question: Question): Met | undefined {
  const isForbidden = marking.handling.includes('H1') || marking.conditions.includes('no-judicial-use')
  if (!isForbidden || text(question, 'edge.purpose') !== 'judicial-decision') return undefined
  return hasConsent(marking, question) || list(question, 'edge.statutory').includes('judicial-use')
    ? undefined
    : stop('no-judicial-use')
}

/** SIENA H2, H3 and originator control: the provider itself may hand it on; others, and any civil-society recipient, need its consent. */
function originatorControl(marking: Marking, question: Question): Met | undefined {
  const isHeld =
    marking.handling.includes('H2') ||
    marking.handling.includes('H3') ||
    marking.conditions.includes('originator-consent')
  if (!isHeld || hasConsent(marking, question)) return undefined
  const isProvider = marking.originator === undefined || marking.originator === text(question, 'edge.sender')
  return isProvider && text(question, 'recipient.regime') !== 'GDPR' ? undefined : stop('originator-control')
}

const hasConsent = (marking: Marking, question: Question): boolean =>
  list(question, 'edge.consents').includes(marking.originator ?? text(question, 'edge.sender'))

/** Code pénal 226-13: what a profession is told stays in it; others learn at most that it exists, of a lawyer or cleric not even that. */
function secrecy(marking: Marking, question: Question): Met | undefined {
  if (marking.secrecyRegime === undefined || marking.secrecyRegime === 'none') return undefined
  const bound = list(question, 'recipient.secrecies')
  const regimes = (marking.secrecyRegime ?? 'none').split('+').filter((regime) => !bound.includes(regime))
  const sealed = regimes.find((regime) => regime === 'lawyer' || regime === 'clergy')
  if (sealed !== undefined) return stop(`secrecy-${sealed}`)
  const clinical = regimes.find((regime) => regime === 'medical' || regime === 'psychologist')
  return clinical === undefined ? undefined : stop(`secrecy-${clinical}`, 'declared', 'existence')
}

const highest = <Name extends string>(order: readonly Name[], a: Name, b: Name): Name =>
  order.indexOf(a) >= order.indexOf(b) ? a : b

const intersection = (
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined =>
  a === undefined
    ? sortedUnique(b)
    : b === undefined
      ? sortedUnique(a)
      : sortedUnique(a.filter((name) => b.includes(name)))

const sortedUnique = (names: readonly string[] | undefined): readonly string[] | undefined =>
  names === undefined ? undefined : [...new Set(names)].toSorted()

/** Of two owners: the one both name; where they differ both must be asked, which nobody can answer for one of them. */
const shared = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || a === 'none'
    ? b
    : b === undefined || b === 'none' || a === b
      ? a
      : [...new Set([...a.split('+'), ...b.split('+')])].toSorted().join('+')
