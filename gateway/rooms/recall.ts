/** What a recall, a correction and the answer to either change: who is waited for, what is withdrawn, and what was signed about it. */
import { printInstant } from '#policies/language/instant.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { MandateId, MessageId } from '#gateway/core/ids.ts'
import type { Message } from '#gateway/core/message.ts'
import type { RoutedMessage } from '#gateway/core/stages.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'
import { affectedItems } from './route.ts'

export interface TakingBack {
  readonly tx: Tx
  readonly routed: RoutedMessage
  readonly messageId: MessageId
}

/**
 * Everyone it goes to is waited for, and whoever it cannot go to is named. Parcels that nobody fetched yet are withdrawn and judged
 * anew without what was taken back.
 */
export async function takeBack(
  deps: Pick<Deps, 'newId' | 'limits'>,
  { tx, routed, messageId: recallId }: TakingBack,
): Promise<void> {
  const { message, routes, unreachable = [], receivedAt } = routed
  const dueAt = receivedAt + deps.limits.recallDueMs
  await tx.recalls.expect([
    ...routes.map(({ mandate: { id, organisation } }) => ({
      recallId,
      organisation,
      mandate: id,
      dueAt,
      state: 'waiting' as const,
    })),
    ...unreachable.map((end) => ({ ...end, recallId, dueAt: receivedAt, state: 'unreachable' as const })),
  ])
  const entries = await tx.ledger.ofItems(message.caseId, affectedItems(message))
  for (const id of new Set(entries.map(({ deliveryId }) => deliveryId))) {
    const delivery = await tx.deliveries.get(id)
    if (delivery?.state !== 'in-mailbox') continue
    await tx.deliveries.setState(id, 'withdrawn', receivedAt)
    const { messageId, caseId, edge, mandate } = delivery
    const job = { id: deps.newId(), messageId, caseId, edge, mandate, dueAt: receivedAt, cause: 're-judge' }
    await tx.outbox.add([job])
  }
}

export interface Answering extends TakingBack {
  readonly message: Extract<Message, { readonly kind: 'RecallAck' }>
  /** The compact JWS of the answer. */
  readonly signed?: string | undefined
}

/** Its sender speaks for the mandates it names, or of the deliveries it names, or for all it has. Whoever was not asked has nothing to answer. */
export async function answerRecall({ tx, routed, messageId, message, signed }: Answering): Promise<void> {
  const { sender, receivedAt: at } = routed
  const { inReplyTo: recallId, action, caseId } = message
  const answer = { recallId, organisation: sender.id, action, at, attestation: messageId }
  const mandates = await mandatesOf(tx, message)
  let answered = mandates === undefined ? await tx.recalls.answer(answer) : 0
  for (const mandate of mandates ?? []) answered += await tx.recalls.answer({ ...answer, mandate })
  if (answered === 0) return
  if (signed !== undefined) {
    const digest = sha256Hex(signed)
    await tx.recalls.attest({ messageId, recallId, caseId, organisation: sender.id, at, digest, signed })
  }
  if (action === 'deleted')
    await tx.audit.append({
      at: printInstant(at),
      operation: 'erasure',
      act: 'copy-erased',
      messageId,
      actor: sender.id,
      caseId,
      purpose: message.purpose,
      legalBasis: [message.legalBasisId],
    })
}

async function mandatesOf(
  tx: Tx,
  { mandates, deliveries }: Answering['message'],
): Promise<Iterable<MandateId> | undefined> {
  if (mandates !== undefined || deliveries === undefined) return mandates
  const named = await Promise.all(deliveries.map((id) => tx.deliveries.get(id)))
  return new Set(named.flatMap((delivery) => delivery?.mandate ?? []))
}
