/** Side room: what somebody at a hosted inbox answers: received, taken on with whom and when, or declined with a reason. */
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { DeliveryId, MandateId } from '#gateway/core/ids.ts'
import type { DECLINE_REASONS } from '#gateway/core/message.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Delivery } from '#gateway/ports/stored.ts'
import { askAnew } from './ask-anew.ts'
import { endOnce } from './ask-answers.ts'
import { acknowledgeDelivery } from './collect.ts'
import type { Deps } from './deps.ts'
import { aboutOf, owned } from './own-delivery.ts'
import type { HostedReader } from './read-inbox-reader.ts'

/** As at the agency door; what was given for one reading alone ends with it. */
export async function acknowledgeAtInbox(deps: Deps, reader: HostedReader, id: DeliveryId): Promise<Result<Delivery>> {
  const acknowledged = await acknowledgeDelivery(deps, reader, id)
  if (acknowledged.ok) await endOnce(deps, acknowledged.value)
  return acknowledged
}

export type ReferralAnswer =
  | { readonly kind: 'accepted'; readonly referents: readonly MandateId[]; readonly firstAppointment?: string }
  | { readonly kind: 'declined'; readonly reason: (typeof DECLINE_REASONS)[number] }

/**
 * To a referral, once. The organisation's signing key is not here: the gateway records who said it, and its sender reads it in what
 * became of the submission. Problem `message-out-of-turn` where it is no referral or was answered before.
 */
export async function answerReferral(
  deps: Deps,
  reader: HostedReader,
  { id, answer }: { readonly id: DeliveryId; readonly answer: ReferralAnswer },
): Promise<Result<Delivery>> {
  const answered = await deps.store.transaction((tx) => answerIn(deps, tx, reader, { id, answer }))
  deps.queue.nudge()
  return answered
}

async function answerIn(
  deps: Deps,
  tx: Tx,
  reader: HostedReader,
  { id, answer }: { readonly id: DeliveryId; readonly answer: ReferralAnswer },
): Promise<Result<Delivery>> {
  const found = await owned(tx, reader, id)
  if (!found.ok) return found
  const row = found.value
  const at = deps.clock()
  const { messageId, caseId, organisation, mandate } = row
  if (row.kind !== 'Referral') return outOfTurn('not-a-referral')
  const referents = answer.kind === 'accepted' ? answer.referents : []
  if (referents.some((one) => mandateOf(deps.registry(), one)?.organisation !== organisation))
    return fail('mandate-unknown')
  const isFirst = await tx.inbox.answer({ messageId, mandate, organisation, caseId, at, ...answer, referents })
  if (!isFirst) return outOfTurn('answered')
  await tx.audit.append({
    ...aboutOf(row, at),
    operation: 'alteration',
    act: answer.kind === 'accepted' ? 'referral-accepted' : 'referral-declined',
    actor: reader.account,
    role: mandate,
    recipients: referents,
    digest: digestOf(answer),
  })
  for (const referent of referents) await tx.cases.assign(caseId, { mandate: referent, from: at })
  if (referents.length > 0) await askAnew(deps, tx, { caseId, organisation, dueAt: at, cause: 'grant' })
  return ok(row)
}

const outOfTurn = (code: string): ReturnType<typeof fail> => fail('message-out-of-turn', [{ pointer: '', code }])
