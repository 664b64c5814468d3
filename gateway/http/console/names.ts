/** How the pages of officers call what a policy names: sections, recipient types, purposes, kinds of value, levels and reaches. */
import type { PageLanguage } from '#gateway/core/account.ts'
import { PURPOSES } from '#gateway/core/vocabulary/purposes.ts'
import { entryOf } from '#gateway/core/vocabulary/code-list.ts'
import { RECIPIENT_TYPES, VALUE_KINDS } from '#gateway/core/vocabulary/recipient-types.ts'
import { SECTION_FAMILIES } from '#gateway/core/vocabulary/section-families.ts'
import { sectionById } from '#gateway/core/vocabulary/sections.ts'
import type { CellNames } from '#policies/engine/cell-sentence.ts'
import type { Level } from '#policies/language/level.ts'
import type { Bilingual, Reach } from '#policies/language/policy.ts'
import { timeWords } from '#gateway/http/web/kit.ts'
import type { Visit } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import type { Words } from '#gateway/http/web/words.ts'

const named = (language: PageLanguage, known: Bilingual | undefined, id: string): string =>
  known === undefined ? id : pick(language, known)

export const sectionName = (language: PageLanguage, id: string): string => named(language, sectionById(id), id)

export const typeName = (language: PageLanguage, id: string): string => named(language, RECIPIENT_TYPES.get(id), id)

export const purposeName = (language: PageLanguage, id: string): string => named(language, entryOf(PURPOSES, id), id)

const KINDS: ReadonlyMap<string, Bilingual> = new Map(Object.entries(VALUE_KINDS))
export const kindName = (language: PageLanguage, id: string): string => named(language, KINDS.get(id), id)

/** What sentences about cells call things by on this visit. */
export const cellNames = (visit: Pick<Visit, 'language' | 'deps'>): CellNames => ({
  recipientType: (id) => typeName(visit.language, id),
  section: (id) => sectionName(visit.language, id),
  purpose: (id) => purposeName(visit.language, id),
  kind: (id) => kindName(visit.language, id),
  day: (instant) => timeWords(visit, instant, 'day'),
})

export const levelWord = (t: Words, level: Level): string => t(`console:level.${level}`)

/** How far back, in two or three words; undefined where there is no limit. */
export function reachWords(t: Words, reach: Reach | undefined): string | undefined {
  if (reach === undefined) return undefined
  if (reach.kind === 'months') return t('console:reach.months', { count: reach.months })
  const { milestone } = reach
  if (milestone === 'measure-start' || milestone === 'release' || milestone === 'transfer')
    return t(`console:reach.${milestone}`)
  return t('console:reach.other', { milestone })
}

export interface Family {
  readonly id: string
  readonly name: string
  readonly sections: readonly string[]
}

/** The six families with those of the sections that a set has, and the rest in one of its own. */
export function familiesOf(language: PageLanguage, sections: readonly string[], other: string): readonly Family[] {
  const known = SECTION_FAMILIES.map(({ id, name, sections: own }) => ({
    id,
    name: pick(language, name),
    sections: sections.filter((section) => own.some((one) => one === section)),
  }))
  const placed = new Set(known.flatMap((family) => family.sections))
  const rest = { id: 'other', name: other, sections: sections.filter((section) => !placed.has(section)) }
  return [...known, rest].filter((family) => family.sections.length > 0)
}
