/** What differs between two judgements of one message for one recipient, by section; and the counts of many. Levels only, no content. */
import type { Ceiling } from '#policies/engine/ceiling.ts'
import { widthOf } from '#policies/engine/compare.ts'
import { rankOf } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'

/** Counts by recipient type and section. */
export interface EffectCell {
  readonly recipientType: string
  readonly section: string
  readonly gains: number
  readonly losses: number
}

export interface SectionChange {
  readonly section: string
  /** The highest of its items. */
  readonly before: Level
  readonly after: Level
  /** `more` where any item of it would disclose more. */
  readonly direction: 'more' | 'less'
}

/** One item judged twice. */
export interface JudgedTwice {
  readonly section: string
  readonly before: Pick<Ceiling, 'level' | 'rungs'>
  readonly after: Pick<Ceiling, 'level' | 'rungs'>
}

const higher = (one: Level, other: Level): Level => (rankOf(one) >= rankOf(other) ? one : other)

/** Sections in which some item differs, in the order of their first item. */
export function sectionChanges(items: Iterable<JudgedTwice>): readonly SectionChange[] {
  const sections = new Map<
    string,
    Omit<SectionChange, 'direction'> & { direction: SectionChange['direction'] | undefined }
  >()
  for (const { section, before, after } of items) {
    const width = widthOf(before, after)
    const known = sections.get(section)
    sections.set(section, {
      section,
      before: known === undefined ? before.level : higher(known.before, before.level),
      after: known === undefined ? after.level : higher(known.after, after.level),
      direction: known?.direction === 'more' ? 'more' : (width ?? known?.direction),
    })
  }
  return [...sections.values()].flatMap(({ direction, ...change }) =>
    direction === undefined ? [] : [{ ...change, direction }],
  )
}

/** Both together, each cell once. */
export function addedCells(cells: readonly EffectCell[], more: readonly EffectCell[]): readonly EffectCell[] {
  const sums = new Map<string, EffectCell>()
  for (const cell of [...cells, ...more]) {
    const key = JSON.stringify([cell.recipientType, cell.section])
    const known = sums.get(key)
    const sum = { ...cell, gains: cell.gains + (known?.gains ?? 0), losses: cell.losses + (known?.losses ?? 0) }
    sums.set(key, sum)
  }
  return [...sums.values()]
}

/** Those sections as counts of one. */
export const cellsOfChanges = (recipientType: string, changes: readonly SectionChange[]): readonly EffectCell[] =>
  changes.map(({ section, direction }) => ({
    recipientType,
    section,
    gains: direction === 'more' ? 1 : 0,
    losses: direction === 'less' ? 1 : 0,
  }))
