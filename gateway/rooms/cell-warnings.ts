/** What an officer should look at twice about a cell, as it is or as an edit would have it; none of it stops them. Pure. */
import { cellAt } from '#policies/engine/cell.ts'
import type { CellEdit, CellKey } from '#policies/engine/cell-edit.ts'
import type { Example } from '#policies/engine/case-text.ts'
import { rankOf } from '#policies/language/level.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate, Registry } from '#gateway/core/participants.ts'
import { FLOOR_SECTIONS, sectionsAlike, SPECIAL_SECTIONS } from '#gateway/core/vocabulary/section-families.ts'
import { sectionById } from '#gateway/core/vocabulary/sections.ts'

export const CELL_WARNINGS = [
  'special-in-full',
  'precise-about-others',
  'free-text',
  'silent',
  'silent-but-revealed',
  'floor-not-permitted',
  'same-staff',
  'basis-ends-soon',
  'purpose-without-flow',
  'condition-never-holds',
  'never-used',
  'agreement-ends-soon',
  'no-example',
  'review-passed',
] as const
export type CellWarningCode = (typeof CELL_WARNINGS)[number]

export interface CellWarning {
  readonly code: CellWarningCode
  /** Other cells that make it so. */
  readonly about: readonly CellKey[]
}

const SOON_MS = 180 * 86_400_000

export interface ToWarn {
  readonly set: PolicySet
  readonly edit: CellEdit
  readonly registry: Registry
  readonly examples: readonly Example[]
  /** Whether the last deliveries to the recipient showed anything of the section; absent: nothing was delivered, or nobody looked. */
  readonly isUsed?: boolean | undefined
}

/** In a fixed order. */
export const warningsOfCell = (toWarn: ToWarn): readonly CellWarning[] =>
  CELL_WARNINGS.flatMap((code) => {
    const found = HOLDS[code](toWarn)
    if (found === false) return []
    return [{ code, about: found === true ? [] : found }]
  })

/** Kinds of value that the section holds. */
export const kindsOf = (section: string): readonly string[] => [
  ...new Set((sectionById(section)?.terms ?? []).map(({ kind }) => kind)),
]

const isOpen = ({ edit }: ToWarn): boolean => edit.level !== 'nothing'
const isSilent = ({ edit }: ToWarn): boolean => edit.level === 'nothing' && edit.omission === 'silent'

const holdsAbove = ({ edit }: ToWarn, kinds: readonly string[], rung: string): boolean =>
  rankOf(edit.level) >= rankOf('current') &&
  kindsOf(edit.section).some((kind) => kinds.includes(kind) && (edit.rungs[kind] ?? 'g0') < rung)

/** Whether it holds, and where other cells make it so, which. */
const HOLDS: Readonly<Record<CellWarningCode, (toWarn: ToWarn) => boolean | readonly CellKey[]>> = {
  'special-in-full': ({ edit }) => edit.level === 'full' && SPECIAL_SECTIONS.has(edit.section),
  'precise-about-others': (toWarn) => holdsAbove(toWarn, ['child', 'third-person'], 'g2'),
  'free-text': (toWarn) => holdsAbove(toWarn, ['free-text'], 'g1'),
  silent: (toWarn) => isSilent(toWarn) && revealing(toWarn).length === 0,
  'silent-but-revealed': (toWarn) => isSilent(toWarn) && some(revealing(toWarn)),
  'floor-not-permitted': ({ edit }) => FLOOR_SECTIONS.has(edit.section) && rankOf(edit.level) < rankOf('summary'),
  'same-staff': (toWarn) => some(seenBesides(toWarn)),
  'basis-ends-soon': (toWarn) => isOpen(toWarn) && endsSoon(toWarn),
  'purpose-without-flow': (toWarn) => isOpen(toWarn) && hasIdlePurpose(toWarn),
  'condition-never-holds': (toWarn) => isOpen(toWarn) && hasIdleCondition(toWarn),
  'never-used': (toWarn) => isOpen(toWarn) && toWarn.isUsed === false,
  'agreement-ends-soon': (toWarn) =>
    isOpen(toWarn) &&
    edgesTo(toWarn).some(({ agreement }) => agreement !== undefined && agreement.until < toWarn.edit.at + SOON_MS),
  'no-example': ({ edit, examples }) =>
    SPECIAL_SECTIONS.has(edit.section) &&
    !examples.some(
      ({ question, item }) =>
        question.facts['recipient.type'] === edit.recipientType && item.facts['section'] === edit.section,
    ),
  'review-passed': ({ edit }) => edit.reviewAt < edit.at,
}

const some = (cells: readonly CellKey[]): readonly CellKey[] | false => (cells.length === 0 ? false : cells)

const rankAt = (set: PolicySet, key: CellKey, at: number): number => rankOf(cellAt(set, key, at).level)

/** Sections of the same special category that the recipient gets something of. */
const revealing = ({ set, edit: { section, recipientType, at } }: ToWarn): readonly CellKey[] =>
  sectionsAlike(section)
    .filter((other) => set.vocabulary.sections.includes(other))
    .map((other) => ({ recipientType, section: other }))
    .filter((key) => rankAt(set, key, at) >= rankOf('summary'))

/** What the same people get more of as recipients of another type. */
function seenBesides({ set, edit, registry }: ToWarn): readonly CellKey[] {
  const mandates = registry.mandates.filter((mandate) => isInForce(mandate, edit.at))
  const own = mandates.filter(({ type }) => type === edit.recipientType)
  const others = mandates.filter(
    (other) => other.type !== edit.recipientType && own.some((mandate) => areSameStaff(mandate, other)),
  )
  return [...new Set(others.map(({ type }) => type))]
    .filter((type) => set.vocabulary.recipientTypes.includes(type))
    .map((recipientType) => ({ recipientType, section: edit.section }))
    .filter((key) => rankAt(set, key, edit.at) > rankOf(edit.level))
}

/** One person, or one key of the house that opens what comes to both. */
const areSameStaff = (one: Mandate, other: Mandate): boolean =>
  one.organisation === other.organisation &&
  ((one.person !== undefined && one.person === other.person) ||
    (one.keysHeldBy === 'organisation' && other.keysHeldBy === 'organisation'))

function endsSoon({ set, edit }: ToWarn): boolean {
  const named = set.bases.filter(({ id }) => edit.bases.includes(id))
  return named.length > 0 && named.every(({ until }) => until !== undefined && until < edit.at + SOON_MS)
}

/** Flows to organisations that have somebody of the type. */
function edgesTo({ registry, edit }: ToWarn): Registry['edges'] {
  const organisations = new Set(
    registry.mandates.filter(({ type }) => type === edit.recipientType).map(({ organisation }) => organisation),
  )
  return registry.edges.filter(({ to }) => organisations.has(to))
}

/** A purpose for which no agreed flow brings anything to the recipient. */
function hasIdlePurpose(toWarn: ToWarn): boolean {
  const agreed = new Set(edgesTo(toWarn).flatMap(({ purposes }) => purposes))
  return (
    agreed.size > 0 && toWarn.edit.purposes.length > 0 && !toWarn.edit.purposes.some((purpose) => agreed.has(purpose))
  )
}

/** A condition that nobody of the type can meet: no clinician among them, or nobody with a site. */
function hasIdleCondition({ edit, registry }: ToWarn): boolean {
  const own = registry.mandates.filter(({ type }) => type === edit.recipientType)
  const lacks = (condition: CellEdit['conditions'][number], meets: (mandate: Mandate) => boolean): boolean =>
    edit.conditions.includes(condition) && !own.some(meets)
  return (
    own.length > 0 &&
    (lacks('clinicians-only', ({ clinician, careTeams }) => clinician && careTeams.length > 0) ||
      lacks('same-site', ({ sites = [] }) => sites.length > 0))
  )
}
