/** Side room: until when what somebody at a hosted inbox opened may be kept here, and by what. Told by what this reader was shown, and by nothing else. */
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, DeliveryId } from '#gateway/core/ids.ts'
import type { Item } from '#gateway/core/item.ts'
import { keptUntil, latestDay } from '#gateway/core/kept-until.ts'
import type { KeptUntil } from '#gateway/core/kept-until.ts'
import { itemsOf } from '#gateway/core/message.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'
import { owned } from './own-delivery.ts'
import { pendingNotice } from './read-inbox-open.ts'
import type { HostedReader } from './read-inbox-reader.ts'
import { rowsOfCase } from './read-inbox.ts'
import type { InboxRow } from './read-inbox.ts'

export interface HeldRow extends InboxRow {
  readonly until: KeptUntil
  /** It should be gone by now. */
  readonly isPast: boolean
}

/** Of rows that were opened; a recall says nothing that could be kept. */
export async function heldOf(deps: Deps, reader: HostedReader, rows: readonly InboxRow[]): Promise<readonly HeldRow[]> {
  const { read } = deps.store
  const kept = rows.filter(({ kind }) => kind !== 'Recall')
  const stored = await Promise.all(kept.map(({ messageId }) => read.messages.get(messageId)))
  const caseIds = [...new Set(stored.flatMap((message) => message?.caseId ?? []))]
  const byCase = Map.groupBy(await openedOf(read, reader, caseIds), ({ caseId }) => caseId)
  const cases = await Promise.all([...byCase.values()].map((opened) => caseHeld(read, opened)))
  const made = kept.map(async (row): Promise<readonly HeldRow[]> => {
    const around = cases.find(({ opened }) => opened.some(({ id }) => id === row.id))
    if (around === undefined) return []
    const until = await untilOf(deps, reader, row, around)
    return [{ ...row, until, isPast: until.at <= deps.clock() }]
  })
  return (await Promise.all(made)).flat()
}

/** Past its day, but not because of a recall, which has a page and an answer of its own. */
export const isClosed = ({ until, isPast }: HeldRow): boolean => isPast && until.because !== 'recall'

/** The same of one delivery; false of what is not this reader's, was not opened, or says nothing that could be kept. */
export async function isClosedTo(deps: Deps, reader: HostedReader, id: DeliveryId): Promise<boolean> {
  const found = await owned(deps.store.read, reader, id)
  if (!found.ok) return false
  const rows = await rowsOfCase(deps, found.value.caseId, reader.mandate.id)
  const held = await heldOf(
    deps,
    reader,
    rows.filter((row) => row.id === id),
  )
  return held.some(isClosed)
}

interface CaseHeld {
  /** Oldest first. */
  readonly opened: readonly DeliveryEntry[]
  readonly measureEnds?: Instant
  /** When the recall or correction of it is to be answered. */
  readonly recallDueAt?: Instant
}

/** What this mandate opened of the cases and may still open, oldest first. */
async function openedOf(
  read: Tx,
  { participant, mandate }: HostedReader,
  caseIds: readonly CaseId[],
): Promise<readonly DeliveryEntry[]> {
  const sent = await read.deliveries.ofCases(caseIds, mandate.id)
  return sent
    .filter((row) => row.organisation === participant.id && row.state !== 'withdrawn' && row.collectedAt !== undefined)
    .toSorted((a, b) => a.seq - b.seq)
}

async function caseHeld(read: Tx, opened: readonly DeliveryEntry[]): Promise<CaseHeld> {
  return { opened, ...(await measureEndIn(read, opened)), ...(await recallDueIn(read, opened)) }
}

/** By the newest message that told this reader the day, exactly. */
async function measureEndIn(read: Tx, opened: readonly DeliveryEntry[]): Promise<{ readonly measureEnds?: Instant }> {
  const newest = new Map(opened.map((row) => [row.messageId, row]))
  for (const row of [...newest.values()].toReversed()) {
    const { exact } = await shownIn(read, row)
    const measureEnds = latestDay(exact, 'measures', 'measure-end-date')
    if (measureEnds !== undefined) return { measureEnds }
  }
  return {}
}

async function recallDueIn(read: Tx, [row]: readonly DeliveryEntry[]): Promise<{ readonly recallDueAt?: Instant }> {
  const notice = row === undefined ? undefined : await pendingNotice(read, row)
  const targets = notice === undefined ? [] : await read.recalls.targets(notice.messageId, notice.mandate)
  const dueAt = targets.find(({ state }) => state === 'waiting')?.dueAt
  return dueAt === undefined ? {} : { recallDueAt: dueAt }
}

interface ShownItems {
  /** In words, general or exact. */
  readonly said: readonly Item[]
  readonly exact: readonly Item[]
}

/** By the record of the decision: what was withheld from this reader is in neither. */
async function shownIn(read: Tx, { id, messageId }: DeliveryEntry): Promise<ShownItems> {
  const [record, stored] = await Promise.all([read.deliveries.recordOf(id), read.messages.get(messageId)])
  if (record === undefined || stored === undefined) return { said: [], exact: [] }
  const outcomes = new Map(record.items.map(({ itemId, outcome }) => [itemId, outcome]))
  const items = itemsOf(stored.message)
  const isSaid = ({ itemId }: Item): boolean => ['passed', 'generalised'].includes(outcomes.get(itemId) ?? '')
  return { said: items.filter(isSaid), exact: items.filter(({ itemId }) => outcomes.get(itemId) === 'passed') }
}

async function untilOf(
  { store: { read }, registry, policy }: Deps,
  { mandate }: HostedReader,
  row: InboxRow,
  { opened, measureEnds, recallDueAt }: CaseHeld,
): Promise<KeptUntil> {
  const own = opened.filter(({ messageId }) => messageId === row.messageId)
  const entry = own.find(({ id }) => id === row.id)
  const isRecalled = row.tags.includes('withdrawn') || row.kind === 'Correction'
  return keptUntil({
    shown: entry === undefined ? [] : (await shownIn(read, entry)).said,
    receivedAt: own[0]?.createdAt ?? row.receivedAt,
    mandate,
    edge: registry().edges.find(({ id }) => id === entry?.edge),
    presets: policy()?.set.retention ?? [],
    ...(measureEnds === undefined ? {} : { measureEnds }),
    ...(isRecalled && recallDueAt !== undefined ? { recallDueAt } : {}),
  })
}
