/** Side room: what stands around a delivery that is read: the depth, what changed since the last visit, what else came of the case. */
import type { Instant } from '#policies/language/instant.ts'
import type { Delivery, DeliveryEntry } from '#gateway/ports/stored.ts'
import type { InboxAnswer } from '#gateway/ports/asks.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'
import { depthOf } from './read-inbox-depth.ts'
import type { DepthView } from './read-inbox-depth.ts'
import type { HostedReader } from './read-inbox-reader.ts'
import { rowsOfCase } from './read-inbox.ts'
import type { InboxRow } from './read-inbox.ts'

export interface CaseAround {
  readonly view: DepthView
  /** Items that were not there, or not so, in what was last opened of this message; none where nothing was. */
  readonly changed: ReadonlySet<string>
  /** The newest of each other message of the case. */
  readonly others: readonly InboxRow[]
  /** What this mandate answered to it. */
  readonly answer?: InboxAnswer
}

export async function readCase(deps: Deps, reader: HostedReader, delivery: Delivery): Promise<CaseAround> {
  const { read } = deps.store
  const answers = await read.inbox.answersTo(delivery.messageId)
  const answer = answers.find(({ mandate }) => mandate === delivery.mandate)
  const rows = await rowsOfCase(deps, delivery.caseId, reader.mandate.id)
  const view = await depthOf(deps, reader, delivery.caseId)
  return {
    view,
    changed: await changedSince(read, delivery, view.setAt),
    others: rows.filter(({ messageId }) => messageId !== delivery.messageId),
    ...(answer === undefined ? {} : { answer }),
  }
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
