/** A register as `import` reads it: JSON Lines as they come, or any file through a mapping; rows by number, and never all of them as objects at once. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import { summaryIn } from './case-file.ts'
import type { CaseFile } from './case-file.ts'
import { shapeFaultsOf } from './case-shapes.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf } from './files.ts'
import { withMapping } from './mapped-file.ts'
import type { MappedRecord } from './mapped-file.ts'

/** A row that can be sent, or the code of what is wrong with it; its content is in no code. */
export type RegisterRow = { readonly number: number } & (
  | { readonly kind: 'case'; readonly caseId: string; readonly summary: CaseFile }
  | { readonly kind: 'bad'; readonly code: 'row-not-json' | 'row-not-a-case' | 'row-without-case' | 'row-not-mapped' }
)

export interface Register {
  /** SHA-256 of the file. */
  readonly digest: string
  /** How many rows it has. */
  readonly total: number
  readonly rows: () => AsyncIterable<RegisterRow>
}

/** Reads the file once for digest and count. Throws CommandFailed where it cannot be read, or the mapping refuses it whole. */
export async function openRegister(path: string, mapping: string | undefined, at: number): Promise<Register> {
  const { digest, lines } = await measured(path).catch((cause: unknown) => {
    throw new CommandFailed(`${path}: cannot be read (${codeOf(cause)})`, EXIT.unreachable)
  })
  return mapping === undefined
    ? { digest, total: lines, rows: () => linesOf(path) }
    : { digest, ...(await mappedRows(path, mapping, at)) }
}

async function measured(path: string): Promise<{ readonly digest: string; readonly lines: number }> {
  const digest = createHash('sha256')
  let lines = 0
  let last: number | undefined
  for await (const piece of createReadStream(path)) {
    const bytes = piece as Buffer // of a stream without encoding
    digest.update(bytes)
    for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) lines += 1
    last = bytes.at(-1)
  }
  return { digest: digest.digest('hex'), lines: lines + (last === undefined || last === 0x0a ? 0 : 1) }
}

/** A line is a case summary as `send` reads one. Empty lines count and say nothing. */
async function* linesOf(path: string): AsyncGenerator<RegisterRow> {
  let number = 0
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (line.trim() === '') continue
    const read = readStrictJson(line)
    yield read.ok ? rowOf(number, () => summaryIn(path, read.value)) : { number, kind: 'bad', code: 'row-not-json' }
  }
}

function rowOf(number: number, read: () => CaseFile): RegisterRow {
  const summary = summaryOrNone(read)
  if (summary === undefined || shapeFaultsOf(summary.items).length > 0)
    return { number, kind: 'bad', code: 'row-not-a-case' }
  const caseId = summary.rest['caseId']
  return typeof caseId === 'string'
    ? { number, kind: 'case', caseId, summary }
    : { number, kind: 'bad', code: 'row-without-case' }
}

function summaryOrNone(read: () => CaseFile): CaseFile | undefined {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof CommandFailed) return undefined
    throw cause
  }
}

/** What the mapping made of the file, packed: its process may not be kept waiting for as long as sending takes. */
async function mappedRows(path: string, nameOrPath: string, at: number): Promise<Omit<Register, 'digest'>> {
  const packed: Buffer[] = []
  const bad: number[] = []
  await withMapping(nameOrPath, async (mapping, child) => {
    const chunks: Buffer[] = []
    for await (const piece of createReadStream(path)) chunks.push(piece as Buffer) // of a stream without encoding
    const bytes = Buffer.concat(chunks).toString('base64')
    for await (const answer of child.ask({ ask: 'read', mapping, bytes, readAt: at })) {
      if (answer.kind === 'refused')
        throw new CommandFailed(`${path}: the mapping refuses it whole; map try says why`, EXIT.found)
      if (answer.kind === 'record') packed.push(zstdCompressSync(JSON.stringify(answer.record)))
      if (answer.kind === 'bad') bad.push(answer.bad.number)
    }
  })
  return {
    total: packed.length + bad.length,
    rows: async function* () {
      for (const number of bad) yield { number, kind: 'bad', code: 'row-not-mapped' }
      for (const record of packed) yield mappedRow(JSON.parse(zstdDecompressSync(record).toString()) as MappedRecord) // packed above
    },
  }
}

function mappedRow({ number, items, facts = {}, caseReference = '' }: MappedRecord): RegisterRow {
  const caseId = toCaseId(caseReference)
  return caseId === undefined
    ? { number, kind: 'bad', code: 'row-without-case' }
    : rowOf(number, () => ({ items, facts, rest: { caseId } }))
}
