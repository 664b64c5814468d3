/** Two versions side by side: the cells that differ, each said in one sentence of then and now. */
import { cellAt } from '#policies/engine/cell.ts'
import type { CellView } from '#policies/engine/cell.ts'
import { editOf } from '#policies/engine/cell-change.ts'
import type { CellKey } from '#policies/engine/cell-edit.ts'
import { sentenceOf } from '#policies/engine/cell-sentence.ts'
import type { Instant } from '#policies/language/instant.ts'
import { rankOf } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import type { Bilingual, PolicySet } from '#policies/language/policy.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { cellNamesIn } from '#gateway/core/cell-names.ts'

export interface CellDifference extends CellKey {
  readonly before: Level
  readonly after: Level
  readonly direction: 'more' | 'less' | 'same-level'
  readonly was: Bilingual
  readonly is: Bilingual
}

/** In the order of the later version's matrix; of cells that only one of them has, none. */
export function cellDifferences(before: PolicySet, after: PolicySet, at: Instant): readonly CellDifference[] {
  const { sections, recipientTypes } = after.vocabulary
  const isKnown = (key: CellKey): boolean =>
    before.vocabulary.sections.includes(key.section) && before.vocabulary.recipientTypes.includes(key.recipientType)
  return sections
    .flatMap((section) => recipientTypes.map((recipientType): CellKey => ({ recipientType, section })))
    .filter(isKnown)
    .flatMap((key) => differenceOf(key, { before, after, at }))
}

function differenceOf(
  key: CellKey,
  { before, after, at }: { readonly before: PolicySet; readonly after: PolicySet; readonly at: Instant },
): readonly CellDifference[] {
  const [was, is] = [cellAt(before, key, at), cellAt(after, key, at)]
  if (saidOf(was) === saidOf(is)) return []
  const rise = rankOf(is.level) - rankOf(was.level)
  return [
    {
      ...key,
      before: was.level,
      after: is.level,
      direction: rise > 0 ? 'more' : rise < 0 ? 'less' : 'same-level',
      was: sentences(before, was, at),
      is: sentences(after, is, at),
    },
  ]
}

/** All that a reader could notice; by which rules is no difference. */
export const saidOf = ({
  permits: _permits,
  limits: _limits,
  mandatory: _mandatory,
  state: _state,
  ...view
}: CellView): string => canonicalise(view)

const sentences = (set: PolicySet, view: CellView, at: Instant): Bilingual => {
  const edit = editOf(view, { reason: '', reviewAt: at, at })
  return { en: sentenceOf(set, edit, 'en', cellNamesIn('en')), fr: sentenceOf(set, edit, 'fr', cellNamesIn('fr')) }
}

const PARTS = [
  'title',
  'vocabulary',
  'lists',
  'groups',
  'bases',
  'currentWindowMonths',
  'retention',
  'statutes',
  'rules',
] as const
export type ComparedPart = (typeof PARTS)[number]

/** Parts of the text that are not the same; by which rules is one of them. */
export const partsThatDiffer = (before: PolicySet, after: PolicySet): readonly ComparedPart[] =>
  PARTS.filter((part) => canonicalise(before[part]) !== canonicalise(after[part]))
