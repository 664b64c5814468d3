/** A case summary as commands read it: a message, bare items with facts, or a native record put through its dialect. */
import { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { canonicalise, digestOf, uuidFrom } from '#gateway/core/canonical-json.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { Item } from '#gateway/core/item.ts'
import { caseFactsSchema } from '#gateway/core/message.ts'
import type { CaseFacts } from '#gateway/core/message.ts'
import { asOneLine, CommandFailed, EXIT } from './exit-codes.ts'
import { readJson } from './files.ts'
import { readMappedCase } from './mapped-file.ts'
import type { Origin } from './mapped-file.ts'
import { progress } from './output.ts'

export interface CaseFile {
  readonly items: readonly Item[]
  readonly facts: CaseFacts
  /** Whatever else a message says beside its items: kind, case, purpose … */
  readonly rest: Readonly<Record<string, unknown>>
  /** Where it comes from, of a file that was put through a mapping file. */
  readonly origin?: Origin
}

export interface CaseFileOptions {
  readonly dialect?: string
  /** A mapping file, or the name of a shipped one. */
  readonly mapping?: string
  readonly record?: string
  /** Reference of the case, where it is not in the file. */
  readonly case?: string
  readonly at: Instant
}

/** For the help of a flag: which dialects there are. */
export const KNOWN_DIALECTS = `one of ${DIALECTS.map(({ id }) => id).join(', ')}`

const summarySchema = z.looseObject({
  items: z.array(itemSchema).readonly().default([]),
  facts: caseFactsSchema.optional(),
})

/** Reads and checks the items; one without an id gets one from its case and content. What a dialect did not map is told on standard error, by place. */
export async function readSummary(file: string, options: CaseFileOptions): Promise<CaseFile> {
  const { mapping } = options
  if (mapping !== undefined && options.dialect !== undefined)
    throw new CommandFailed('--mapping and --dialect: one of the two', EXIT.usage)
  if (mapping !== undefined) return readMappedCase(file, { ...options, mapping })
  const json = await readJson(file)
  return options.dialect === undefined
    ? summaryIn(file, json, options.case)
    : checked(file, mapped(file, json, options))
}

/** The same of JSON that was read already; `where` is named in faults. Throws CommandFailed. */
export const summaryIn = (where: string, json: unknown, caseId?: string): CaseFile =>
  checked(where, withIds(json, caseId))

function checked(where: string, document: unknown): CaseFile {
  const parsed = summarySchema.safeParse(document)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new CommandFailed(
      `${where}#/${issue?.path.map(String).join('/') ?? ''}: ${issue?.message ?? 'not a case summary'}`,
      EXIT.found,
    )
  }
  const { items, facts, ...rest } = parsed.data
  return { items, facts: facts ?? {}, rest }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same text in the same case gets the same id, so that a file sent twice brings nothing new. */
function withIds(json: unknown, caseId: string | undefined): unknown {
  if (!isRecord(json) || !Array.isArray(json['items'])) return json
  const seed = caseId ?? canonicalise(json['caseId'] ?? '')
  const items = json['items'].map((item: unknown) =>
    isRecord(item) && item['itemId'] === undefined
      ? { itemId: uuidFrom(`${seed} ${canonicalise(item)}`), ...item }
      : item,
  )
  return { ...json, items }
}

function mapped(file: string, document: unknown, { dialect: id, record, at }: CaseFileOptions): unknown {
  const dialect = DIALECTS.find((known) => known.id === id)
  if (dialect === undefined)
    throw new CommandFailed(
      `--dialect ${id ?? ''}: known are ${DIALECTS.map((known) => known.id).join(' ')}`,
      EXIT.usage,
    )
  if (record === undefined)
    throw new CommandFailed(
      `--record is needed with --dialect; ${dialect.id} reads ${dialect.records.slice(0, 20).join(' ')}`,
      EXIT.usage,
    )
  const digest = digestOf(document)
  const read = dialect.read({
    record,
    document,
    readAt: at,
    service: 'native-records',
    // Of what it says, not of what it is called: two members may each send a person.json for one case.
    idOf: (pointer) => uuidFrom(`${digest} ${record} ${pointer}`),
  })
  if (!read.ok)
    throw new CommandFailed(
      asOneLine(read.faults.map(({ pointer, reason }) => `${file}#${pointer}: ${reason}`)),
      EXIT.found,
    )
  const { items, facts, unmapped } = read.reading
  if (unmapped.length > 0)
    progress(
      `${file}: ${unmapped.length} values are not mapped:\n${unmapped.map((pointer) => `  ${pointer}`).join('\n')}`,
    )
  return { items, facts }
}
