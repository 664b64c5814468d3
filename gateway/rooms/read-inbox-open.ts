/** Side room: opens a delivery at a hosted inbox. What is shown is derived at that moment, is what the log says was delivered, and is kept nowhere in the open. */
import type { DeliveryId } from '#gateway/core/ids.ts'
import type { Message } from '#gateway/core/message.ts'
import { REPLY_KINDS } from '#gateway/core/message-kinds.ts'
import type { CarriedKind } from '#gateway/core/message-kinds.ts'
import { ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Projection } from '#gateway/core/projection.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Delivery, DeliveryEntry, Job } from '#gateway/ports/stored.ts'
import { keyOf } from './choose.ts'
import { judgeAgain } from './collect.ts'
import type { Deps } from './deps.ts'
import { forward, owedNow } from './forward.ts'
import { mayDisclose } from './may-disclose.ts'
import { aboutOf, actorOf, isPublished, owned } from './own-delivery.ts'
import { publishedSize } from './publish.ts'
import { labelOf } from './read-inbox-label.ts'
import { endOtherVisit } from './read-inbox-visit.ts'
import type { HostedReader } from './read-inbox-reader.ts'

export interface Shown {
  readonly kind: 'shown'
  readonly delivery: Delivery
  readonly projection: Projection
  /** What the reader's organisation calls the case. */
  readonly label?: string
}

export type Opened =
  | Shown
  /** It was judged again: this stands in its place. */
  | { readonly kind: 'moved'; readonly to: DeliveryId }
  /** It is being judged again, or waits for the log. */
  | { readonly kind: 'preparing' }
  /** A recall or correction of the case has to be answered first. */
  | { readonly kind: 'notice'; readonly notice: DeliveryId }
  /** How much history to read was not chosen yet. */
  | { readonly kind: 'unchosen' }
  /** Nothing of it may be read any more; with the code of its sender's reason, where it took it back. */
  | { readonly kind: 'gone'; readonly reason?: string }

/** `arrival`: before the choice of depth. */
export type Look = 'arrival' | 'content'

interface Looking {
  readonly reader: HostedReader
  readonly id: DeliveryId
  readonly look: Look
}

/** Nothing where clock, policy, trust list or log cannot be relied on; problem `not-found` for whatever is not this reader's. */
export async function openDelivery(deps: Deps, looking: Looking): Promise<Result<Opened>> {
  const disclosing = await mayDisclose(deps)
  if (!disclosing.ok) return disclosing
  const looked = await deps.store.transaction((tx) => lookIn(deps, tx, looking))
  deps.queue.nudge()
  if (!looked.ok) return looked
  if (looked.value.kind !== 'judge-again') return ok(looked.value)
  const { row, job } = looked.value
  await forward(deps, { ...job, attempts: 0 })
  return ok(await insteadOf(deps.store.read, row))
}

type Looked = Opened | { readonly kind: 'judge-again'; readonly row: Delivery; readonly job: Omit<Job, 'attempts'> }

/** In one transaction, so that no recall, choice or restriction comes between the judgement and the look. */
async function lookIn(deps: Deps, tx: Tx, { reader, id, look }: Looking): Promise<Result<Looked>> {
  const found = await owned(tx, reader, id)
  if (!found.ok) return found
  const row = found.value
  await endOtherVisit(deps, tx, reader, row.caseId)
  const notice = await pendingNotice(tx, row)
  if (notice !== undefined && notice.id !== row.id) return ok({ kind: 'notice', notice: notice.id })
  if (row.state === 'withdrawn') return ok(await insteadOf(tx, row))
  const isChosen = (await tx.choices.get(keyOf(reader, row.caseId))) !== undefined
  if (look === 'content' && hasArrival(row.kind) && !isChosen) return ok({ kind: 'unchosen' })
  const projection = await owedNow(deps, tx, row)
  if (projection === undefined) return ok({ kind: 'judge-again', row, job: await toJudgeAgain(deps, tx, row) })
  await recordLook(deps, tx, { row, reader, look })
  return ok({ kind: 'shown', delivery: row, projection, ...(await labelOf(tx, row)) })
}

const WITHOUT_ARRIVAL: ReadonlySet<CarriedKind> = new Set([...REPLY_KINDS, 'Recall', 'Correction'] as const)

/** Whether the depth is chosen before it is read: of all that may bring history. */
export const hasArrival = (kind: CarriedKind): boolean => !WITHOUT_ARRIVAL.has(kind)

/** What was handed out once stays handed out; the rest is as for who collects. */
async function toJudgeAgain(deps: Deps, tx: Tx, row: Delivery): Promise<Omit<Job, 'attempts'>> {
  if (row.state === 'in-mailbox') return judgeAgain(deps, tx, row)
  const { messageId, caseId, edge, mandate } = row
  const job = { id: deps.newId(), messageId, caseId, edge, mandate, dueAt: deps.clock(), cause: 're-judge' }
  await tx.outbox.add([job])
  return job
}

async function recordLook(
  deps: Pick<Deps, 'clock'>,
  tx: Tx,
  { row, reader, look }: { readonly row: Delivery; readonly reader: HostedReader; readonly look: Look },
): Promise<void> {
  const about = {
    ...aboutOf(row, deps.clock()),
    ...actorOf(reader, row.mandate),
    operation: 'consultation',
    justification: 'mandate',
  } as const
  if (row.state === 'in-mailbox') {
    await tx.deliveries.setState(row.id, 'collected', deps.clock())
    await tx.audit.append({ ...about, act: 'delivery-collected' })
  }
  const act = look === 'arrival' ? 'inbox-arrival-read' : 'inbox-read'
  await tx.audit.append({ ...about, act })
}

/** The recall or correction of the case that this mandate has not answered. */
export async function pendingNotice(
  tx: Tx,
  { caseId, mandate }: Pick<Delivery, 'caseId' | 'mandate'>,
): Promise<DeliveryEntry | undefined> {
  const size = await publishedSize(tx.log)
  const notices = (await tx.deliveries.ofCase(caseId, mandate)).filter(
    (row) =>
      (row.kind === 'Recall' || row.kind === 'Correction') && row.state !== 'withdrawn' && isPublished(row, size),
  )
  for (const notice of notices.toReversed()) {
    const targets = await tx.recalls.targets(notice.messageId, mandate)
    if (targets.some(({ state }) => state === 'waiting')) return notice
  }
  return undefined
}

/** What stands in the place of a delivery that cannot be shown. */
async function insteadOf(read: Tx, row: Delivery): Promise<Opened> {
  const { messageId, mandate, edge, caseId } = row
  const latest = await read.deliveries.latest({ messageId, mandate, edge })
  if (latest !== undefined && latest.id !== row.id && latest.state !== 'withdrawn')
    return isPublished(latest, await publishedSize(read.log)) ? { kind: 'moved', to: latest.id } : { kind: 'preparing' }
  const waiting = await read.outbox.waitingOfCase(caseId, mandate)
  if (waiting.some((job) => job.messageId === messageId)) return { kind: 'preparing' }
  const reason = await takenBackFor(read, row)
  return { kind: 'gone', ...(reason === undefined ? {} : { reason }) }
}

type Recall = Extract<Message, { readonly kind: 'Recall' }>

/** Why its sender took something of it back. */
async function takenBackFor(read: Tx, row: Delivery): Promise<string | undefined> {
  const held = new Set<string>((await read.ledger.ofDelivery(row.id)).map(({ itemId }) => itemId))
  const messages = (await read.messages.ofCase(row.caseId)).map(({ message }) => message)
  return messages
    .filter((message): message is Recall => message.kind === 'Recall')
    .find(({ recalled }) => recalled.some((itemId) => held.has(itemId)))?.reason
}
