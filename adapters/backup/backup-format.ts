/** A backup file: a line that says what it is, rows as JSON lines in one zstd frame, and a last line with counts and a digest of all before. */
import { z } from 'zod'

export const FORMAT = 'passerelle-backup/1'
const ANY_FORMAT = /^passerelle-backup\/\d+$/

const headerSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    kind: z.enum(['store', 'keys']),
    /** Of the program that wrote it. */
    version: z.string().max(40),
    /** Names of the migrations that its tables have had. */
    migrations: z.array(z.string().max(100)).readonly(),
    /** When its snapshot was taken: RFC 3339, UTC. */
    at: z.iso.datetime(),
  })
  .readonly()
export type BackupHeader = z.output<typeof headerSchema>

const trailerSchema = z
  .strictObject({ rows: z.record(z.string(), z.int().min(0)), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
  .readonly()
export type BackupTrailer = z.output<typeof trailerSchema>

/** What a column holds. A backup has no other types. */
export type Cell = string | number | null | Uint8Array
export type Row = readonly Cell[]

/** Rows of one table, their cells in the order of `columns`. */
export interface Batch {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

/** Why a file is not put back; each is told in its own words. */
export const REFUSALS = {
  foreign: 'is no backup of this program',
  newer: 'was written by a newer version of this program: use that one',
  'cut-short': 'is cut short: its last line is not there',
  altered: 'was altered since it was written: its digest is another',
  malformed: 'holds what no backup holds',
} as const
export type Refusal = keyof typeof REFUSALS

/** The file is not put back. The message is one line and says nothing of what is in the file. */
export class BackupRefused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(REFUSALS[refusal])
    this.refusal = refusal
  }
}

export const printHeader = (header: BackupHeader): string => `${JSON.stringify(header)}\n`

/** Throws BackupRefused `foreign` or `newer`. */
export function readHeader(text: string): BackupHeader {
  const json = jsonOf(text)
  const read = headerSchema.safeParse(json)
  if (read.success && printHeader(read.data) === text) return read.data
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined
  const isLater = typeof format === 'string' && ANY_FORMAT.test(format) && format !== FORMAT
  throw new BackupRefused(isLater ? 'newer' : 'foreign')
}

/** The counts, as they go into the digest before the last line bears it. */
export const printCounts = (rows: BackupTrailer['rows']): string => JSON.stringify(rows)

export const printTrailer = ({ rows, sha256 }: BackupTrailer): string =>
  `{"rows":${printCounts(rows)},"sha256":"${sha256}"}\n`

/** Undefined for what is no last line. */
export function readTrailer(text: string): BackupTrailer | undefined {
  const read = trailerSchema.safeParse(jsonOf(text))
  return read.success && printTrailer(read.data) === text ? read.data : undefined
}

/** The first line of a table's rows: which table, and which columns. */
export const printTable = (table: string, columns: readonly string[]): string =>
  `${JSON.stringify({ table, columns })}\n`

const tableSchema = z.strictObject({ table: z.string(), columns: z.array(z.string()).min(1).readonly() }).readonly()
const cellSchema = z.union([z.string(), z.number(), z.null(), z.strictObject({ b: z.base64() })])
const rowSchema = z.array(cellSchema).readonly()

export const printRow = (row: Row): string =>
  `${JSON.stringify(row.map((cell) => (cell instanceof Uint8Array ? { b: base64Of(cell) } : cell)))}\n`

const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** A line between header and trailer. Throws BackupRefused `malformed`. */
export function readLine(line: string): Pick<Batch, 'table' | 'columns'> | Row {
  const json = jsonOf(line)
  const row = rowSchema.safeParse(json)
  if (row.success)
    return row.data.map((cell) => (typeof cell === 'object' && cell !== null ? Buffer.from(cell.b, 'base64') : cell))
  const table = tableSchema.safeParse(json)
  if (!table.success) throw new BackupRefused('malformed')
  return table.data
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
