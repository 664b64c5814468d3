/** How the pages of officers say levels, reaches and families of sections. */
import type { PageLanguage } from '#gateway/core/account.ts'
import { SECTION_FAMILIES } from '#gateway/core/vocabulary/section-families.ts'
import type { Level } from '#policies/language/level.ts'
import type { Reach } from '#policies/language/policy.ts'
import { pick } from '#gateway/http/web/words.ts'
import type { Words } from '#gateway/http/web/words.ts'

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
