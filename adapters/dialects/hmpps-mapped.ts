/** Dialect `hmpps`: a record of HMPPS as items of a case summary, by the rows of its mapping; what no row names is listed. Pure. */
import type { ItemText } from '#gateway/core/item.ts'
import { MAX_ITEMS } from '#gateway/core/message.ts'
import type { Dialect, DialectInput, DialectResult } from '#gateway/ports/dialect.ts'
import { printInstant } from '#policies/language/instant.ts'
import { MAX_FAULTS, isContainer, walk } from './json-tree.ts'
import type { Json, Node, TreeFault } from './json-tree.ts'
import type { MappingRow, RecordMapping } from './mapping.ts'
import { readNativeDate } from './native-date.ts'
import { readRestriction } from './restriction.ts'
import { at, isSaid, select } from './select.ts'
import type { Selected } from './select.ts'
import { shapeValue } from './shape-value.ts'

/** One interpreter for all mappings; the record names the mapping. Nothing is read by halves: a fault refuses the record. */
export const hmppsMapped = (mappings: readonly RecordMapping[]): Dialect => ({
  id: 'hmpps',
  records: mappings.map(({ record }) => record),
  read: (input) => {
    const mapping = mappings.find(({ record }) => record === input.record)
    return mapping === undefined
      ? refused([{ pointer: '', reason: 'no mapping for a record of this name' }])
      : readBy(mapping, input)
  },
})

const refused = (faults: readonly TreeFault[]): DialectResult => ({ ok: false, faults: faults.slice(0, MAX_FAULTS) })

function readBy(mapping: RecordMapping, input: DialectInput): DialectResult {
  const walked = walk(input.document)
  if (!walked.ok) return refused(walked.faults)
  const document = walked.nodes[0]?.value ?? null
  const rows = mapping.rows.map((row) => readRow({ row, mapping, document, input }))
  const restriction = readRestriction(document, mapping)
  const faults = [...checkSubject(mapping, document), ...rows.flatMap((row) => row.faults), ...restriction.faults]
  if (faults.length > 0) return refused(faults)
  const drafts = rows.flatMap(({ items }) => items)
  if (drafts.length > MAX_ITEMS) return refused([{ pointer: '', reason: `more than ${MAX_ITEMS} items` }])
  const used = new Set([...rows.flatMap((row) => row.used), ...restriction.used])
  const facts = restriction.facts === undefined ? {} : { facts: restriction.facts }
  return {
    ok: true,
    reading: { items: withIds(drafts, input.idOf), ...facts, unmapped: unmappedOf(walked.nodes, used) },
  }
}

/** What must be there, and that one person is spoken of: a case is about one. */
function checkSubject({ required, subject }: RecordMapping, document: Json): readonly TreeFault[] {
  const missing = required.filter((pattern) => select(document, pattern).found.length === 0)
  if (missing.length > 0) return missing.map((pattern) => ({ pointer: '', reason: `expected something at ${pattern}` }))
  const nameless = subject.filter((pattern) => countOf(document, pattern) < countOf(document, elementOf(pattern)))
  if (nameless.length > 0)
    return nameless.map((pattern) => ({ pointer: '', reason: `expected ${pattern} in every element` }))
  const numbers = subject.flatMap((pattern) => select(document, pattern).found)
  const first = numbers[0]
  const other = numbers.find(({ value }) => value !== first?.value)
  return other === undefined ? [] : [{ pointer: other.pointer, reason: 'holds records of more than one person' }]
}

const countOf = (document: Json, pattern: string): number => select(document, pattern).found.length

/** The pattern of the list element in which a pattern stands; the pattern itself where it stands in none. */
const elementOf = (pattern: string): string => {
  const end = pattern.lastIndexOf('/*')
  return end === -1 ? pattern : pattern.slice(0, end + 2)
}

/** Scalars and empty containers that went into no item, by pointer. */
const unmappedOf = (nodes: readonly Node[], used: ReadonlySet<string>): readonly string[] =>
  nodes
    .filter(({ value, pointer }) => !used.has(pointer) && (!isContainer(value) || Object.keys(value).length === 0))
    .map(({ pointer }) => pointer)

type Draft = Omit<ItemText, 'itemId'> & { readonly at: string }

interface RowReading {
  readonly items: readonly Draft[]
  readonly used: readonly string[]
  readonly faults: readonly TreeFault[]
}

interface RowContext {
  readonly row: MappingRow
  readonly mapping: RecordMapping
  readonly document: Json
  readonly input: DialectInput
}

function readRow(context: RowContext): RowReading {
  const { found, faults } = select(context.document, context.row.from)
  const readings = found.filter((node) => speaks(context, node)).map((node) => readNode(context, node))
  return {
    items: readings.flatMap(({ items }) => items),
    used: readings.flatMap(({ used }) => used),
    faults: [...faults, ...readings.flatMap((reading) => reading.faults)],
  }
}

function speaks({ row, document }: RowContext, { bound }: Selected): boolean {
  const isAmong = ([pattern, values]: readonly [string, readonly (string | boolean)[]]): boolean => {
    const value = at(document, pattern, bound)?.value
    return values.some((wanted) => wanted === value)
  }
  return Object.entries(row.where ?? {}).every(isAmong) && !Object.entries(row.unless ?? {}).some(isAmong)
}

function readNode(context: RowContext, node: Selected): RowReading {
  const { row, document, input } = context
  const shaped = shapeValue(document, node, row.value)
  if (shaped.kind === 'fault') return { items: [], used: [], faults: [shaped.fault] }
  if (shaped.kind === 'nothing') return { items: [], used: [], faults: [] }
  const observed = dateAt(document, row.observedAt, node)
  const ends = dateAt(document, row.validUntil, node)
  const faults = [...observed.faults, ...ends.faults]
  const item: Draft = {
    ...labelsOf(context, node),
    value: shaped.value as ItemText['value'],
    observedAt: observed.text ?? printInstant(input.readAt),
    // When the native system recorded it is not told the same way twice; when it was read is certain.
    recordedAt: printInstant(input.readAt),
    ...(ends.text === undefined ? {} : { validUntil: ends.text }),
    record: input.record,
    at: node.pointer,
  }
  return { items: [item], used: [...shaped.used, ...observed.used, ...ends.used], faults }
}

const labelsOf = (
  { row, mapping, document, input }: RowContext,
  node: Selected,
): Pick<Draft, 'section' | 'term' | 'nature' | 'subjectCategory' | 'author' | 'specialCategories'> => ({
  section: row.section,
  term: row.term,
  nature: row.nature,
  subjectCategory: row.subjectCategory ?? 'convicted',
  author: { role: row.authorRole ?? mapping.authorRole, service: input.service },
  ...(row.specialCategories === undefined ? {} : { specialCategories: row.specialCategories }),
  ...(row.secrecyRegime === undefined ? {} : { secrecyRegime: row.secrecyRegime }),
  ...(isConfidential(row, document, node) ? { receivedInConfidence: true } : {}),
})

function isConfidential(row: MappingRow, document: Json, { bound }: Selected): boolean {
  const flag = row.confidentialIf === undefined ? undefined : at(document, row.confidentialIf, bound)?.value
  return flag !== undefined && flag !== false
}

interface FoundDate {
  readonly text: string | undefined
  readonly used: readonly string[]
  readonly faults: readonly TreeFault[]
}

/** The first date that the patterns find. A text there that is no date is a fault: an item must not be dated by guess. */
function dateAt(document: Json, patterns: readonly string[] | undefined, { bound }: Selected): FoundDate {
  for (const pattern of patterns ?? []) {
    const found = at(document, pattern, bound)
    if (found === undefined || (!isContainer(found.value) && !isSaid(found.value))) continue
    const instant = typeof found.value === 'string' ? readNativeDate(found.value) : undefined
    if (instant !== undefined) return { text: printInstant(instant), used: [found.pointer], faults: [] }
    return { text: undefined, used: [], faults: [{ pointer: found.pointer, reason: 'expected a date or time' }] }
  }
  return { text: undefined, used: [], faults: [] }
}

/** The id of a pointer; where one node makes several items, the later ones take their term into it. */
function withIds(drafts: readonly Draft[], idOf: DialectInput['idOf']): readonly ItemText[] {
  const seen = new Set<string>()
  return drafts.map((draft) => {
    const seed = seen.has(draft.at) ? `${draft.at}#${draft.section}/${draft.term}` : draft.at
    seen.add(draft.at)
    return { itemId: idOf(seed), ...draft }
  })
}
