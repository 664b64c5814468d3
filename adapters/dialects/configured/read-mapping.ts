/** A mapping file read from its text: every fault told at once, each with its place; what an expression means is asked of the child. Pure. */
import { z } from 'zod'
import { SECTION_IDS } from '#gateway/core/vocabulary/section.ts'
import { sectionById, termById } from '#gateway/core/vocabulary/sections.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { escapeSegment } from '#adapters/dialects/json-tree.ts'
import type { CodeEntry, MappingRow, MarkRow, ValueShape } from '#adapters/dialects/mapping.ts'
import { codesSchema, mappingFileSchema, rowSchema } from './mapping-file.ts'
import type { CodeListSource, MappingFile } from './mapping-file.ts'
import { recordsOf } from './resolve-patterns.ts'
import type { CodeLists } from './resolve-patterns.ts'
import { codesOfTaxonomy } from './taxonomy.ts'

/** Where in which file something is wrong, and what. `at` is a JSON Pointer. Never holds what a file maps. */
export interface MappingFault {
  readonly file: string
  readonly at: string
  readonly reason: string
}

/** A mapping that can be put to a source. */
export interface ReadyMapping {
  readonly file: MappingFile
  readonly lists: CodeLists
  /** Text of the schema that the mapping names, or undefined. */
  readonly schema: string | undefined
  /** SHA-256 of all it is made of, in canonical form: the same mapping has the same digest however it is laid out. */
  readonly digest: string
}

export type ReadMapping =
  | { readonly ok: true; readonly mapping: ReadyMapping }
  | { readonly ok: false; readonly faults: readonly MappingFault[] }

/** The text of a file beside the mapping, or undefined where there is none. */
export type Beside = (file: string) => string | undefined

/** Reads the mapping `name` from its text. Expressions and schemas are compiled apart, in the child. */
export function readMapping(name: string, text: string, beside: Beside): ReadMapping {
  const json = readStrictJson(text, { maxDepth: 12 })
  if (!json.ok)
    return {
      ok: false,
      faults: [{ file: name, at: '', reason: `not strict JSON: ${json.reason} at character ${json.at}` }],
    }
  const parsed = mappingFileSchema.safeParse(json.value)
  if (!parsed.success)
    return { ok: false, faults: [...issuesOf(name, parsed.error), ...soundRowFaults(name, json.value)] }
  const file = parsed.data
  const lists = Object.entries(file.lists).map(([id, list]) => readList({ name, id, list, beside }))
  const schema = schemaOf(name, file, beside)
  const faults = [...lists.flatMap((list) => list.faults), ...schema.faults, ...meaningFaults(name, file)]
  if (faults.length > 0) return { ok: false, faults }
  const codes = Object.fromEntries(lists.map(({ id, entries }) => [id, entries]))
  const digest = digestOf({ mapping: json.value, lists: codes, schema: schema.text ?? null })
  return { ok: true, mapping: { file, lists: codes, schema: schema.text, digest } }
}

const issuesOf = (file: string, error: z.ZodError): readonly MappingFault[] =>
  error.issues.flatMap((issue) => {
    const at = issue.path.map((part) => `/${escapeSegment(String(part))}`).join('')
    if (issue.code === 'invalid_key') return [{ file, at, reason: issue.issues[0]?.message ?? issue.message }]
    if (issue.code !== 'unrecognized_keys') return [{ file, at, reason: issue.message }]
    return issue.keys.map((key) => ({ file, at: `${at}/${escapeSegment(key)}`, reason: 'no such member' }))
  })

interface ReadList {
  readonly id: string
  readonly entries: Readonly<Record<string, CodeEntry>>
  readonly faults: readonly MappingFault[]
}

interface ListAsked {
  readonly name: string
  readonly id: string
  readonly list: CodeListSource
  readonly beside: Beside
}

function readList({ name, id, list, beside }: ListAsked): ReadList {
  const at = `/lists/${id}`
  const failed = (faults: readonly MappingFault[]): ReadList => ({ id, entries: {}, faults })
  if ('codes' in list && !('taxonomy' in list)) return { id, entries: list.codes ?? {}, faults: [] }
  const path = 'file' in list ? list.file : list.taxonomy
  const text = beside(path)
  if (text === undefined) return failed([{ file: name, at, reason: `the file ${path} cannot be read` }])
  const json = readStrictJson(text)
  if (!json.ok) return failed([{ file: path, at: '', reason: `not strict JSON: ${json.reason}` }])
  if ('file' in list) {
    const parsed = codesSchema.safeParse(json.value)
    return parsed.success ? { id, entries: parsed.data.codes, faults: [] } : failed(issuesOf(path, parsed.error))
  }
  const entries = codesOfTaxonomy(json.value)
  if (entries === undefined) return failed([{ file: path, at: '', reason: 'not a taxonomy of MISP' }])
  const strange = Object.keys(list.codes ?? {}).filter((code) => !Object.hasOwn(entries, code))
  return {
    id,
    entries: { ...entries, ...withConditions(list.codes ?? {}, entries) },
    faults: strange.map((code) => ({
      file: name,
      at: `${at}/codes/${escapeSegment(code)}`,
      reason: 'not in the taxonomy',
    })),
  }
}

/** What the mapping says of a code beside what the taxonomy gives: labels of its own, and the condition all the same. */
const withConditions = (
  own: Readonly<Record<string, CodeEntry>>,
  given: Readonly<Record<string, CodeEntry>>,
): Readonly<Record<string, CodeEntry>> =>
  Object.fromEntries(
    Object.entries(own).map(([code, { text, labels }]) => {
      const conditions = [...(given[code]?.labels?.conditions ?? []), ...(labels?.conditions ?? [])]
      return [code, { text: text ?? given[code]?.text, labels: { ...labels, conditions } }]
    }),
  )

function schemaOf(
  name: string,
  { source }: MappingFile,
  beside: Beside,
): { readonly text: string | undefined; readonly faults: readonly MappingFault[] } {
  if (source.format !== 'xml' || source.schema === undefined) return { text: undefined, faults: [] }
  const text = beside(source.schema)
  return text === undefined
    ? { text, faults: [{ file: name, at: '/source/schema', reason: `the file ${source.schema} cannot be read` }] }
    : { text, faults: [] }
}

/** What is wrong with the rows that have the right form, of a mapping that has not. */
function soundRowFaults(file: string, mapping: unknown): readonly MappingFault[] {
  const parsed = z
    .looseObject({ items: z.array(z.unknown()), lists: z.record(z.string(), z.unknown()).default({}) })
    .safeParse(mapping)
  if (!parsed.success) return []
  return parsed.data.items.flatMap((given, index) => {
    const row = rowSchema.safeParse(given)
    return row.success ? rowFaults(parsed.data, row.data, `/items/${index}`).map((fault) => ({ file, ...fault })) : []
  })
}

/** Whose names a row may use. */
interface Lists {
  readonly lists: Readonly<Record<string, unknown>>
}

/** What the schema cannot see: terms that exist, lists that are there, wildcards that stand for something. */
function meaningFaults(file: string, mapping: MappingFile): readonly MappingFault[] {
  const marks = mapping.marks.map((mark, index) => ({ mark, at: `/marks/${index}` }))
  const rows = mapping.items.flatMap((row, index) => rowFaults(mapping, row, `/items/${index}`))
  const ofMarks = marks.flatMap(({ mark, at }) => markFaults(mapping, mark, at))
  const rootless = recordsOf(mapping).includes('//') ? [{ at: '/records', reason: 'an empty step in a pattern' }] : []
  const empty =
    mapping.items.length + mapping.restriction.length === 0
      ? [{ at: '/items', reason: 'a mapping that maps nothing' }]
      : []
  return [...rootless, ...empty, ...rows, ...ofMarks, ...columnFaults(mapping)].map((fault) => ({ file, ...fault }))
}

interface Placed {
  readonly at: string
  readonly reason: string
}

function rowFaults(mapping: Lists, row: MappingRow, at: string): readonly Placed[] {
  const section = sectionById(row.section)
  const term = termById(row.term)
  const shapes = [
    ['/value', row.value] as const,
    ...Object.entries(row.rungs ?? {}).map(([rung, shape]) => [`/rungs/${rung}`, shape] as const),
  ]
  return [
    ...(section === undefined
      ? [{ at: `${at}/section`, reason: `no such section; a case summary has ${SECTION_IDS.join(', ')}` }]
      : []),
    ...(section !== undefined && term?.section !== row.section
      ? [{ at: `${at}/term`, reason: `no such term of ${row.section}${nearTerms(row.section)}` }]
      : []),
    ...shapes.flatMap(([place, shape]) => (shape === undefined ? [] : shapeFaults(mapping, shape, `${at}${place}`))),
    ...(row.marks ?? []).flatMap((mark, index) => markFaults(mapping, mark, `${at}/marks/${index}`)),
    ...(row.from.includes('//') ? [{ at: `${at}/from`, reason: 'an empty step in a pattern' }] : []),
  ]
}

const nearTerms = (section: string): string => {
  const ids = sectionById(section)?.terms.map(({ id }) => id) ?? []
  return ids.length === 0 ? '' : `; it has ${ids.join(', ')}`
}

const shapeFaults = (mapping: Lists, shape: ValueShape, at: string): readonly Placed[] =>
  shape.as === 'code' && !Object.hasOwn(mapping.lists, shape.list) ? [{ at: `${at}/list`, reason: 'no such list' }] : []

const markFaults = (mapping: Lists, mark: MarkRow, at: string): readonly Placed[] =>
  mark.list !== undefined && !Object.hasOwn(mapping.lists, mark.list)
    ? [{ at: `${at}/list`, reason: 'no such list' }]
    : []

/** Columns that the mapping speaks of must be columns that it names. */
function columnFaults({ source }: MappingFile): readonly Placed[] {
  if (source.format !== 'csv' || source.columns === undefined) return []
  const columns = source.columns
  const twice = columns.filter((column, index) => columns.indexOf(column) !== index)
  const unknown = [...source.required, ...Object.keys(source.maxChars)].filter((column) => !columns.includes(column))
  return [
    ...twice.map(() => ({ at: '/source/columns', reason: 'a column named twice' })),
    ...unknown.map((column) => ({ at: '/source', reason: `no such column: ${column}` })),
  ]
}
