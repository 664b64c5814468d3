/** A source put through a mapping: each record as items, or the reason why it is left out, and what nobody mapped. Runs in the mapping child. */
import { digestOf, sha256Hex, uuidFrom } from '#gateway/core/canonical-json.ts'
import type { ItemText } from '#gateway/core/item.ts'
import type { CaseFacts } from '#gateway/core/message.ts'
import { termIn } from '#gateway/core/vocabulary/sections.ts'
import { shapeFault } from '#policies/engine/ladders.ts'
import type { Instant } from '#policies/language/instant.ts'
import { MAX_FAULTS, walk } from '#adapters/dialects/json-tree.ts'
import type { TreeFault } from '#adapters/dialects/json-tree.ts'
import { mapRows, withIds } from '#adapters/dialects/map-rows.ts'
import type { MappedRows } from '#adapters/dialects/map-rows.ts'
import type { RecordMapping } from '#adapters/dialects/mapping.ts'
import { datesOf } from '#adapters/dialects/native-date.ts'
import { select } from '#adapters/dialects/select.ts'
import type { Selected } from '#adapters/dialects/select.ts'
import { MAX_RECORDS } from './csv-source.ts'
import { expressionsOf } from './expressions.ts'
import type { MappingFile } from './mapping-file.ts'
import type { ReadyMapping } from './read-mapping.ts'
import { readSource } from './read-source.ts'
import { pinned, recordsOf, resolved } from './resolve-patterns.ts'
import { documentIdOf, referenceOf, selectedBy } from './selected-by.ts'
import type { FromSource } from './selected-by.ts'
import type { BadRecord } from './source.ts'
import { toldBy } from './told-place.ts'
import { isCopy, isLost, isWithin, leftOutOf, unmappedOutside, usedIn } from './unmapped.ts'

/** One record as items. Pointers begin at the root of the file. */
export interface MappedRecord {
  readonly number: number
  readonly line?: number
  readonly pointer: string
  /** SHA-256 of the record's own content, whatever file it stands in. */
  readonly digest: string
  readonly caseReference?: string
  readonly items: readonly ItemText[]
  readonly facts?: CaseFacts
  readonly unmapped: readonly string[]
  /** Left out on purpose. */
  readonly leftOut: readonly string[]
  /** Turned into something else by an expression or a code list, and not found again as it was said. */
  readonly changed: readonly string[]
}

/** What a mapping says of a source, a piece at a time. `refused` or `done` is the last. */
export type MappingAnswer =
  | { readonly kind: 'record'; readonly record: MappedRecord }
  | { readonly kind: 'bad'; readonly bad: BadRecord }
  | { readonly kind: 'refused'; readonly faults: readonly TreeFault[] }
  | {
      readonly kind: 'done'
      readonly records: number
      readonly unmapped: readonly string[]
      /** How many more there are than can be listed. */
      readonly unlisted: number
      readonly documentId?: string
    }

export interface ReadingAsked {
  readonly mapping: ReadyMapping
  readonly bytes: Uint8Array
  readonly readAt: Instant
}

/** Every record in the order of the file. A faulty record is told and left out; a faulty file is refused as a whole. No fault names what only the source does. */
export async function* readRecords(asked: ReadingAsked): AsyncGenerator<MappingAnswer, void> {
  const told = toldBy(asked.mapping.file)
  for await (const answer of readAll(asked)) {
    if (answer.kind === 'bad') yield { kind: 'bad', bad: { ...answer.bad, faults: told(answer.bad.faults) } }
    else if (answer.kind === 'refused') yield { kind: 'refused', faults: told(answer.faults) }
    else yield answer
  }
}

async function* readAll({ mapping, bytes, readAt }: ReadingAsked): AsyncGenerator<MappingAnswer, void> {
  const source = await readSource(mapping, bytes)
  if (!source.ok) {
    yield { kind: 'refused', faults: source.faults.slice(0, MAX_FAULTS) }
    return
  }
  const { file } = mapping
  const whole = resolved(file, mapping.lists, source.start)
  const { found, faults } = select(source.document, source.start + recordsOf(file))
  const absent =
    found.length === 0 && source.bad.length === 0
      ? [{ pointer: '', reason: 'no record where the mapping looks for them' }]
      : []
  if (found.length > MAX_RECORDS) {
    yield { kind: 'refused', faults: [{ pointer: '', reason: `more than ${MAX_RECORDS} records` }] }
    return
  }
  if (faults.length + absent.length > 0) {
    yield { kind: 'refused', faults: [...faults, ...absent].slice(0, MAX_FAULTS) }
    return
  }
  for (const bad of source.bad) yield { kind: 'bad', bad }
  const context: Context = { mapping, whole, source, readAt, heeded: new Set(), expressions: expressionsOf() }
  for (const [index, node] of found.entries()) yield await readRecord(context, node, numberOf(file, node, index))
  const documentId = documentIdOf(context)
  if (documentId !== undefined) context.heeded.add(documentId.pointer)
  const { listed, unlisted } = unmappedOutside(context, context.heeded, new Set(found.map(({ pointer }) => pointer)))
  yield {
    kind: 'done',
    records: found.length,
    unmapped: listed,
    unlisted,
    ...(documentId === undefined ? {} : { documentId: sha256Hex(`${file.id} ${documentId.text}`) }),
  }
}

interface Context extends FromSource {
  readonly whole: RecordMapping
  readonly readAt: Instant
  /** Pointers outside their record that any record has used. */
  readonly heeded: Set<string>
  readonly expressions: ReturnType<typeof expressionsOf>
}

/** Rows are numbered as they stand in the file, those that are left out included. */
const numberOf = ({ source }: MappingFile, node: Selected, index: number): number =>
  source.format === 'csv' ? Number(node.pointer.slice(1)) + 1 : index + 1

/** What a message may hold (`gateway/core/message.ts`), which would have to load the schemas of all messages to say so. */
export const MAX_ITEMS = 16_384

async function readRecord(context: Context, node: Selected, number: number): Promise<MappingAnswer> {
  const { mapping, source } = context
  const line = source.lines?.get(number)
  const numbered = { number, ...(line === undefined ? {} : { line }) }
  const walked = walk(node.value)
  if (!walked.ok) return { kind: 'bad', bad: { ...numbered, faults: under(node.pointer, walked.faults) } }
  const why = refusalOf(context, node)
  if (why !== undefined) return { kind: 'bad', bad: { ...numbered, faults: [{ pointer: node.pointer, reason: why }] } }
  const mapped = await mappedBy(context, node)
  const faults = [...mapped.faults, ...mapped.items.flatMap(shapeFaults)]
  const caseReference = referenceOf(context, node)
  const tooMany =
    mapped.items.length > MAX_ITEMS ? [{ pointer: node.pointer, reason: `more than ${MAX_ITEMS} items` }] : []
  if (faults.length + tooMany.length > 0)
    return { kind: 'bad', bad: { ...numbered, faults: [...faults, ...tooMany].slice(0, MAX_FAULTS) } }
  const digest = digestOf(node.value)
  if (caseReference !== undefined) context.heeded.add(caseReference.pointer)
  const used = usedIn(context, mapped)
  for (const pointer of used) if (!isWithin(pointer, node.pointer)) context.heeded.add(pointer)
  const left = walked.nodes
    .filter(({ value }) => isLost(value, mapping.file))
    .map(({ pointer }) => node.pointer + pointer)
    .filter((pointer) => !used.has(pointer) && !isCopy(context, pointer))
  const onPurpose = leftOutOf(context, node)
  return {
    kind: 'record',
    record: {
      ...numbered,
      pointer: node.pointer,
      digest,
      ...(caseReference === undefined ? {} : { caseReference: caseReference.text }),
      items: withIds(mapped.items, (pointer) => uuidFrom(`${mapping.file.id} ${digest} ${placeOf(pointer, node)}`)),
      ...(mapped.facts === undefined ? {} : { facts: mapped.facts }),
      unmapped: left.filter((pointer) => !onPurpose(pointer) && pointer !== caseReference?.pointer),
      leftOut: left.filter(onPurpose),
      changed: [...new Set(mapped.changed)],
    },
  }
}

/** Where an item stands, whatever stands before its record in the file: the same record gives the same ids in every file. */
const placeOf = (pointer: string, { pointer: record }: Selected): string =>
  isWithin(pointer, record) ? pointer.slice(record.length) : `around ${pointer.replaceAll(/\/\d+(?=[/#]|$)/g, '')}`

/** What the mapping says of a record that is not for it. */
function refusalOf(context: Context, node: Selected): string | undefined {
  const holds = ([pattern, values]: readonly [string, readonly (string | boolean)[]]): boolean =>
    selectedBy(context, node, pattern).some(({ value }) => values.some((wanted) => wanted === value))
  return context.mapping.file.refuse.find(({ where }) => Object.entries(where).every(holds))?.why
}

const under = (pointer: string, faults: readonly TreeFault[]): readonly TreeFault[] =>
  faults.map((fault) => ({ ...fault, pointer: pointer + fault.pointer }))

/** Rows twice where they hold expressions: the first pass asks, the second has the answers. */
async function mappedBy({ mapping, whole, source, readAt, expressions }: Context, node: Selected): Promise<MappedRows> {
  const { file } = mapping
  const input = {
    record: file.record,
    service: file.author.service,
    readAt,
    mapping: pinned(whole, node.bound),
    document: source.document,
    abilities: { dates: datesOf(file.dates), evaluate: expressions.evaluate },
  }
  const first = mapRows(input)
  return (await expressions.work()) ? mapRows(input) : first
}

/** What the door would refuse about the values: told here, where the mapping can still be mended. */
function shapeFaults({ section, term, value, rungs, at }: MappedRows['items'][number]): readonly TreeFault[] {
  const kind = termIn(section, term)?.kind
  if (kind === undefined) return []
  const own = value === undefined ? undefined : shapeFault(kind, value)
  const coarser = Object.entries(rungs ?? {}).map(([rung, entry]) => shapeFault(kind, entry, rung as 'g1'))
  return [own, ...coarser].flatMap((reason) =>
    reason === undefined ? [] : [{ pointer: at, reason: `${term}: ${reason}` }],
  )
}
