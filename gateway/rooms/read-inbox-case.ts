/** Side room: what stands around a delivery that is read: the depth, what changed since the last visit, what else came of the case. */
import type { Instant } from '#policies/language/instant.ts'
import type { Delivery, DeliveryEntry } from '#gateway/ports/stored.ts'
import type { InboxAnswer } from '#gateway/ports/asks.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { holdsRecalled } from './collect.ts'
import type { Deps } from './deps.ts'
import { colleaguesHere } from './read-inbox-colleagues.ts'
import type { Colleague } from './read-inbox-colleagues.ts'
import { depthOf } from './read-inbox-depth.ts'
import type { DepthView } from './read-inbox-depth.ts'
import type { HostedReader } from './read-inbox-reader.ts'
import { heldOf } from './read-inbox-held.ts'
import type { HeldRow } from './read-inbox-held.ts'
import { dueOf, rowsOfCase } from './read-inbox.ts'
import type { InboxRow } from './read-inbox.ts'

export interface CaseAround {
  readonly view: DepthView
  /** Items that were not there, or not so, in what was last opened of this message; none where nothing was. */
  readonly changed: ReadonlySet<string>
  /** The newest of each other message of the case. */
  readonly others: readonly InboxRow[]
  /** What this mandate answered to it. */
  readonly answer?: InboxAnswer
  /** That the organisation took it on, whichever of its mandates said so: by whom it is held now. */
  readonly takenOn?: InboxAnswer
  /** Who reads here now, where somebody took it on; else none. */
  readonly colleagues: readonly Colleague[]
  /** When it is to be acknowledged; absent once it is. */
  readonly dueAt?: Instant
  /** By which day it must be gone here; absent before it is opened, and of a recall, which says nothing that could be kept. */
  readonly held?: HeldRow
  /** Something of what this mandate had opened of the message was taken back or replaced since. */
  readonly isPartlyWithdrawn: boolean
}

export async function readCase(deps: Deps, reader: HostedReader, delivery: Delivery): Promise<CaseAround> {
  const { read } = deps.store
  const answers = await read.inbox.answersTo(delivery.messageId)
  const { mandate, organisation } = delivery
  const answer = answers.find((one) => one.mandate === mandate)
  const takenOn = answers.find((one) => one.organisation === organisation && one.kind === 'accepted')
  const dueAt = await dueOf(read, delivery)
  const rows = await rowsOfCase(deps, delivery.caseId, reader.mandate.id)
  const view = await depthOf(deps, reader, delivery.caseId)
  const own = rows.filter(({ id }) => id === delivery.id)
  const [held] = await heldOf(deps, reader, own)
  return {
    view,
    changed: await changedSince(read, delivery, view.setAt),
    others: rows.filter(({ messageId }) => messageId !== delivery.messageId),
    ...(answer === undefined ? {} : { answer }),
    ...(takenOn === undefined ? {} : { takenOn }),
    colleagues: takenOn === undefined ? [] : await colleaguesHere(deps, reader),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(held === undefined ? {} : { held }),
    isPartlyWithdrawn: await isPartlyWithdrawn(read, delivery),
  }
}

/** By what this mandate had opened of it before, and by nothing that it was never shown. */
async function isPartlyWithdrawn(read: Tx, { id, caseId, mandate, messageId }: Delivery): Promise<boolean> {
  for (const row of await read.deliveries.ofCase(caseId, mandate)) {
    const isEarlier = row.messageId === messageId && row.id !== id && row.collectedAt !== undefined
    if (isEarlier && (await holdsRecalled(read, row))) return true
  }
  return false
}

/** By the ledger: what this delivery says of an item against what the one opened before at this depth said of it; a new depth is no news. */
async function changedSince(read: Tx, delivery: Delivery, setAt: Instant = 0): Promise<ReadonlySet<string>> {
  const { id, caseId, mandate, messageId, seq } = delivery
  const earlier = (await read.deliveries.ofCase(caseId, mandate)).findLast(
    (row: DeliveryEntry) =>
      row.messageId === messageId && row.id !== id && (row.collectedAt ?? 0) > setAt && row.seq < seq,
  )
  if (earlier === undefined) return new Set()
  const before = new Map((await read.ledger.ofDelivery(earlier.id)).map((entry) => [entry.itemId, entry.level]))
  const now = await read.ledger.ofDelivery(id)
  return new Set(now.filter(({ itemId, level }) => before.get(itemId) !== level).map(({ itemId }) => itemId))
}

/** What the flow that brought a delivery was agreed for: what more may be asked for. */
export const purposesOf = ({ registry }: Pick<Deps, 'registry'>, { edge }: Pick<Delivery, 'edge'>): readonly string[] =>
  registry().edges.find(({ id }) => id === edge)?.purposes ?? []
