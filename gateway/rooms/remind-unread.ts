/** Side room: what a recipient has not acknowledged goes up the ladder (core/unread.ts): reminders, an alternate, then its sender is told. Each step once. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { carriesParcel } from '#gateway/core/courier-ways.ts'
import type { CarryWay } from '#gateway/core/courier-ways.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { participantOf } from '#gateway/core/routing.ts'
import { nextStep } from '#gateway/core/unread.ts'
import type { UnreadStep } from '#gateway/core/unread.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { UnreadDelivery } from '#gateway/ports/carries.ts'
import type { Delivery, StoredMessage } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'
import { acknowledgingFor, addErrand, waysTo } from './plan-carries.ts'

type RemindDeps = Pick<
  Deps,
  'store' | 'clock' | 'isClockReliable' | 'registry' | 'carriers' | 'newId' | 'queue' | 'log' | 'meter'
>

const AT_ONCE = 100
export const REMIND_EVERY_MS = 60_000

/** To be called once a minute. Never throws: what could not be told now is told the next time. */
export async function remindUnread(deps: RemindDeps): Promise<void> {
  if (deps.isClockReliable?.() === false) return
  try {
    const now = deps.clock()
    const due = await deps.store.read.carries.unreadDue(now, AT_ONCE)
    for (const unread of due) await stepAlone(deps, unread, now)
    if (due.length > 0) deps.queue.nudge()
  } catch {
    deps.log.alarm('unread deliveries could not be looked at')
  }
}

/** One that cannot be read keeps none of the others from being told. */
async function stepAlone(deps: RemindDeps, unread: UnreadDelivery, now: Instant): Promise<void> {
  try {
    await deps.store.transaction((tx) => stepIn(deps, tx, unread, now))
  } catch {
    deps.log.alarm('an unread delivery could not be looked at', { deliveryId: unread.deliveryId })
  }
}

async function stepIn(deps: RemindDeps, tx: Tx, unread: UnreadDelivery, now: Instant): Promise<void> {
  const delivery = await tx.deliveries.get(unread.deliveryId)
  const stored = delivery === undefined ? undefined : await tx.messages.get(delivery.messageId)
  const isOver = delivery?.state === 'acknowledged' || delivery?.state === 'withdrawn'
  if (delivery === undefined || stored === undefined || isOver) return tx.carries.forgetUnread(unread.deliveryId)
  const within = acknowledgingFor(stored.message)
  const next = within === undefined ? undefined : nextStep(delivery.createdAt, within, unread.step)
  if (within === undefined || next === undefined) return tx.carries.forgetUnread(unread.deliveryId)
  const after = nextStep(delivery.createdAt, within, next.step)
  if (!(await tx.carries.stepUnread(unread, next.step, { at: now, nextAt: after?.at }))) return
  await tell(deps, tx, { delivery, stored, step: next.step, at: now })
}

interface Telling {
  readonly delivery: Delivery
  readonly stored: StoredMessage
  readonly step: UnreadStep
  readonly at: Instant
}

async function tell(deps: RemindDeps, tx: Tx, telling: Telling): Promise<void> {
  const { delivery, stored, step, at } = telling
  const organisation = step === 'sender' ? stored.issuer : delivery.organisation
  await tx.audit.append({
    at: printInstant(at),
    operation: 'alteration',
    act: 'delivery-unread',
    actor: 'gateway',
    recipients: [organisation],
    caseId: delivery.caseId,
    messageId: delivery.messageId,
    deliveryId: delivery.id,
    justification: step,
  })
  if (deps.carriers !== undefined)
    for (const way of noticesTo(deps, organisation, step))
      await addErrand(deps, tx, { delivery, organisation, way, cause: step, at })
  if (step === 'alternate')
    deps.log.alarm('a delivery is unread: ask another mandate or the data protection officer of its recipient', {
      deliveryId: delivery.id,
      organisation,
    })
  deps.meter.count('unread_deliveries', { step })
}

/** Ways that bring no parcel; the alternate address where it is its turn, and there is one. */
function noticesTo(
  { registry }: Pick<Deps, 'registry'>,
  organisation: OrganisationId,
  step: UnreadStep,
): readonly CarryWay[] {
  const ways = waysTo({ registry }, organisation).filter((way) => !carriesParcel(way))
  if (step !== 'alternate') return ways
  const mail = participantOf(registry(), organisation)?.couriers?.find((entry) => entry.way === 'mail')
  return mail?.way === 'mail' && mail.alternate !== undefined
    ? ways.map((way) => (way === 'mail' ? 'mail-alternate' : way))
    : ways
}
