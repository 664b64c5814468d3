/** Side room: a recall or correction at a hosted inbox: what it takes back, by name and never by content, and the word that the copies are gone. */
import type { Instant } from '#policies/language/instant.ts'
import type { DeliveryId, ItemId } from '#gateway/core/ids.ts'
import { itemsOf, replacedBy } from '#gateway/core/message.ts'
import { fail } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { RecallTarget } from '#gateway/ports/recalls.ts'
import type { Delivery } from '#gateway/ports/stored.ts'
import { holdsRecalled } from './collect.ts'
import type { Deps } from './deps.ts'
import { aboutOf, owned } from './own-delivery.ts'
import type { HostedReader } from './read-inbox-reader.ts'

/** What somebody was shown and holds no more, by the names it was shown under. */
export interface TakenBack {
  readonly section: string
  readonly term: string
}

export interface NoticeView {
  readonly takenBack: readonly TakenBack[]
  /** Absent where nobody waits for an answer of this mandate. */
  readonly state?: RecallTarget['state']
  readonly dueAt?: Instant
}

/** Of a delivery that was shown as a notice. Only what this mandate was shown by name is named. */
export async function noticeOf(deps: Deps, { messageId, caseId, mandate }: Delivery): Promise<NoticeView> {
  const { read } = deps.store
  const stored = await read.messages.get(messageId)
  const message = stored?.message
  const items = message === undefined ? [] : message.kind === 'Recall' ? message.recalled : replacedBy(message)
  const [target] = await read.recalls.targets(messageId, mandate)
  return {
    takenBack: await namedTo(read, { caseId, mandate }, items),
    ...(target === undefined ? {} : { state: target.state, dueAt: target.dueAt }),
  }
}

async function namedTo(
  read: Tx,
  { caseId, mandate }: Pick<Delivery, 'caseId' | 'mandate'>,
  items: readonly ItemId[],
): Promise<readonly TakenBack[]> {
  const said = await read.ledger.ofItems(caseId, items)
  const shown = said.filter((entry) => entry.mandate === mandate && entry.level !== 'existence')
  const named = new Set(shown.map(({ itemId }) => itemId))
  const taken = new Map<string, TakenBack>()
  const messages = named.size === 0 ? [] : await read.messages.ofCase(caseId)
  for (const { itemId, section, term } of messages.flatMap(({ message }) => itemsOf(message)))
    if (named.has(itemId)) taken.set(`${section} ${term}`, { section, term })
  return [...taken.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/**
 * The mandate says that its copies and prints are deleted, or locked. What it had read of what was taken back opens no more; what is
 * left of it is judged anew. There is no signed attestation: the gateway keeps that an account of the mandate said so.
 */
export async function confirmNotice(
  deps: Deps,
  reader: HostedReader,
  { id, action }: { readonly id: DeliveryId; readonly action: 'deleted' | 'locked' },
): Promise<Result<Delivery>> {
  const confirmed = await deps.store.transaction((tx) => confirmIn(deps, tx, reader, { id, action }))
  deps.queue.nudge()
  return confirmed
}

async function confirmIn(
  deps: Deps,
  tx: Tx,
  reader: HostedReader,
  { id, action }: { readonly id: DeliveryId; readonly action: 'deleted' | 'locked' },
): Promise<Result<Delivery>> {
  const found = await owned(tx, reader, id)
  if (!found.ok) return found
  const row = found.value
  if (row.state === 'in-mailbox') return fail('message-out-of-turn', [{ pointer: '', code: 'not-collected' }])
  const at = deps.clock()
  const { messageId: recallId, organisation, mandate } = row
  const answered = await tx.recalls.answer({ recallId, organisation, mandate, action, at })
  if (answered === 0) return fail('message-out-of-turn', [{ pointer: '', code: 'not-waited-for' }])
  await tx.deliveries.setState(id, 'acknowledged', at)
  const about = { ...aboutOf(row, at), actor: reader.account, role: mandate }
  await tx.audit.append({ ...about, operation: 'consultation', act: 'delivery-acknowledged', justification: 'mandate' })
  if (action === 'deleted') await tx.audit.append({ ...about, operation: 'erasure', act: 'copy-erased' })
  await putAway(deps, tx, row, at)
  return found
}

/** All that this mandate was handed of the case with something in it that was recalled. */
async function putAway(deps: Deps, tx: Tx, { caseId, mandate }: Delivery, at: Instant): Promise<void> {
  for (const row of await tx.deliveries.ofCase(caseId, mandate)) {
    if (row.state === 'withdrawn' || row.state === 'in-mailbox' || !(await holdsRecalled(tx, row))) continue
    await tx.deliveries.setState(row.id, 'withdrawn', at)
    const { messageId, edge } = row
    await tx.outbox.add([{ id: deps.newId(), messageId, caseId, edge, mandate, dueAt: at, cause: 're-judge' }])
  }
}
