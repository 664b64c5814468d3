/** A file of another system put through a mapping file: every record, or the one that a command is to send or to look at. */
import { createReadStream } from 'node:fs'
import type { Instant } from '#policies/language/instant.ts'
import { openMapping, shippedMappings } from '#adapters/dialects/configured/mapping-folder.ts'
import { MappingKilled, openMappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import type { CheckedAnswer } from '#adapters/dialects/configured/child-answer.ts'
import type { MappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import type { MappingFault, ReadyMapping } from '#adapters/dialects/configured/read-mapping.ts'
import { MAX_SOURCE_BYTES } from '#adapters/dialects/configured/source.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { CaseFile } from './case-file.ts'
import { asOneLine, CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf } from './files.ts'
import { progress } from './output.ts'

/** For the help of a flag: which mappings come with the gateway. */
export const KNOWN_MAPPINGS = `a file, or one of ${shippedMappings().join(', ')}`

export type MappedRecord = Extract<CheckedAnswer, { readonly kind: 'record' }>['record']
export type BadRecord = Extract<CheckedAnswer, { readonly kind: 'bad' }>['bad']

/** All that a mapping made of a file. */
export interface Mapped {
  readonly mapping: ReadyMapping
  readonly records: readonly MappedRecord[]
  readonly bad: readonly BadRecord[]
  /** Pointers of values that stand in no record and that nothing maps. */
  readonly unmapped: readonly string[]
  /** How many of those there are beyond the ones that are listed. */
  readonly unlisted: number
  readonly documentId: string | undefined
  /** SHA-256 of the file. */
  readonly digest: string
}

/** Where a case file comes from: what tells that the same comes again. */
export interface Origin {
  readonly mapping: string
  readonly digest: string
  readonly documentId: string | undefined
}

export const faultLine = ({ file, at, reason }: MappingFault): string => `${file}#${at}: ${reason}`

/** Opens a mapping for work with it, and closes its process afterwards. Throws CommandFailed where the mapping has faults. */
export async function withMapping<T>(
  nameOrPath: string,
  work: (mapping: ReadyMapping, child: MappingProcess) => Promise<T>,
): Promise<T> {
  await using child = openMappingProcess()
  try {
    const opened = await openMapping(nameOrPath, child)
    if (!opened.ok) throw new CommandFailed(asOneLine(opened.faults.map(faultLine)), EXIT.found)
    return await work(opened.mapping, child)
  } catch (cause) {
    if (cause instanceof MappingKilled) throw new CommandFailed(`${nameOrPath}: ${cause.message}`, EXIT.found)
    throw cause
  }
}

/** Reads a whole file. Throws CommandFailed where the file is refused or the mapping had to be stopped. */
export const readMapped = async (file: string, nameOrPath: string, at: Instant): Promise<Mapped> =>
  withMapping(nameOrPath, async (mapping, child) => {
    const bytes = await bytesOf(file)
    const records: MappedRecord[] = []
    const bad: BadRecord[] = []
    let unmapped: readonly string[] = []
    let unlisted = 0
    let documentId: string | undefined
    for await (const answer of child.ask({ ask: 'read', mapping, bytes: bytes.toString('base64'), readAt: at })) {
      if (answer.kind === 'refused') throw new CommandFailed(refusalOf(file, answer.faults), EXIT.found)
      if (answer.kind === 'record') records.push(answer.record)
      if (answer.kind === 'bad') bad.push(answer.bad)
      if (answer.kind === 'done') ({ unmapped, unlisted, documentId } = { documentId: undefined, ...answer })
    }
    return {
      mapping,
      records,
      bad: bad.toSorted((a, b) => a.number - b.number),
      unmapped,
      unlisted,
      documentId,
      digest: sha256Hex(bytes),
    }
  })

const refusalOf = (file: string, faults: readonly { readonly pointer: string; readonly reason: string }[]): string =>
  asOneLine(faults.map(({ pointer, reason }) => `${file}#${pointer}: ${reason}`))

/** No more than a mapping reads: a pipe or a device may be without end. */
async function bytesOf(file: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      const bytes = Buffer.from(chunk as Uint8Array)
      size += bytes.length
      if (size > MAX_SOURCE_BYTES)
        throw new CommandFailed(`${file}: more than ${MAX_SOURCE_BYTES} bytes; split it`, EXIT.found)
      chunks.push(bytes)
    }
  } catch (cause) {
    throw cause instanceof CommandFailed
      ? cause
      : new CommandFailed(`${file}: cannot be read (${codeOf(cause)})`, EXIT.unreachable)
  }
  return Buffer.concat(chunks)
}

/** `row 3 (line 4): /reference: expected a value, found none`: a bad record by number, place and reason. */
export const badLine = ({ number, line, faults }: BadRecord): string =>
  `record ${number}${line === undefined ? '' : ` (line ${line})`}: ${asOneLine(faults.map(({ pointer, reason }) => `${pointer}: ${reason}`))}`

/** One record as a case file: the only one, or the one that `--record` names by its number. */
export async function readMappedCase(
  file: string,
  options: { readonly mapping: string; readonly record?: string; readonly at: Instant },
): Promise<CaseFile> {
  const mapped = await readMapped(file, options.mapping, options.at)
  const record = chosen(file, mapped, options.record)
  const lost = [...record.unmapped, ...(mapped.records.length === 1 ? mapped.unmapped : [])]
  if (lost.length > 0)
    progress(`${file}: ${lost.length} values are not mapped:\n${lost.map((pointer) => `  ${pointer}`).join('\n')}`)
  const caseId = record.caseReference === undefined ? undefined : toCaseId(record.caseReference)
  return {
    items: record.items,
    facts: record.facts ?? {},
    rest: caseId === undefined ? {} : { caseId },
    origin: { mapping: mapped.mapping.file.id, digest: record.digest, documentId: mapped.documentId },
  }
}

function chosen(file: string, { records, bad }: Mapped, wanted: string | undefined): MappedRecord {
  const total = records.length + bad.length
  const number = wanted === undefined ? (total === 1 ? 1 : undefined) : Number(wanted)
  if (number === undefined || !Number.isSafeInteger(number))
    throw new CommandFailed(`${file}: holds ${total} records; choose one by its number with --record`, EXIT.usage)
  const found = records.find((record) => record.number === number)
  if (found !== undefined) return found
  const faulty = bad.find((entry) => entry.number === number)
  throw faulty === undefined
    ? new CommandFailed(`${file}: holds no record ${number}`, EXIT.usage)
    : new CommandFailed(`${file}: ${badLine(faulty)}`, EXIT.found)
}
