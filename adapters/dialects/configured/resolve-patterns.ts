/** The patterns of a mapping file brought to one form, from the root of the source, for every record at once or pinned to one. Pure. */
import type { CodeEntry, MappingRow, MarkRow, RecordMapping, ValueShape } from '#adapters/dialects/mapping.ts'
import { pin } from '#adapters/dialects/select.ts'
import type { MappingFile } from './mapping-file.ts'

export type CodeLists = Readonly<Record<string, Readonly<Record<string, CodeEntry>>>>

/** Where a pattern begins: at the start of the source, at the record, or at the place of its row. */
export interface Bases {
  readonly start: string
  readonly record: string
  readonly row: string
}

/** One pattern from the root: `/a` from the start, `./a` or `.` from the row, anything else from the record. */
export function fromRoot(pattern: string, { start, record, row }: Bases): string {
  if (pattern === '' || pattern === '.') return pattern === '' ? record : row
  if (pattern.startsWith('/')) return start + pattern
  return pattern.startsWith('./') ? `${row}/${pattern.slice(2)}` : `${record}/${pattern}`
}

/** The rows of a mapping as the interpreter reads them. `start` is the pointer of the element at which the source starts. */
export function resolved(file: MappingFile, lists: CodeLists, start: string): RecordMapping {
  const bases: Bases = { start, record: start + recordsOf(file), row: start + recordsOf(file) }
  const each = (pattern: string): string => fromRoot(pattern, bases)
  return {
    record: file.record,
    authorRole: file.author.role,
    required: file.required.map(each),
    subject: file.subject.map(each),
    rows: file.items.map((row) => mapRow(row, bases)),
    restriction: file.restriction.map((row) => ({ ...row, from: each(row.from) })),
    marks: file.marks.map((row) => mapMark(row, each)),
    heedsConditions: true,
    lists,
  }
}

/** `''`, or a pattern that begins with a slash. */
export const recordsOf = ({ records }: Pick<MappingFile, 'records'>): string =>
  records === '' || records.startsWith('/') ? records : `/${records}`

/** The same mapping for one record: its wildcards are put to what they stand for. */
export function pinned(mapping: RecordMapping, bound: readonly string[]): RecordMapping {
  if (bound.length === 0) return mapping
  const each = (pattern: string): string => pin(pattern, bound)
  return {
    ...mapping,
    required: mapping.required.map(each),
    subject: mapping.subject.map(each),
    rows: mapping.rows.map((row) => mapPatterns(row, each)),
    restriction: (mapping.restriction ?? []).map((row) => ({ ...row, from: each(row.from) })),
    marks: (mapping.marks ?? []).map((row) => mapMark(row, each)),
  }
}

type Each = (pattern: string) => string

function mapRow(row: MappingRow, bases: Bases): MappingRow {
  const place = fromRoot(row.from, bases)
  return { ...mapPatterns(row, (pattern) => fromRoot(pattern, { ...bases, row: place })), from: place }
}

function mapPatterns(row: MappingRow, each: Each): MappingRow {
  const keyed = <Value>(
    given: Readonly<Record<string, Value>> | undefined,
  ): Readonly<Record<string, Value>> | undefined =>
    given === undefined
      ? undefined
      : Object.fromEntries(Object.entries(given).map(([pattern, wanted]) => [each(pattern), wanted]))
  return {
    ...row,
    from: each(row.from),
    value: mapShape(row.value, each),
    rungs:
      row.rungs === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(row.rungs).map(([rung, shape]) => [
              rung,
              shape === undefined ? undefined : mapShape(shape, each),
            ]),
          ),
    observedAt: row.observedAt?.map(each),
    validUntil: row.validUntil?.map(each),
    where: keyed(row.where),
    unless: keyed(row.unless),
    confidentialIf: row.confidentialIf === undefined ? undefined : each(row.confidentialIf),
    marks: row.marks?.map((mark) => mapMark(mark, each)),
  }
}

function mapShape(shape: ValueShape, each: Each): ValueShape {
  if ('at' in shape && shape.at !== undefined) return { ...shape, at: each(shape.at) }
  if (shape.as === 'record')
    return {
      ...shape,
      members: Object.fromEntries(Object.entries(shape.members).map(([name, patterns]) => [name, patterns.map(each)])),
    }
  if (shape.as === 'expression' && shape.take !== undefined)
    return { ...shape, take: Object.fromEntries(Object.entries(shape.take).map(([name, from]) => [name, each(from)])) }
  return shape
}

const mapMark = (row: MarkRow, each: Each): MarkRow => ({
  ...row,
  from: each(row.from),
  where:
    row.where === undefined
      ? undefined
      : Object.fromEntries(Object.entries(row.where).map(([pattern, wanted]) => [each(pattern), wanted])),
})
