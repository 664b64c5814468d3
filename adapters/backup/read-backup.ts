/** Reads a backup: first the whole file against its digest, then, and only then, row by row. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { BackupRefused, printCounts, readHeader, readLine, readTrailer } from './backup-format.ts'
import type { BackupHeader, BackupTrailer, Batch, Row } from './backup-format.ts'

const MOST_HEADER_BYTES = 64 * 1024
const MOST_TRAILER_BYTES = 64 * 1024
const MOST_LINE_CHARS = 256 * 1024 * 1024
/** A batch ends with the row that passes one of these. */
const BATCH_ROWS = 64
const BATCH_CELL_BYTES = 1024 * 1024

/** A backup that is whole: what it says of itself, and where its rows are. */
export interface WholeBackup {
  readonly path: string
  readonly header: BackupHeader
  readonly trailer: BackupTrailer
  /** Of the zstd frame: its first byte, and the one after its last. */
  readonly from: number
  readonly to: number
}

/** Reads all of the file once. Throws BackupRefused for what is cut short, altered, foreign or newer; what the system says where it cannot be read. */
export async function openBackup(path: string): Promise<WholeBackup> {
  await using file = await open(path)
  const { size } = await file.stat()
  const first = (await readAt(file, 0, Math.min(size, MOST_HEADER_BYTES))).toString('latin1')
  const from = first.indexOf('\n') + 1
  if (from === 0) throw new BackupRefused('foreign')
  const header = readHeader(first.slice(0, from))
  const lastFrom = Math.max(from, size - MOST_TRAILER_BYTES)
  const last = await readAt(file, lastFrom, size - lastFrom)
  const newline = last.subarray(0, -1).lastIndexOf(0x0a)
  const trailer = newline === -1 ? undefined : readTrailer(last.subarray(newline + 1).toString('utf8'))
  if (trailer === undefined) throw new BackupRefused('cut-short')
  const to = lastFrom + newline
  if ((await digestOf(path, to, trailer.rows)) !== trailer.sha256) throw new BackupRefused('altered')
  return { path, header, trailer, from, to }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

async function digestOf(path: string, to: number, rows: BackupTrailer['rows']): Promise<string> {
  const digest = createHash('sha256')
  // The newline before the trailer is part of it.
  for await (const piece of createReadStream(path, { end: to })) digest.update(piece as Buffer)
  return digest.update(printCounts(rows)).digest('hex')
}

/** All rows, table by table. Throws BackupRefused `malformed` where they are not those that the last line counts. */
export async function* rowsOf({ path, from, to, trailer }: WholeBackup): AsyncGenerator<Batch> {
  const counts: Record<string, number> = {}
  let table: Pick<Batch, 'table' | 'columns'> | undefined
  let rows: Row[] = []
  let bytes = 0
  for await (const line of linesIn(path, from, to)) {
    const read = readLine(line)
    const isEnded = !Array.isArray(read) || rows.length >= BATCH_ROWS || bytes >= BATCH_CELL_BYTES
    if (isEnded && table !== undefined && rows.length > 0) {
      yield { ...table, rows }
      rows = []
      bytes = 0
    }
    if (isTable(read)) table = read
    else {
      if (table?.columns.length !== read.length) throw new BackupRefused('malformed')
      counts[table.table] = (counts[table.table] ?? 0) + 1
      rows.push(read)
      bytes += line.length
    }
  }
  if (table !== undefined && rows.length > 0) yield { ...table, rows }
  for (const [name, count] of Object.entries(trailer.rows))
    if ((counts[name] ?? 0) !== count) throw new BackupRefused('malformed')
  if (Object.keys(counts).some((name) => !Object.hasOwn(trailer.rows, name))) throw new BackupRefused('malformed')
}

const isTable = (read: Pick<Batch, 'table' | 'columns'> | Row): read is Pick<Batch, 'table' | 'columns'> =>
  !Array.isArray(read)

/** Lines of the frame, without their ends. */
async function* linesIn(path: string, from: number, to: number): AsyncGenerator<string> {
  const decompressed = createZstdDecompress()
  const piped = pipeline(createReadStream(path, { start: from, end: to - 1 }), decompressed)
  // Told by the loop below.
  piped.catch(() => {})
  decompressed.setEncoding('utf8')
  let rest = ''
  for await (const piece of decompressed) {
    const lines = (rest + String(piece)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MOST_LINE_CHARS) throw new BackupRefused('malformed')
    yield* lines
  }
  await piped
  if (rest !== '') throw new BackupRefused('malformed')
}
