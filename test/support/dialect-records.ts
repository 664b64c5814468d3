/** The dialects by name, the scalars of a document, and a native document there and back. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { walk } from '#adapters/dialects/json-tree.ts'
import type { Node } from '#adapters/dialects/json-tree.ts'
import { isoOf, readNativeDate, readNativeDay } from '#adapters/dialects/native-date.ts'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { itemSchema } from '#gateway/core/item.ts'
import { label } from '#gateway/core/label.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import type { Dialect } from '#gateway/ports/dialect.ts'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import { printInstant } from '#policies/language/instant.ts'
import { READ_AT, inputOf, readingOf } from '#test/support/projected.ts'

const named = (id: string): Dialect => {
  const found = DIALECTS.find((dialect) => dialect.id === id)
  assert.ok(found, id)
  return found
}
export const HMPPS = named('hmpps')
export const RECORD = named('hmpps-record')
export const PLAIN = named('passerelle')

export const INTEGRATION = 'hmpps-integration-api'
export const RESETTLEMENT = 'hmpps-resettlement-passport-api'

export type Said = string | number | boolean

export const nodesOf = (document: unknown): readonly Node[] => {
  const walked = walk(document)
  assert.ok(walked.ok)
  return walked.nodes
}

/** Scalars that say something, by pointer. */
export const leavesOf = (document: unknown): ReadonlyMap<string, Said> =>
  new Map(
    nodesOf(document).flatMap(({ pointer, value }) =>
      typeof value === 'object' || (typeof value === 'string' && value.trim() === '')
        ? []
        : [[pointer, value] as const],
    ),
  )

/** A leaf as it may stand in an item: itself, or its date in ISO 8601. */
export const formsOf = (value: Said): readonly string[] => {
  const text = String(value)
  const instant = readNativeDate(text)
  const dates = instant === undefined ? [] : [isoOf(text), readNativeDay(text), printInstant(instant)]
  return [JSON.stringify(text).slice(1, -1), ...dates.filter((date) => date !== undefined)]
}

const FULL: Ceiling = {
  level: 'full',
  omission: 'silent',
  rules: [],
  conditions: [],
  bases: [],
  rungs: {},
  because: [],
}

export const shown = (items: readonly ItemText[], level: 'full' | 'existence' = 'full'): readonly ProjectedItem[] =>
  items.flatMap((text) => {
    const item = itemSchema.parse(text)
    const labelled = label(item, { at: READ_AT, isSuperseded: false, windowMonths: { default: 3 }, attested: 'broker' })
    return projectItem({ item, labelled, ceiling: FULL, level }) ?? []
  })

export const roundTrip = (document: unknown): unknown =>
  RECORD.print?.(shown(readingOf(RECORD.read(inputOf('any', document))).items), 'any')

export const parse = (text: string): unknown => JSON.parse(text)

/** A JSON value as text; `__proto__` and its like come out of JSON.parse as plain members. */
export const aDocument = fc.json({ maxDepth: 5 })
