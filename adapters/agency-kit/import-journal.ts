/** What is known of an import, in a file beside what is imported: which rows were begun under which id, and what became of each. No content. */
import { open, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { kill, pid } from 'node:process'
import { z } from 'zod'

const FORMAT = 'passerelle-import/1'
const headerSchema = z.strictObject({ format: z.literal(FORMAT), digest: z.string(), as: z.string() }).readonly()
const row = z.int().min(1)
const lineSchema = z.union([
  z.strictObject({ row, jti: z.string(), iat: z.int() }).readonly(),
  z.strictObject({ row, taken: z.string() }).readonly(),
  z.strictObject({ row, before: z.literal(true) }).readonly(),
  z.strictObject({ row, refused: z.string() }).readonly(),
])
type Line = z.output<typeof lineSchema>

/** Under what a row was sent: the same again is the same message to the gateway. */
export interface Begun {
  readonly jti: string
  /** Seconds since 1970 UTC. */
  readonly iat: number
}

/** `before`: the gateway had taken the same thing already, by an earlier import. */
export type RowEnd =
  | { readonly kind: 'taken'; readonly id: string }
  | { readonly kind: 'before' }
  | { readonly kind: 'refused'; readonly code: string }

export interface ImportCounts {
  readonly taken: number
  readonly before: number
  readonly refused: number
}

export interface ImportJournal extends AsyncDisposable {
  readonly isEnded: (number: number) => boolean
  readonly begunAs: (number: number) => Begun | undefined
  /** On disk when it resolves: only then may the row be sent. */
  readonly begin: (number: number, begun: Begun) => Promise<void>
  readonly end: (number: number, how: RowEnd) => Promise<void>
  readonly counts: () => ImportCounts
  /** Rows that were refused, with the code of the problem, in the order of their numbers. */
  readonly refused: () => readonly { readonly row: number; readonly code: string }[]
}

/** The journal cannot be gone on with; says why, in one line. */
export class JournalRefused extends Error {}

/** Begins or goes on. `of` names the file by its digest, and who imports it. Throws JournalRefused for another file's, and while another process is at it. */
export async function openImportJournal(
  path: string,
  of: { readonly digest: string; readonly as: string },
): Promise<ImportJournal> {
  const leave = await holdAlone(`${path}.lock`)
  try {
    const standing = await readJournal(path, of)
    const file = await open(path, 'a', 0o600)
    return journalOver(file, standing, leave)
  } catch (cause) {
    await leave()
    throw cause
  }
}

interface Standing {
  readonly begun: Map<number, Begun>
  readonly ended: Map<number, RowEnd>
}

async function readJournal(
  path: string,
  { digest, as }: { readonly digest: string; readonly as: string },
): Promise<Standing> {
  const standing: Standing = { begun: new Map(), ended: new Map() }
  const text = await readFile(path, 'utf8').catch(() => '')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole === '') {
    await writeFile(path, `${JSON.stringify({ format: FORMAT, digest, as })}\n`, { mode: 0o600, flush: true })
    return standing
  }
  // A line that a kill cut off says nothing: what it would have said is asked of the gateway again.
  if (whole !== text) await truncate(path, Buffer.byteLength(whole))
  const [first = '', ...lines] = whole.trimEnd().split('\n')
  const header = headerSchema.safeParse(jsonOf(first))
  if (!header.success) throw new JournalRefused(`${path}: not the journal of an import`)
  if (header.data.digest !== digest || header.data.as !== as)
    throw new JournalRefused(
      `${path}: of another file, or of this one before it was changed, or for another organisation`,
    )
  for (const line of lines) {
    const read = lineSchema.safeParse(jsonOf(line))
    if (!read.success) throw new JournalRefused(`${path}: a line of it cannot be read`)
    note(standing, read.data)
  }
  return standing
}

function note({ begun, ended }: Standing, line: Line): void {
  if ('jti' in line) {
    begun.set(line.row, { jti: line.jti, iat: line.iat })
    return
  }
  begun.delete(line.row)
  ended.set(line.row, endOf(line))
}

function endOf(line: Exclude<Line, { readonly jti: string }>): RowEnd {
  if ('taken' in line) return { kind: 'taken', id: line.taken }
  return 'before' in line ? { kind: 'before' } : { kind: 'refused', code: line.refused }
}

function lineOf(number: number, how: RowEnd): Line {
  if (how.kind === 'taken') return { row: number, taken: how.id }
  return how.kind === 'before' ? { row: number, before: true } : { row: number, refused: how.code }
}

function journalOver(file: FileHandle, standing: Standing, leave: () => Promise<void>): ImportJournal {
  let turn: Promise<void> = Promise.resolve()
  const write = (line: Line, isDurable: boolean): Promise<void> => {
    const written = turn.then(async () => {
      await file.appendFile(`${JSON.stringify(line)}\n`)
      if (isDurable) await file.datasync()
      note(standing, line)
    })
    turn = written.catch(() => {})
    return written
  }
  const countOf = (kind: RowEnd['kind']): number => {
    let count = 0
    for (const end of standing.ended.values()) if (end.kind === kind) count += 1
    return count
  }
  return {
    isEnded: (number) => standing.ended.has(number),
    begunAs: (number) => standing.begun.get(number),
    begin: (number, { jti, iat }) => write({ row: number, jti, iat }, true),
    // Not waited for on disk: lost, it is asked of the gateway again.
    end: (number, how) => write(lineOf(number, how), false),
    counts: () => ({ taken: countOf('taken'), before: countOf('before'), refused: countOf('refused') }),
    refused: () =>
      [...standing.ended]
        .flatMap(([number, end]) => (end.kind === 'refused' ? [{ row: number, code: end.code }] : []))
        .toSorted((one, other) => one.row - other.row),
    [Symbol.asyncDispose]: async () => {
      await turn
      await file.close()
      await leave()
    },
  }
}

/** One process at a time: two would send the same row at once. */
async function holdAlone(path: string): Promise<() => Promise<void>> {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      await writeFile(path, `${pid}\n`, { flag: 'wx', mode: 0o600 })
      return () => rm(path, { force: true })
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
      const holder = Number(await readFile(path, 'utf8').catch(() => ''))
      if (holder > 0 && isAlive(holder)) break
      await rm(path, { force: true })
    }
  }
  throw new JournalRefused(`${path}: another process is at this import`)
}

function isAlive(process: number): boolean {
  try {
    kill(process, 0)
    return true
  } catch (cause) {
    return !(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
