/** One item as its recipient gets it: built member by member from what the level names, so that nothing else can pass. */
import { redactValue } from '#policies/engine/redact.ts'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { rankOf } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import type { Item } from './item.ts'
import { projectedBefore, waysOf } from './projected-before.ts'
import type { Shown, Way } from './projected-before.ts'
import { sectionById } from './vocabulary/sections.ts'
import type { ProjectedItem } from './projection.ts'

export interface ToProject {
  readonly item: Item
  readonly labelled: LabelledItem
  readonly ceiling: Ceiling
  readonly level: Level
  /** The version it replaces, only where this recipient was shown that one. */
  readonly supersedes?: string | undefined
  /** Items of the message as other recipients were shown them. */
  readonly shown?: Map<Item, Shown[]> | undefined
}

/** The item at a level, or undefined where nothing passes. The level is never above the ceiling's. */
export function projectItem(toProject: ToProject): ProjectedItem | undefined {
  const { item, labelled, ceiling, level, supersedes, shown } = toProject
  if (level === 'nothing') return undefined
  const { rungs, conditions } = ceiling
  const { value, isPast } = labelled
  const limit = Object.hasOwn(rungs, value.kind) ? (rungs[value.kind] ?? 'g0') : 'g0'
  const way = { value, isPast, level, limit, areDatesCoarse: areDatesCoarse(ceiling), conditions, supersedes }
  const make = (): ProjectedItem | undefined => projected(item, way)
  return shown === undefined ? make() : projectedBefore(waysOf(shown, item), way, make)
}

function projected(item: Item, way: Way): ProjectedItem | undefined {
  const { value, level, limit, supersedes } = way
  const redacted = redactValue(value, level, { [value.kind]: limit })
  if (redacted.kind === 'withheld') return undefined
  const isExact = redacted.kind === 'value' && redacted.rung === 'g0' && rankOf(level) >= rankOf('current')
  const dated = isExact ? asWritten : way.areDatesCoarse ? yearOf : monthOf
  const about = {
    section: item.section,
    observedAt: dated(item.observedAt),
    past: way.isPast,
    marking: markingOf(item, way.conditions),
    ...placeOf(item),
  }
  if (redacted.kind === 'existence') {
    return { ...about, level: 'existence', author: { role: item.author.role }, quality: qualityOf(item, dated) }
  }
  const shown = level === 'full' || level === 'current' ? level : 'summary'
  return {
    ...about,
    itemId: item.itemId,
    term: item.term,
    level: shown,
    rung: redacted.rung,
    value: redacted.value as ProjectedItem['value'],
    nature: item.nature,
    subjectCategory: item.subjectCategory,
    author: item.author,
    quality: qualityOf(item, dated),
    ...(item.disputed ? { disputed: true } : {}),
    ...(item.lang === undefined ? {} : { lang: item.lang }),
    ...(supersedes === undefined ? {} : { supersedes }),
    ...(isExact ? detailOf(item) : {}),
  }
}

/** What is generalised is dated to the month, or to the year where policy asks it of dates: the day of an event would undo its ladder. */
const asWritten = (instant: string): string => instant
const monthOf = (instant: string): string => instant.slice(0, 7)
const yearOf = (instant: string): string => instant.slice(0, 4)

/** True where policy lets dates through no finer than the quarter. */
const areDatesCoarse = ({ rungs }: Ceiling): boolean =>
  Object.hasOwn(rungs, 'date') && rungs['date'] !== 'g0' && rungs['date'] !== 'g1'

/** LED Art. 7(2): the quality block travels with every item, and says where it is generalised; how it came about is text, and goes with the exact value. */
const qualityOf = (item: Item, dated: (instant: string) => string): ProjectedItem['quality'] => ({
  asOf: dated(item.recordedAt ?? item.observedAt),
  generalised: dated !== asWritten,
  completeness: item.completeness,
  ...(item.validUntil === undefined ? {} : { validUntil: dated(item.validUntil) }),
  ...(item.source === undefined ? {} : { source: item.source }),
  ...(item.information === undefined ? {} : { information: item.information }),
  ...(item.method === undefined || dated !== asWritten ? {} : { method: item.method }),
})

/** Markings survive redaction as they were; conditions only ever grow on the way (law 10). */
const markingOf = (item: Item, conditions: readonly string[]): ProjectedItem['marking'] => ({
  classification: item.classification === 'non-protege' ? 'non-protege' : 'diffusion-restreinte',
  handling: item.handling,
  conditions,
  ...(item.tlp === undefined ? {} : { tlp: item.tlp }),
  ...(item.originator === undefined ? {} : { originator: item.originator }),
  ...(item.releaseUntil === undefined ? {} : { releaseUntil: item.releaseUntil }),
})

/** Evidence, gaps and the person's own words go with the exact value only (VERA-2R reporting principles; LED Art. 16). */
const detailOf = (item: Item): Partial<ProjectedItem> => ({
  ...(item.evidenceFor === undefined ? {} : { evidenceFor: item.evidenceFor }),
  ...(item.evidenceAgainst === undefined ? {} : { evidenceAgainst: item.evidenceAgainst }),
  ...(item.missingInformation === undefined ? {} : { missingInformation: item.missingInformation }),
  ...(item.subjectStatement === undefined ? {} : { subjectStatement: item.subjectStatement }),
})

/**
 * Where a native record is to be printed again: a place in a published form. Told for native sections alone; a pointer into a
 * record that was mapped would say what it is that exists, and its index how many others do.
 */
const placeOf = (item: Item): Partial<ProjectedItem> =>
  sectionById(item.section) === undefined
    ? {
        ...(item.record === undefined ? {} : { record: item.record }),
        ...(item.at === undefined ? {} : { at: item.at }),
      }
    : {}
