/** What an officer should look at twice before saving an edit of a cell; none of it stops them. Pure. */
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import type { Example } from '#policies/engine/case-text.ts'
import { rankOf } from '#policies/language/level.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { SPECIAL_SECTIONS } from '#gateway/core/vocabulary/section-families.ts'
import { sectionById } from '#gateway/core/vocabulary/sections.ts'

export const CELL_WARNINGS = [
  'special-in-full',
  'precise-about-others',
  'free-text',
  'silent',
  'basis-ends-soon',
  'purpose-without-flow',
  'agreement-ends-soon',
  'no-example',
] as const
export type CellWarning = (typeof CELL_WARNINGS)[number]

const SOON_MS = 180 * 86_400_000

export interface ToWarn {
  readonly set: PolicySet
  readonly edit: CellEdit
  readonly registry: Registry
  readonly examples: readonly Example[]
}

/** In a fixed order. */
export function warningsOfCell(toWarn: ToWarn): readonly CellWarning[] {
  return CELL_WARNINGS.filter((code) => HOLDS[code](toWarn))
}

/** Kinds of value that the section holds. */
export const kindsOf = (section: string): readonly string[] => [
  ...new Set((sectionById(section)?.terms ?? []).map(({ kind }) => kind)),
]

const isOpen = ({ edit }: ToWarn): boolean => edit.level !== 'nothing'

const holdsAbove = ({ edit }: ToWarn, kinds: readonly string[], rung: string): boolean =>
  rankOf(edit.level) >= rankOf('current') &&
  kindsOf(edit.section).some((kind) => kinds.includes(kind) && (edit.rungs[kind] ?? 'g0') < rung)

const HOLDS: Readonly<Record<CellWarning, (toWarn: ToWarn) => boolean>> = {
  'special-in-full': ({ edit }) => edit.level === 'full' && SPECIAL_SECTIONS.has(edit.section),
  'precise-about-others': (toWarn) => holdsAbove(toWarn, ['child', 'third-person'], 'g2'),
  'free-text': (toWarn) => holdsAbove(toWarn, ['free-text'], 'g1'),
  silent: ({ edit }) => edit.level === 'nothing' && edit.omission === 'silent',
  'basis-ends-soon': (toWarn) => isOpen(toWarn) && endsSoon(toWarn),
  'purpose-without-flow': (toWarn) => isOpen(toWarn) && hasIdlePurpose(toWarn),
  'agreement-ends-soon': (toWarn) =>
    isOpen(toWarn) &&
    edgesTo(toWarn).some(({ agreement }) => agreement !== undefined && agreement.until < toWarn.edit.at + SOON_MS),
  'no-example': ({ edit, examples }) =>
    SPECIAL_SECTIONS.has(edit.section) &&
    !examples.some(
      ({ question, item }) =>
        question.facts['recipient.type'] === edit.recipientType && item.facts['section'] === edit.section,
    ),
}

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
