/** Markings of a native record as labels: a code that nobody knows refuses the record, for no item may travel with less than it came with. */
import type { Json, TreeFault } from './json-tree.ts'
import { strictest } from './labels.ts'
import type { Labels } from './labels.ts'
import type { MarkRow, RecordMapping } from './mapping.ts'
import { at, isSaid, selectWithin } from './select.ts'
import type { Selected } from './select.ts'

export interface ReadMarks {
  readonly labels: Labels
  readonly used: readonly string[]
  readonly faults: readonly TreeFault[]
}

interface MarksAsked {
  readonly document: Json
  readonly rows: readonly MarkRow[]
  readonly mapping: RecordMapping
  /** What the wildcards of the item stand for. */
  readonly bound: readonly string[]
}

/** Labels of all marks that the rows find, the strictest of each. Faults name a place, never a code. */
export function readMarks({ document, rows, mapping, bound }: MarksAsked): ReadMarks {
  const marks = rows.flatMap((row) => marksOf({ document, rows, mapping, bound }, row))
  const labels = strictest(marks.flatMap((mark) => (mark.labels === undefined ? [] : [mark.labels])))
  const faults = marks.flatMap(({ fault }) => fault ?? [])
  return {
    labels: labels.ok ? labels.labels : {},
    used: marks.flatMap(({ used }) => used),
    faults: labels.ok ? faults : [...faults, { pointer: marks[0]?.used[0] ?? '', reason: labels.reason }],
  }
}

interface Mark {
  readonly labels?: Labels
  readonly used: readonly string[]
  readonly fault?: TreeFault
}

function marksOf({ document, mapping, bound }: MarksAsked, row: MarkRow): readonly Mark[] {
  const { found, faults } = selectWithin(document, row.from, bound)
  const wrong = faults.map((fault) => ({ used: [], fault }))
  return [...wrong, ...found.flatMap((node) => markOf({ document, mapping, row, node }) ?? [])]
}

interface MarkAt {
  readonly document: Json
  readonly mapping: RecordMapping
  readonly row: MarkRow
  readonly node: Selected
}

function markOf({ document, mapping, row, node }: MarkAt): Mark | undefined {
  const asked = Object.entries(row.where ?? {}).map(([pattern, values]) => ({
    found: at(document, pattern, node.bound),
    values,
  }))
  if (!asked.every(({ found, values }) => values.some((wanted) => wanted === found?.value))) return undefined
  const used = [node.pointer, ...asked.flatMap(({ found }) => found?.pointer ?? [])]
  const { value, pointer } = node
  if (!isSaid(value)) return { used: [], fault: { pointer, reason: 'expected a code, found none' } }
  const labels = row.condition === undefined ? labelsFor(mapping, row, String(value)) : conditionOf(row, String(value))
  return labels === undefined
    ? { used: [], fault: { pointer, reason: 'a code that its list does not hold' } }
    : { labels, used }
}

function labelsFor({ lists }: RecordMapping, { list }: MarkRow, code: string): Labels | undefined {
  const entries = list === undefined ? undefined : lists?.[list]
  return entries !== undefined && Object.hasOwn(entries, code) ? (entries[code]?.labels ?? {}) : undefined
}

const MAX_CONDITION_CHARS = 64

/** `consent-218304` of `…/Consent/218304`: the condition travels with the item and stands in the audit. */
function conditionOf({ condition = '', after }: MarkRow, text: string): Labels | undefined {
  const start = after === undefined ? 0 : text.lastIndexOf(after)
  if (start === -1) return undefined
  const name = conditionName(`${condition}-${text.slice(start + (after ?? '').length)}`)
  return name === undefined ? undefined : { conditions: [name] }
}

/** A text as a name: lower-case words with hyphens; undefined where nothing is left or it is too long. */
export function conditionName(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replaceAll('+', '-plus-')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return name.length < 2 || name.length > MAX_CONDITION_CHARS ? undefined : name
}
