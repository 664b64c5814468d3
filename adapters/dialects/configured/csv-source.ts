/** A CSV file as a list of rows by column: every cell is text, a bad row is named by number and line, and drops no other. */
import { parse } from 'csv-parse/sync'
import type { CsvError, InfoRecord } from 'csv-parse'
import { escapeSegment } from '#adapters/dialects/json-tree.ts'
import type { Json, TreeFault } from '#adapters/dialects/json-tree.ts'
import { lineNotUtf8, utf8Of } from './content-kind.ts'
import type { CsvSettings } from './mapping-file.ts'
import { refusedSource } from './source.ts'
import type { BadRecord, ReadSource } from './source.ts'

/** What an item may hold as text. */
export const MAX_CELL_CHARS = 20_000
const MAX_RECORD_CHARS = 256 * 1024
const MAX_COLUMNS = 500
export const MAX_RECORDS = 100_000

/** Reads all rows. What concerns the file as a whole (its encoding, its columns) refuses it; what concerns a row names the row. */
export function readCsv(bytes: Uint8Array, settings: CsvSettings): ReadSource {
  const text = textOf(bytes, settings.encoding)
  if (typeof text !== 'string') return text
  const { rows, bad, stopped } = rowsOf(afterTitle(text, settings.skipLines), settings.delimiter)
  if (stopped !== undefined) return refusedSource(stopped)
  const header = settings.columns ?? rows[0]?.cells
  if (header === undefined) return refusedSource('no row that names the columns')
  const fault = headerFault(header)
  if (fault !== undefined) return refusedSource(fault)
  const missing = settings.required.filter((column) => !header.includes(column))
  if (missing.length > 0) return refusedSource(`the columns ${missing.join(', ')} are missing`)
  return tabled({ rows: settings.columns === undefined ? rows.slice(1) : rows, bad, header, settings })
}

/** The text, or why it is none of that encoding. */
function textOf(bytes: Uint8Array, encoding: CsvSettings['encoding']): string | ReadSource {
  if (encoding === 'windows-1252') return new TextDecoder(encoding).decode(bytes)
  if (encoding === 'utf-8') return utf8Of(bytes) ?? refusedSource(`not UTF-8 in line ${lineNotUtf8(bytes) ?? 1}`)
  const text = Buffer.from(bytes).toString('latin1')
  const control = text.search(UPPER_CONTROLS)
  const reason = `not latin1 in line ${linesWithin(text.slice(0, control)) + 1}; is it windows-1252?`
  return control === -1 ? text : refusedSource(reason)
}

/** Of ISO 8859-1; nobody writes them, and Windows writes quotes and dashes in their place. */
const UPPER_CONTROLS = /[\x80-\x9f]/

/** From the row that names the columns on; what stands before it is no row. Undefined where nothing is left. */
function afterTitle(text: string, lines: number): Rest | undefined {
  const at = afterLine(text, lines)
  return at < text.length ? { text: text.slice(at), line: lines + 1 } : undefined
}

interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

interface Rows {
  readonly rows: readonly Row[]
  readonly bad: readonly { readonly line: number; readonly reason: string }[]
  readonly stopped: string | undefined
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote that is never closed; nothing after it is read',
  INVALID_OPENING_QUOTE: 'a quote in the middle of a cell',
  CSV_INVALID_CLOSING_QUOTE: 'text after the quote that closes a cell',
  CSV_MAX_RECORD_SIZE: `a row of more than ${MAX_RECORD_CHARS} characters; nothing after it is read`,
}

/** All rows. After text behind a closing quote the parser would take what follows for the inside of a cell: it begins anew at the next line. */
function rowsOf(begin: Rest | undefined, delimiter: string): Rows {
  const found: Found = { rows: [], bad: [] }
  let rest = begin
  try {
    for (let begun = 0; rest !== undefined; begun += 1) {
      if (begun > MAX_BEGUN) return { ...found, stopped: `more than ${MAX_BEGUN} rows with text after a closing quote` }
      rest = parseFrom(rest, delimiter, found)
    }
    return { ...found, stopped: undefined }
  } catch (cause) {
    return { ...found, stopped: cause instanceof TooMany ? `more than ${MAX_RECORDS} rows` : 'not CSV' }
  }
}

interface Found {
  readonly rows: Row[]
  readonly bad: { readonly line: number; readonly reason: string }[]
}

interface Rest {
  readonly text: string
  /** Line of the file at which it begins, from 1. */
  readonly line: number
}

/** Reads as far as the parser keeps its footing. csv-parse tells of a record by the line it ends in; of an error by the line it is found in. */
function parseFrom({ text, line: first }: Rest, delimiter: string, { rows, bad }: Found): Rest | undefined {
  const onRecord = (given: { readonly record: string[]; readonly info: InfoRecord }): null => {
    const breaks = given.record.reduce((sum, cell) => sum + linesWithin(cell), 0)
    const line = first - 1 + given.info.lines - breaks
    if (given.record.length > 1 || given.record[0] !== '') rows.push({ line, cells: given.record })
    if (rows.length + bad.length > MAX_RECORDS + 1) throw new TooMany()
    return null
  }
  const onSkip = (error: CsvError | undefined): undefined => {
    const told: unknown = error?.['lines']
    const line = typeof told === 'number' ? told : 1
    bad.push({ line: first - 1 + line, reason: REASONS[error?.code ?? ''] ?? 'not a row of CSV' })
    if (error?.code === 'CSV_INVALID_CLOSING_QUOTE') throw new Footing(line)
  }
  try {
    parse(text, {
      bom: first === 1,
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_records_with_error: true,
      max_record_size: MAX_RECORD_CHARS,
      info: true,
      on_record: onRecord as never,
      on_skip: onSkip,
    })
    return undefined
  } catch (cause) {
    if (!(cause instanceof Footing)) throw cause
    return { text: text.slice(afterLine(text, cause.line)), line: first + cause.line }
  }
}

/** Where the text goes on after so many lines. */
function afterLine(text: string, lines: number): number {
  let at = 0
  for (let line = 0; line < lines; line += 1) {
    const end = text.indexOf('\n', at)
    if (end === -1) return text.length
    at = end + 1
  }
  return at
}

/** Each time costs a look at all that is left. */
const MAX_BEGUN = 1000

/** Thrown where the parser would read on as if inside a cell. */
class Footing extends Error {
  readonly line: number
  constructor(line: number) {
    super('a closing quote that closes nothing')
    this.line = line
  }
}

class TooMany extends Error {}

const linesWithin = (cell: string): number => cell.split('\n').length - 1

function headerFault(header: readonly string[]): string | undefined {
  if (header.length > MAX_COLUMNS) return `more than ${MAX_COLUMNS} columns`
  if (header.some((column) => column.trim() === '')) return 'a column without a name'
  return new Set(header).size < header.length ? 'two columns of one name' : undefined
}

interface Table {
  readonly rows: readonly Row[]
  readonly bad: Rows['bad']
  readonly header: readonly string[]
  readonly settings: CsvSettings
}

/** Rows by number, in the order of their lines; the pointer of a good row is its number less one. */
function tabled({ rows, bad, header, settings }: Table): ReadSource {
  const all = [...rows.map((row) => ({ line: row.line, row })), ...bad.map(({ line, reason }) => ({ line, reason }))]
  all.sort((a, b) => a.line - b.line)
  const document: Json[] = []
  const wrong: BadRecord[] = []
  const lines = new Map<number, number>()
  all.forEach((entry, index) => {
    lines.set(index + 1, entry.line)
    const faults = 'row' in entry ? rowFaults(entry.row, header, settings) : [{ pointer: '', reason: entry.reason }]
    if (faults.length > 0) wrong.push({ number: index + 1, line: entry.line, faults })
    // A row that is left out leaves null behind, so that the numbers of the others stay what they are.
    document.push('row' in entry && faults.length === 0 ? cellsOf(entry.row, header) : null)
  })
  return { ok: true, document, start: '', bad: wrong, lines, copies: new Map() }
}

/** `__proto__` becomes a member like any other: fromEntries defines, and sets nothing. */
const cellsOf = ({ cells }: Row, header: readonly string[]): Json =>
  Object.fromEntries(header.map((column, index) => [column, cells[index] ?? '']))

function rowFaults({ cells }: Row, header: readonly string[], settings: CsvSettings): readonly TreeFault[] {
  if (cells.length !== header.length)
    return [{ pointer: '', reason: `expected ${header.length} cells, found ${cells.length}` }]
  return header.flatMap((column, index) => {
    const reason = cellFault(cells[index] ?? '', column, settings)
    return reason === undefined ? [] : [{ pointer: `/${escapeSegment(column)}`, reason }]
  })
}

function cellFault(cell: string, column: string, { required, maxChars }: CsvSettings): string | undefined {
  if (required.includes(column) && cell.trim() === '') return 'expected a value, found none'
  const most = maxChars[column] ?? MAX_CELL_CHARS
  if (cell.length > most) return `a cell of more than ${most} characters`
  return cell.includes('\0') ? 'a NUL character' : undefined
}
