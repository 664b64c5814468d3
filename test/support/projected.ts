/** One native document all the way through policy, offline: read, judged item by item, projected, printed. */
import { createHash } from 'node:crypto'
import { ceilingOf } from '#policies/engine/ceiling.ts'
import { decide } from '#policies/engine/decide.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { PolicySet, Question } from '#policies/language/policy.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { label } from '#gateway/core/label.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import type { DialectInput, DialectReading, DialectResult } from '#gateway/ports/dialect.ts'

/** 2026-03-01T00:00:00Z. */
export const READ_AT: Instant = 1_772_323_200_000

/** A UUID (version 8) of a pointer, the same every time. */
export const idOf = (pointer: string): string => {
  const hex = createHash('sha256').update(pointer).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What a dialect is given, for one record. */
export const inputOf = (record: string, document: unknown): DialectInput => ({
  record,
  document,
  readAt: READ_AT,
  service: 'hmpps',
  idOf,
})

/** The reading, or the test fails with the faults. */
export const readingOf = (result: DialectResult): DialectReading => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.faults)}`)
  return result.reading
}

/** The items as the recipient of that question gets them under that set. */
export function projected(
  set: PolicySet,
  facts: Question['facts'],
  items: readonly ItemText[],
): readonly ProjectedItem[] {
  const question: Question = { facts: { 'case.restricted': false, ...facts }, milestones: {}, at: READ_AT }
  return items.flatMap((text) => {
    const item = itemSchema.parse(text)
    const labelled = label(item, {
      at: READ_AT,
      isSuperseded: false,
      windowMonths: set.currentWindowMonths,
      attested: 'broker',
    })
    const ceiling = ceilingOf(decide(set, question, labelled), labelled, question)
    return projectItem({ item, labelled, ceiling, level: ceiling.level }) ?? []
  })
}
