/** One item as its recipient gets it: built member by member from what the level names, so that nothing else can pass. */
import { redactValue } from '#policies/engine/redact.ts'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { rankOf } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import type { Item } from './item.ts'
import { sectionById } from './vocabulary/sections.ts'
import type { ProjectedItem } from './projection.ts'

/** The item at a level, or undefined where nothing passes. The level is never above the ceiling's. */
export function projectItem(request: {
  readonly item: Item
  readonly labelled: LabelledItem
  readonly ceiling: Ceiling
  readonly level: Level
  /** The version it replaces, only where this recipient was shown that one. */
  readonly supersedes?: string | undefined
}): ProjectedItem | undefined {
  const { item, labelled, ceiling, level, supersedes } = request
  const redacted = redactValue(labelled.value, level, ceiling.rungs)
  if (redacted.kind === 'withheld') return undefined
  const isExact = redacted.kind === 'value' && redacted.rung === 'g0' && rankOf(level) >= rankOf('current')
  const dayOrMonth = isExact ? (day: string): string => day : monthOf
  const about = {
    section: item.section,
    observedAt: dayOrMonth(item.observedAt),
    past: labelled.isPast,
    marking: markingOf(item, ceiling),
  }
  if (redacted.kind === 'existence') {
    const { method: _named, ...quality } = qualityOf(item, dayOrMonth)
    const place = sectionById(item.section) === undefined ? placeOf(item) : {}
    return { ...about, ...place, level: 'existence', author: { role: item.author.role }, quality }
  }
  const shown = level === 'full' || level === 'current' ? level : 'summary'
  return {
    ...about,
    ...placeOf(item),
    itemId: item.itemId,
    term: item.term,
    level: shown,
    rung: redacted.rung,
    value: redacted.value as ProjectedItem['value'],
    nature: item.nature,
    subjectCategory: item.subjectCategory,
    author: item.author,
    quality: qualityOf(item, dayOrMonth),
    ...(item.disputed ? { disputed: true } : {}),
    ...(item.lang === undefined ? {} : { lang: item.lang }),
    ...(supersedes === undefined ? {} : { supersedes }),
    ...(isExact ? detailOf(item) : {}),
  }
}

/** What is generalised is dated to the month: the exact day of an event would undo its ladder. */
const monthOf = (instant: string): string => instant.slice(0, 7)

/** LED Art. 7(2): the quality block travels with every item, and says where the item is generalised. */
const qualityOf = (item: Item, dayOrMonth: (instant: string) => string): ProjectedItem['quality'] => ({
  asOf: dayOrMonth(item.recordedAt ?? item.observedAt),
  generalised: dayOrMonth === monthOf,
  completeness: item.completeness,
  ...(item.validUntil === undefined ? {} : { validUntil: dayOrMonth(item.validUntil) }),
  ...(item.source === undefined ? {} : { source: item.source }),
  ...(item.information === undefined ? {} : { information: item.information }),
  ...(item.method === undefined ? {} : { method: item.method }),
})

/** Markings survive redaction as they were; conditions only ever grow on the way (law 10). */
const markingOf = (item: Item, ceiling: Ceiling): ProjectedItem['marking'] => ({
  classification: item.classification === 'non-protege' ? 'non-protege' : 'diffusion-restreinte',
  handling: item.handling,
  conditions: ceiling.conditions,
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
 * Where a native record is to be printed again: a place in a published form. Of what only exists it is told for native sections
 * alone, where a mask is printed in that place; elsewhere a pointer would say what it is that exists.
 */
const placeOf = (item: Item): Partial<ProjectedItem> => ({
  ...(item.record === undefined ? {} : { record: item.record }),
  ...(item.at === undefined ? {} : { at: item.at }),
})
