/** P7 as a list: what would differ, found by words, and as a file: no message, no case but invented ones, and no content. */
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import type { SectionChange } from '#gateway/core/effect-counts.ts'
import { printDay } from '#policies/language/instant.ts'
import type { Difference, Effect } from '#gateway/ports/changes.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { findsIn, listFile } from './lists.ts'
import { levelWord } from './names.ts'

/** What of an effect holds the words that are looked for. */
export interface EffectFound {
  readonly effect: Effect
  readonly differences: readonly Difference[]
}

/** Counts stay those of the whole. */
export function foundIn(visit: SignedInVisit, { effect, differences }: EffectFound): EffectFound {
  const { language } = visit
  const finds = findsIn(visit)
  const holds = ({ recipientType, section }: { readonly recipientType: string; readonly section: string }): boolean =>
    finds(typeName(language, recipientType), sectionName(language, section), recipientType, section)
  const isFound = ({ sender, recipient, recipientType, sections }: Difference): boolean =>
    finds(
      sender,
      recipient,
      recipientType,
      typeName(language, recipientType),
      ...sections.map(({ section }) => sectionName(language, section)),
    )
  return {
    effect: {
      ...effect,
      cells: effect.cells.filter(holds),
      examples: effect.examples.filter(holds),
      ...(effect.cases === undefined ? {} : { cases: effect.cases.filter(holds) }),
    },
    differences: differences.filter(isFound),
  }
}

/** How many lines are left. */
export const linesOf = ({ effect: { cells, examples, cases = [] }, differences }: EffectFound): number =>
  cells.length + examples.length + cases.length + differences.length

/** A section a row: of messages that would differ, or of invented cases. */
export function effectFile(visit: SignedInVisit, { effect, differences }: EffectFound): WebAnswer {
  const { t, language } = visit
  const head = ['direction', 'date', 'sender', 'recipient', 'section', 'before', 'after'] as const
  const rowOf = (change: SectionChange & { readonly recipientType: string }, of: readonly [string, string]) => [
    t(`changes:change.${change.direction}`),
    ...of,
    typeName(language, change.recipientType),
    sectionName(language, change.section),
    levelWord(t, change.before),
    levelWord(t, change.after),
  ]
  const real = differences.flatMap(({ at, sender, recipientType, sections }) =>
    sections.map((section) => rowOf({ ...section, recipientType }, [printDay(at), sender])),
  )
  const invented = (effect.cases ?? []).map((one) => rowOf(one, ['', one.caseId]))
  return listFile(
    'effect',
    head.map((name) => t(`changes:effect.${name}`)),
    [...real, ...invented],
  )
}
