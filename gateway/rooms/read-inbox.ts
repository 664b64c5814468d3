/** Side room: what lies in a hosted inbox, a page at a time, newest first: what came, never what is in it, and never how much. */
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { labelKey, ungroupedName } from '#gateway/core/case-label.ts'
import type { CarriedKind } from '#gateway/core/message-kinds.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { CaseId, DeliveryId, MandateId, MessageId } from '#gateway/core/ids.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Delivery, DeliveryEntry, DeliveryState } from '#gateway/ports/stored.ts'
import { caseMeant } from './case-names.ts'
import { holdsRecalled } from './collect.ts'
import type { Deps } from './deps.ts'
import { isPublished } from './own-delivery.ts'
import { publishedSize } from './publish.ts'
import { labelOf } from './read-inbox-label.ts'
import type { HostedReader } from './read-inbox-reader.ts'
import { summarise } from './read-mailbox.ts'
import { placeOf } from './situation.ts'

/** `waiting`: what is not acknowledged yet. `closed`: what its sender took back. */
export const INBOX_TABS = ['new', 'mine', 'waiting', 'closed'] as const
export type InboxTab = (typeof INBOX_TABS)[number]

export const INBOX_DUES = ['overdue', 'soon'] as const
export type InboxDue = (typeof INBOX_DUES)[number]

export type InboxTag = 'correction' | 'safety' | 'withdrawn'

export interface InboxRow {
  readonly id: DeliveryId
  readonly caseName: string
  /** What the reader's organisation calls the case. */
  readonly label?: string
  readonly kind: CarriedKind
  readonly sender: string
  readonly receivedAt: Instant
  /** When it is to be acknowledged, or a recall to be answered. */
  readonly dueAt?: Instant
  readonly tags: readonly InboxTag[]
  readonly state: DeliveryState
  readonly messageId: MessageId
  readonly openedAt?: Instant
}

export interface InboxPage {
  readonly rows: readonly InboxRow[]
  /** Position after which the next page begins. */
  readonly next?: number
}

export interface InboxQuestion {
  readonly tab: InboxTab
  readonly before?: number
  readonly kind?: string
  readonly due?: InboxDue
  /** One of the mandate's own sites. */
  readonly site?: string
}

const STATES: Readonly<Record<InboxTab, readonly DeliveryState[]>> = {
  new: ['in-mailbox'],
  mine: ['collected', 'acknowledged'],
  waiting: ['in-mailbox', 'collected'],
  closed: ['withdrawn'],
}

/** Rows looked at for one page: filters leave out of these, so that no page costs more, however rare what is looked for. */
const PAGE_ROWS = 25
const SOON_MS = 24 * 3_600_000

/** A page of the tab. Along an index: it takes as long with ten cases as with a hundred thousand. */
export async function listInbox(deps: Deps, reader: HostedReader, question: InboxQuestion): Promise<InboxPage> {
  const { read } = deps.store
  const place = { organisation: reader.participant.id, mandate: reader.mandate.id, limit: PAGE_ROWS }
  const before = question.before ?? Number.MAX_SAFE_INTEGER
  const found = await Promise.all(
    STATES[question.tab].map((state) => read.deliveries.inState({ ...place, state, before })),
  )
  const entries = found
    .flat()
    .toSorted((a, b) => b.seq - a.seq)
    .slice(0, PAGE_ROWS)
  const size = await publishedSize(read.log)
  const shown = await Promise.all(entries.map((entry) => rowIn(deps, entry, { question, size })))
  const last = entries.at(-1)
  return {
    rows: shown.flatMap((row) => row ?? []),
    ...(last === undefined || entries.length < PAGE_ROWS ? {} : { next: last.seq }),
  }
}

/** Exactly by the name that this recipient uses for the case, or by the label of its organisation; a name that others use finds nothing. */
export async function findInInbox(deps: Deps, reader: HostedReader, written: string): Promise<readonly InboxRow[]> {
  const { participant, mandate } = reader
  const labelled = await deps.store.read.labels.found(participant.id, labelKey(written))
  const rows = await Promise.all(labelled.map((caseId) => rowsOfCase(deps, caseId, mandate.id)))
  const named = await findByName(deps, reader, ungroupedName(written))
  const shown = new Set(rows.flat().map(({ id }) => id))
  return [...rows.flat(), ...named.filter(({ id }) => !shown.has(id))]
}

async function findByName(deps: Deps, reader: HostedReader, reference: string): Promise<readonly InboxRow[]> {
  const name = toCaseId(reference)
  if (name === undefined) return []
  const caseId = await caseMeant(deps.store.read, deps.registry(), reader.participant.id, name)
  const rows = await rowsOfCase(deps, caseId, reader.mandate.id)
  return rows.filter(({ caseName }) => caseName === reference)
}

/** What a mandate was sent of one case, newest first. */
export async function rowsOfCase(deps: Deps, caseId: CaseId, mandate: MandateId): Promise<readonly InboxRow[]> {
  const { read } = deps.store
  const entries = (await read.deliveries.ofCase(caseId, mandate)).toReversed()
  const size = await publishedSize(read.log)
  const shown = await Promise.all(entries.map((entry) => rowIn(deps, entry, { size })))
  return shown.flatMap((row) => row ?? [])
}

interface Looking {
  readonly question?: InboxQuestion
  readonly size: number
}

/** Undefined where it is not to be shown: another has taken its place, it is not published yet, or it is not what was asked for. */
async function rowIn(deps: Deps, entry: DeliveryEntry, { question, size }: Looking): Promise<InboxRow | undefined> {
  const { read } = deps.store
  if (!isPublished(entry, size) || (await isReplaced(read, entry))) return undefined
  const isRecalled = await holdsRecalled(read, entry)
  if (entry.state === 'withdrawn' && !isRecalled) return undefined
  const dueAt = await dueOf(read, entry)
  if (question?.kind !== undefined && question.kind !== entry.kind) return undefined
  if (question?.site !== undefined && (await placeOf(read, entry.caseId)).site !== question.site) return undefined
  if (question?.due !== undefined && !isDue(question.due, dueAt, deps.clock())) return undefined
  const { caseId: caseName, sender, createdAt } = await summarise(deps, entry)
  return {
    id: entry.id,
    caseName,
    ...(await labelOf(read, entry)),
    kind: entry.kind,
    sender,
    receivedAt: parseInstant(createdAt) ?? 0,
    ...(dueAt === undefined ? {} : { dueAt }),
    tags: tagsOf(entry, isRecalled),
    state: entry.state,
    messageId: entry.messageId,
    ...(entry.collectedAt === undefined ? {} : { openedAt: entry.collectedAt }),
  }
}

/** Whether a later delivery of the same message stands in its place. */
async function isReplaced(read: Tx, { id, messageId, mandate, edge, caseId, seq }: DeliveryEntry): Promise<boolean> {
  const latest = await read.deliveries.latest({ messageId, mandate, edge })
  if (latest?.id === id) return false
  if (latest?.state !== 'withdrawn') return true
  const ofCase = await read.deliveries.ofCase(caseId, mandate)
  return ofCase.some((row) => row.messageId === messageId && row.state !== 'withdrawn' && row.seq > seq)
}

/** By kind alone: what is in it nobody has opened yet. */
const tagsOf = ({ kind }: Pick<Delivery, 'kind'>, isRecalled: boolean): readonly InboxTag[] => [
  ...(kind === 'Correction' || kind === 'Recall' ? (['correction'] as const) : []),
  ...(kind === 'IncidentAlert' ? (['safety'] as const) : []),
  ...(isRecalled ? (['withdrawn'] as const) : []),
]

const isDue = (wanted: InboxDue, dueAt: Instant | undefined, now: Instant): boolean =>
  dueAt !== undefined && (wanted === 'overdue' ? dueAt < now : dueAt >= now && dueAt < now + SOON_MS)

/** Of what still waits for an answer. */
export async function dueOf(read: Tx, entry: DeliveryEntry): Promise<Instant | undefined> {
  if (entry.kind === 'Recall' || entry.kind === 'Correction') {
    const targets = await read.recalls.targets(entry.messageId, entry.mandate)
    return targets.find(({ state }) => state === 'waiting')?.dueAt
  }
  if (entry.state !== 'in-mailbox' && entry.state !== 'collected') return undefined
  return (await read.carries.unreadOf(entry.id))?.dueAt
}
