/** Part of room 9: what is sealed is also to be carried onward, as its recipient's registry entry says, and waits to be read. */
import type { Instant } from '#policies/language/instant.ts'
import { carriesParcel } from '#gateway/core/courier-ways.ts'
import type { CarryWay } from '#gateway/core/courier-ways.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Message } from '#gateway/core/message.ts'
import { mandateOf, participantOf } from '#gateway/core/routing.ts'
import { acknowledgeBy, acknowledgingOf, nextStep } from '#gateway/core/unread.ts'
import type { Acknowledging } from '#gateway/core/unread.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Carry, CarryCause } from '#gateway/ports/carries.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'

/** Of the jobs of the second leg: parcel or word of it to one organisation, by one way. */
export const CARRY_CAUSE = 'carry'

type PlanDeps = Pick<Deps, 'newId' | 'registry' | 'carriers'>
type Planned = Pick<
  DeliveryEntry,
  'id' | 'messageId' | 'caseId' | 'kind' | 'edge' | 'organisation' | 'mandate' | 'createdAt'
>

/** In the transaction of the delivery: an errand for each way of its recipient, and the ladder of what stays unread. */
export async function planCarries(
  deps: PlanDeps,
  tx: Tx,
  { message, ...delivery }: Planned & { readonly message: Message },
): Promise<void> {
  const within = acknowledgingFor(message)
  const first = within === undefined ? undefined : nextStep(delivery.createdAt, within, undefined)
  if (within !== undefined && first !== undefined)
    await tx.carries.awaitReading({
      deliveryId: delivery.id,
      nextAt: first.at,
      dueAt: acknowledgeBy(delivery.createdAt, within),
    })
  if (deps.carriers === undefined) return
  for (const way of waysTo(deps, delivery.organisation))
    if (!carriesParcel(way) || !isForMandateAlone(deps, delivery))
      await addErrand(deps, tx, {
        delivery,
        organisation: delivery.organisation,
        way,
        cause: 'delivery',
        at: delivery.createdAt,
      })
}

export const acknowledgingFor = (message: Message): Acknowledging | undefined =>
  acknowledgingOf(message.kind, 'severity' in message ? message.severity : undefined)

/** What only the mandate can open, the mandate fetches itself: nobody else is to be able to say that it has it. */
const isForMandateAlone = ({ registry }: Pick<Deps, 'registry'>, { mandate }: Pick<Planned, 'mandate'>): boolean =>
  mandateOf(registry(), mandate)?.keysHeldBy === 'mandate'

/** Ways of the organisation, as its entry names them. */
export const waysTo = ({ registry }: Pick<Deps, 'registry'>, organisation: OrganisationId): readonly CarryWay[] =>
  (participantOf(registry(), organisation)?.couriers ?? []).map(({ way }) => way)

export interface NewErrand {
  readonly delivery: Pick<Planned, 'id' | 'messageId' | 'caseId' | 'edge' | 'mandate'>
  readonly organisation: OrganisationId
  readonly way: CarryWay
  readonly cause: CarryCause
  readonly at: Instant
  /** What was given up and is carried anew. */
  readonly parent?: Carry
}

/** The errand and its job, under one id, which is answered. */
export async function addErrand(
  deps: Pick<Deps, 'newId'>,
  tx: Tx,
  { delivery, organisation, way, cause, at, parent }: NewErrand,
): Promise<string> {
  const id = deps.newId()
  const { messageId, caseId, edge, mandate } = delivery
  await tx.carries.add({
    id,
    deliveryId: delivery.id,
    organisation,
    way,
    cause,
    root: parent?.root ?? id,
    plannedAt: at,
    ...(parent === undefined ? {} : { parent: parent.id }),
    ...(parent?.handedAt === undefined ? {} : { handedAt: parent.handedAt }),
  })
  await tx.outbox.add([{ id, messageId, caseId, edge, mandate, dueAt: at, cause: CARRY_CAUSE }])
  return id
}
