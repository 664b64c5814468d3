/** Writes a backup: beside its name, synced, and under its name only when it is whole. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { kill, pid } from 'node:process'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress } from 'node:zlib'
import { printCounts, printHeader, printRow, printTable, printTrailer } from './backup-format.ts'
import type { BackupHeader, BackupTrailer, Batch } from './backup-format.ts'

const OWNER_ONLY = 0o600
const PIECE_CHARS = 256 * 1024

/**
 * Writes a file of mode 0600 that only its owner reads. The batches of a table come one after another. Throws where the file is
 * there already; what was begun is removed where anything fails.
 */
export async function writeBackup(
  path: string,
  header: Omit<BackupHeader, 'format'>,
  batches: AsyncIterable<Batch>,
): Promise<BackupTrailer> {
  if (await isThere(path)) throw new Error(`${path}: is there already`)
  await removeAbandoned(path)
  const part = `${path}.${pid}.part`
  try {
    const trailer = await writePart(part, header, batches)
    await rename(part, path)
    await syncFolder(dirname(path))
    return trailer
  } catch (cause) {
    await rm(part, { force: true })
    throw cause
  }
}

async function writePart(
  part: string,
  { kind, version, migrations, at }: Omit<BackupHeader, 'format'>,
  batches: AsyncIterable<Batch>,
): Promise<BackupTrailer> {
  const digest = createHash('sha256')
  const rows: Record<string, number> = {}
  let trailer: BackupTrailer | undefined
  await pipeline(
    () => linesOf(batches, rows),
    createZstdCompress(),
    async function* (compressed: AsyncIterable<Buffer>) {
      const first = printHeader({ format: 'passerelle-backup/1', kind, version, migrations, at })
      digest.update(first)
      yield Buffer.from(first)
      for await (const piece of compressed) {
        digest.update(piece)
        yield piece
      }
      digest.update(`\n${printCounts(rows)}`)
      trailer = { rows, sha256: digest.digest('hex') }
      yield Buffer.from(`\n${printTrailer(trailer)}`)
    },
    createWriteStream(part, { mode: OWNER_ONLY, flags: 'wx', flush: true }),
  )
  if (trailer === undefined) throw new Error('the backup was not ended')
  return trailer
}

/** Lines in pieces of some size: a stream of single lines would cost more than their bytes. Counts the rows as it goes. */
async function* linesOf(batches: AsyncIterable<Batch>, counts: Record<string, number>): AsyncGenerator<string> {
  let piece = ''
  let current = ''
  for await (const { table, columns, rows } of batches) {
    counts[table] = (counts[table] ?? 0) + rows.length
    if (rows.length === 0) continue
    if (table !== current) piece += printTable(table, columns)
    current = table
    for (const row of rows) {
      piece += printRow(row)
      if (piece.length < PIECE_CHARS) continue
      yield piece
      piece = ''
    }
  }
  yield piece
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** What a backup under this name left behind when it was killed. */
async function removeAbandoned(path: string): Promise<void> {
  const folder = dirname(path)
  const [before, after] = [`${basename(path)}.`, '.part']
  for (const name of await readdir(folder)) {
    if (!name.startsWith(before) || !name.endsWith(after)) continue
    const owner = Number(name.slice(before.length, -after.length))
    if (Number.isSafeInteger(owner) && owner > 0 && !isAlive(owner)) await rm(join(folder, name), { force: true })
  }
}

function isAlive(owner: number): boolean {
  try {
    kill(owner, 0)
    return true
  } catch (cause) {
    return !(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using opened = await open(folder)
  await opened.sync()
}
