/** The rows of a mapping put to one record: drafts of items, what they used, and what is wrong. One interpreter for every dialect. Pure. */
import type { ItemText } from '#gateway/core/item.ts'
import type { CaseFacts } from '#gateway/core/message.ts'
import type { DialectInput } from '#gateway/ports/dialect.ts'
import { printInstant } from '#policies/language/instant.ts'
import { isContainer } from './json-tree.ts'
import type { Json, TreeFault } from './json-tree.ts'
import { strictest } from './labels.ts'
import type { Labels } from './labels.ts'
import type { AuthoredRung, Conditions, MappingRow, RecordMapping } from './mapping.ts'
import { readMarks } from './marks.ts'
import { NATIVE_DATES } from './native-date.ts'
import { readRestriction } from './restriction.ts'
import { at, isSaid, leavesOf, nodeAt, select } from './select.ts'
import type { Selected } from './select.ts'
import { NO_EXPRESSIONS, shapeValue } from './shape-value.ts'
import type { Abilities, Shaped } from './shape-value.ts'

/** What a dialect without expressions and dates of its own can do. */
export const PLAIN_ABILITIES: Abilities = { dates: NATIVE_DATES, evaluate: NO_EXPRESSIONS }

export interface RowsInput extends Pick<DialectInput, 'record' | 'readAt' | 'service'> {
  readonly mapping: RecordMapping
  readonly document: Json
  readonly abilities: Abilities
}

/** An item without its id, and where in the record it comes from. */
export type Draft = Omit<ItemText, 'itemId'> & { readonly at: string }

export interface MappedRows {
  readonly items: readonly Draft[]
  readonly facts: CaseFacts | undefined
  /** Pointers of the values that went into an item or were heeded. */
  readonly used: readonly string[]
  /** Those among them that an expression or a code list turned into something else. */
  readonly changed: readonly string[]
  readonly faults: readonly TreeFault[]
}

/** Puts every row to the record. Whoever calls it refuses the record where there is a fault. */
export function mapRows(input: RowsInput): MappedRows {
  const { mapping, document } = input
  const marks = readMarks({ document, rows: mapping.marks ?? [], mapping, bound: [] })
  const rows = mapping.rows.map((row) => readRow({ row, input, labels: marks.labels }))
  const restriction = readRestriction(document, mapping)
  const parts = [marks, ...rows, restriction]
  return {
    items: rows.flatMap(({ items }) => items),
    facts: restriction.facts,
    used: parts.flatMap(({ used }) => used),
    changed: rows.flatMap(({ changed }) => changed),
    faults: [...checkSubject(mapping, document), ...parts.flatMap(({ faults }) => faults)],
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

interface RowReading {
  readonly items: readonly Draft[]
  readonly used: readonly string[]
  readonly changed: readonly string[]
  readonly faults: readonly TreeFault[]
}

interface RowContext {
  readonly row: MappingRow
  readonly input: RowsInput
  /** What the record as a whole is marked with. */
  readonly labels: Labels
}

const NOTHING_READ: RowReading = { items: [], used: [], changed: [], faults: [] }
const refusedBy = (faults: readonly TreeFault[]): RowReading => ({ ...NOTHING_READ, faults })

function readRow(context: RowContext): RowReading {
  const { found, faults } = select(context.input.document, context.row.from)
  const readings = found.filter((node) => speaks(context, node)).map((node) => readNode(context, node))
  return {
    items: readings.flatMap(({ items }) => items),
    used: [...readings.flatMap(({ used }) => used), ...conditionsUsed(context, found)],
    changed: readings.flatMap(({ changed }) => changed),
    faults: [...faults, ...readings.flatMap((reading) => reading.faults)],
  }
}

/**
 * The scalars that decided whether the row speaks of a node, by a value that the row names: another value is one that nobody thought of.
 * Of use only where the mapping says which it heeds.
 */
function conditionsUsed({ row, input }: RowContext, found: readonly Selected[]): readonly string[] {
  if (input.mapping.heedsConditions !== true) return []
  const conditions = [...Object.entries(row.where ?? {}), ...Object.entries(row.unless ?? {})]
  return found.flatMap(({ bound }) =>
    conditions.flatMap(([pattern, values]) => {
      const heeded = at(input.document, pattern, bound)
      return heeded !== undefined && values.some((wanted) => wanted === heeded.value) ? [heeded.pointer] : []
    }),
  )
}

const speaks = ({ row, input }: RowContext, { bound }: Selected): boolean =>
  holdsAll(input.document, row.where ?? {}, bound) && !holdsAny(input.document, row.unless ?? {}, bound)

const isAmong = (
  document: Json,
  bound: readonly string[],
  [pattern, values]: [string, Conditions[string]],
): boolean => {
  const value = at(document, pattern, bound)?.value
  return values.some((wanted) => wanted === value)
}
const holdsAll = (document: Json, conditions: Conditions, bound: readonly string[]): boolean =>
  Object.entries(conditions).every((entry) => isAmong(document, bound, entry))
const holdsAny = (document: Json, conditions: Conditions, bound: readonly string[]): boolean =>
  Object.entries(conditions).some((entry) => isAmong(document, bound, entry))

function readNode(context: RowContext, node: Selected): RowReading {
  const { row, input } = context
  const { document, mapping, abilities } = input
  const shaped = shapeValue({ document, mapping, abilities }, node, row.value)
  if (shaped.kind === 'fault') return refusedBy([shaped.fault])
  if (shaped.kind === 'nothing') return NOTHING_READ
  const dates = [dateAt(input, row.observedAt, node), dateAt(input, row.validUntil, node)] as const
  const rungs = rungsOf(context, node)
  const marks = readMarks({ document, rows: row.marks ?? [], mapping, bound: node.bound })
  const labels = strictest([context.labels, row.labels ?? {}, ownLabels(context, node), marks.labels])
  const clash = labels.ok ? [] : [{ pointer: node.pointer, reason: labels.reason }]
  const faults = [...dates.flatMap((date) => date.faults), ...rungs.faults, ...marks.faults, ...clash]
  if (!labels.ok || faults.length > 0) return refusedBy(faults)
  const item = draftOf(context, { node, value: shaped.value, labels: labels.labels, rungs: rungs.rungs, dates })
  const parts = [shaped, ...dates, rungs, marks]
  return { items: [item], used: parts.flatMap(({ used }) => used), changed: changedOf(document, shaped), faults: [] }
}

/** What an expression or a list was given, and the value that came out does not hold as it was said. */
function changedOf(document: Json, shaped: Extract<Shaped, { readonly kind: 'value' }>): readonly string[] {
  if (shaped.isChanged !== true) return []
  const said = leavesOf('', shaped.value).map(({ value }) => String(value))
  return shaped.used.filter((pointer) => {
    const found = nodeAt(document, pointer)
    const word = found !== undefined && isSaid(found.value) ? String(found.value) : undefined
    return word === undefined || !said.some((text) => isWordOf(text, word))
  })
}

/** By itself, and not as part of another word: `note` does not say `no`. */
function isWordOf(text: string, word: string): boolean {
  for (let from = text.indexOf(word); from !== -1; from = text.indexOf(word, from + 1))
    if (![text[from - 1], text[from + word.length]].some((beside) => /[\p{L}\p{N}]/u.test(beside ?? ''))) return true
  return false
}

interface DraftParts {
  readonly node: Selected
  readonly value: Json
  readonly labels: Labels
  readonly rungs: ItemText['rungs']
  readonly dates: readonly [FoundDate, FoundDate]
}

function draftOf({ row, input }: RowContext, { node, value, labels, rungs, dates }: DraftParts): Draft {
  const [observed, ends] = dates
  return {
    section: row.section,
    term: row.term,
    nature: row.nature,
    subjectCategory: row.subjectCategory ?? 'convicted',
    author: { role: row.authorRole ?? input.mapping.authorRole, service: input.service },
    ...labels,
    // Json is readonly throughout, the schema's own type is not: the value is the same.
    value: value as ItemText['value'],
    ...(rungs === undefined ? {} : { rungs }),
    observedAt: observed.text ?? printInstant(input.readAt),
    // When the native system recorded it is not told the same way twice; when it was read is certain.
    recordedAt: printInstant(input.readAt),
    ...(ends.text === undefined ? {} : { validUntil: ends.text }),
    record: input.record,
    at: node.pointer,
  }
}

/** What the row itself says of secrecy and special categories, and what a flag says of confidence. */
function ownLabels({ row, input }: RowContext, { bound }: Selected): Labels {
  const flag = row.confidentialIf === undefined ? undefined : at(input.document, row.confidentialIf, bound)?.value
  return {
    ...(row.specialCategories === undefined ? {} : { specialCategories: row.specialCategories }),
    ...(row.secrecyRegime === undefined ? {} : { secrecyRegime: row.secrecyRegime }),
    ...(flag === undefined || flag === false ? {} : { receivedInConfidence: true }),
  }
}

interface FoundRungs {
  readonly rungs: ItemText['rungs']
  readonly used: readonly string[]
  readonly faults: readonly TreeFault[]
}

function rungsOf({ row, input }: RowContext, node: Selected): FoundRungs {
  const { document, mapping, abilities } = input
  const shaped = Object.entries(row.rungs ?? {}).flatMap(([rung, shape]) =>
    shape === undefined
      ? []
      : [{ rung: rung as AuthoredRung, shaped: shapeValue({ document, mapping, abilities }, node, shape) }],
  )
  const said = shaped.flatMap(({ rung, shaped: entry }) =>
    entry.kind === 'value' ? [[rung, entry.value] as const] : [],
  )
  return {
    rungs: said.length === 0 ? undefined : (Object.fromEntries(said) as ItemText['rungs']),
    used: shaped.flatMap(({ shaped: entry }) => (entry.kind === 'value' ? entry.used : [])),
    faults: shaped.flatMap(({ shaped: entry }) => (entry.kind === 'fault' ? [entry.fault] : [])),
  }
}

interface FoundDate {
  readonly text: string | undefined
  readonly used: readonly string[]
  readonly faults: readonly TreeFault[]
}

/** The first date that the patterns find. A text there that is no date is a fault: an item must not be dated by guess. */
function dateAt(
  { document, abilities }: RowsInput,
  patterns: readonly string[] | undefined,
  { bound }: Selected,
): FoundDate {
  for (const pattern of patterns ?? []) {
    const found = at(document, pattern, bound)
    if (found === undefined || (!isContainer(found.value) && !isSaid(found.value))) continue
    const instant = typeof found.value === 'string' ? abilities.dates.instantOf(found.value) : undefined
    if (instant !== undefined) return { text: printInstant(instant), used: [found.pointer], faults: [] }
    return { text: undefined, used: [], faults: [{ pointer: found.pointer, reason: 'expected a date or time' }] }
  }
  return { text: undefined, used: [], faults: [] }
}

/** The id of a pointer; where one node makes several items, the later ones take their term into it, and a number after that. */
export function withIds(drafts: readonly Draft[], idOf: DialectInput['idOf']): readonly ItemText[] {
  const seen = new Set<string>()
  return drafts.map((draft) => {
    const named = seen.has(draft.at) ? `${draft.at}#${draft.section}/${draft.term}` : draft.at
    let seed = named
    for (let count = 2; seen.has(seed); count += 1) seed = `${named}#${count}`
    seen.add(seed)
    return { itemId: idOf(seed), ...draft }
  })
}
