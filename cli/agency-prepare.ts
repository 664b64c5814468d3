/** What a file of the outbox is to become: messages with ids of their own, a refusal, or a file that a person has to look at first. */
import { OUTBOX_PATHS } from '#adapters/agency-kit/outbox.ts'
import type { OutgoingMessage, Prepared } from '#adapters/agency-kit/outbox.ts'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { Item } from '#gateway/core/item.ts'
import { readSummary } from './case-file.ts'
import type { CaseFile } from './case-file.ts'
import { shapeFaultsOf } from './case-shapes.ts'
import { asOneLine, CommandFailed } from './exit-codes.ts'
import type { Identity } from './member-options.ts'
import { badLine, readMapped } from './mapped-file.ts'
import type { Mapped, MappedRecord } from './mapped-file.ts'
import { payloadOf } from './send.ts'
import type { PayloadFlags } from './send.ts'
import { recognise } from './sent-documents.ts'

/** What every file that is dropped has in common. */
export interface PrepareFlags extends PayloadFlags {
  readonly mapping?: string
  readonly dialect?: string
  readonly record?: string
  /** Also files that are Passerelle JSON already wait for a person where they hold free text. */
  readonly confirmAll: boolean
}

export interface Preparing {
  readonly home: string
  readonly identity: Identity
  readonly flags: PrepareFlags
}

const FREE_TEXT: ReadonlySet<string> = new Set(
  SECTIONS.flatMap((section) =>
    section.terms.flatMap((term) => (term.kind === 'free-text' ? [`${section.id} ${term.id}`] : [])),
  ),
)

const isFreeText = ({ section, term, value }: Item): boolean =>
  typeof value === 'string' && FREE_TEXT.has(`${section} ${term}`)

/** Sections, terms and texts that a person has to have read. */
export const freeTextsOf = (files: readonly CaseFile[]): readonly Item[] =>
  files.flatMap(({ items }) => items.filter(isFreeText))

export async function prepare(preparing: Preparing, path: string, isConfirmed: boolean): Promise<Prepared> {
  try {
    const { files, leftOut } = await readFiles(preparing, path)
    const mustBeRead = preparing.flags.mapping !== undefined || preparing.flags.dialect !== undefined
    if (!isConfirmed && (mustBeRead || preparing.flags.confirmAll) && freeTextsOf(files).length > 0)
      return { kind: 'to-confirm' }
    const messages = files.map((file) => messageOf(preparing, file))
    return messages.length === 0
      ? { kind: 'refused', reason: asOneLine(leftOut) }
      : { kind: 'messages', messages, leftOut }
  } catch (error) {
    if (error instanceof CommandFailed) return { kind: 'refused', reason: withoutHome(error.message, path) }
    throw error
  }
}

/** The name of the file is enough: reasons are passed on to whoever exports it. */
const withoutHome = (message: string, path: string): string =>
  message.replaceAll(path, path.slice(path.lastIndexOf('/') + 1))

/** Case files of one file, and which of its records are left out and why. Throws CommandFailed. */
export async function readFiles(
  { home, identity, flags }: Preparing,
  path: string,
): Promise<{ readonly files: readonly CaseFile[]; readonly leftOut: readonly string[] }> {
  const at = Date.now()
  if (flags.mapping === undefined || flags.record !== undefined)
    return { files: [await readSummary(path, { ...flags, at })], leftOut: [] }
  const mapped = await readMapped(path, flags.mapping, at)
  const files: CaseFile[] = []
  const leftOut = mapped.bad.map(badLine)
  for (const record of mapped.records) {
    const file = caseFileOf(mapped, record)
    const before = file.origin === undefined ? undefined : await recognise(home, identity.organisation, file.origin)
    if (before?.kind === 'same') leftOut.push(`record ${record.number}: was sent before, as ${before.before.id}`)
    else files.push(file)
  }
  return { files, leftOut }
}

function caseFileOf(mapped: Mapped, record: MappedRecord): CaseFile {
  const caseId = record.caseReference === undefined ? undefined : toCaseId(record.caseReference)
  return {
    items: record.items,
    facts: record.facts ?? {},
    rest: caseId === undefined ? {} : { caseId },
    origin: { mapping: mapped.mapping.file.id, digest: record.digest, documentId: mapped.documentId },
  }
}

/** Throws CommandFailed where a value has another form than its term, or there is no case. */
function messageOf({ identity, flags }: Preparing, file: CaseFile): OutgoingMessage {
  const faults = shapeFaultsOf(file.items)
  if (faults.length > 0) throw new CommandFailed(asOneLine(faults), 1)
  const payload = payloadOf(file, flags, identity)
  if (typeof payload['caseId'] !== 'string') throw new CommandFailed('names no caseId', 1)
  const { origin } = file
  if (origin === undefined) return { payload }
  const { mapping, digest, documentId } = origin
  return { payload, origin: { mapping, digest, ...(documentId === undefined ? {} : { documentId }) } }
}

/** Of a file that waits for a person. */
export const waitingPath = (home: string, name: string): string => `${home}/${OUTBOX_PATHS.toConfirm}/${name}`
