/** Side room of the operator: what was given up, carried anew as a child of it; and a trial of a member's ways without any case. */
import { printInstant } from '#policies/language/instant.ts'
import { CLOSED_CIRCUIT } from '#gateway/core/circuit.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { participantOf } from '#gateway/core/routing.ts'
import { EVENT_TYPES } from '#gateway/core/webhook.ts'
import type { CarryOutcome, Recipient } from '#gateway/ports/courier.ts'
import type { StuckCarry } from '#gateway/ports/carries.ts'
import { closedBy } from './carry.ts'
import type { Deps } from './deps.ts'
import { addErrand } from './plan-carries.ts'

export interface StuckLine {
  readonly id: string
  readonly delivery: string
  readonly organisation: string
  readonly way: string
  readonly cause: string
  /** `stuck`: given up; `waiting`: it is tried again at `nextAt`. */
  readonly state: 'waiting' | 'stuck'
  readonly reason: string
  readonly attempts: number
  readonly plannedAt: string
  readonly nextAt?: string
  readonly parent?: string
}

/** What is in trouble, oldest first: ids, codes and instants. */
export async function listStuck({ store }: Pick<Deps, 'store'>): Promise<readonly StuckLine[]> {
  return (await store.read.carries.stuck()).map(lineOf)
}

const lineOf = (carry: StuckCarry): StuckLine => ({
  id: carry.id,
  delivery: carry.deliveryId,
  organisation: carry.organisation,
  way: carry.way,
  cause: carry.cause,
  state: carry.state,
  reason: carry.outcome ?? carry.fault ?? 'unknown',
  attempts: carry.attempts,
  plannedAt: printInstant(carry.plannedAt),
  ...(carry.state === 'waiting' ? { nextAt: printInstant(carry.dueAt) } : {}),
  ...(carry.parent === undefined ? {} : { parent: carry.parent }),
})

/** Problems: `not-found`; `message-out-of-turn` for what was not given up, was carried anew already, or is waited for by nobody. */
export async function replayCarry(
  deps: Pick<Deps, 'store' | 'clock' | 'newId' | 'queue'>,
  id: string,
): Promise<Result<{ readonly id: string; readonly parent: string }>> {
  const replayed = await deps.store.transaction(async (tx): ReturnType<typeof replayCarry> => {
    const parent = await tx.carries.get(id)
    const delivery = parent === undefined ? undefined : await tx.deliveries.get(parent.deliveryId)
    if (parent === undefined || delivery === undefined) return fail('not-found')
    if (!(await tx.carries.stuck()).some((one) => one.id === id && one.state === 'stuck'))
      return fail('message-out-of-turn', [{ pointer: '', code: 'not-given-up' }])
    if (closedBy(parent, delivery, await tx.carries.ofDelivery(delivery.id)) !== undefined)
      return fail('message-out-of-turn', [{ pointer: '', code: `is-${delivery.state}` }])
    const at = deps.clock()
    const { organisation, way, cause } = parent
    const child = await addErrand(deps, tx, { delivery, organisation, way, cause, at, parent })
    // The operator says that it works again: it is tried at once.
    const state = await tx.carries.wayState(organisation, way)
    const { noticedAt } = state ?? {}
    await tx.carries.putWayState({
      organisation,
      way,
      ...CLOSED_CIRCUIT,
      ...(noticedAt === undefined ? {} : { noticedAt }),
    })
    await tx.audit.append({
      at: printInstant(at),
      operation: 'alteration',
      act: 'delivery-replayed',
      actor: 'operator',
      recipients: [organisation],
      caseId: delivery.caseId,
      messageId: delivery.messageId,
      deliveryId: delivery.id,
      justification: way,
    })
    return ok({ id: child, parent: id })
  })
  if (replayed.ok) deps.queue.nudge()
  return replayed
}

export interface PingLine {
  readonly way: string
  /** `reached`, or why not. */
  readonly outcome: string
}

/** One trial of each way of the member. Problems: `not-found` where there is no such member, `too-many-requests` while others are tried. */
export async function pingMember(
  deps: Pick<Deps, 'registry' | 'carriers' | 'clock' | 'newId'>,
  organisation: OrganisationId,
): Promise<Result<readonly PingLine[]>> {
  const participant = participantOf(deps.registry(), organisation)
  if (participant === undefined) return fail('not-found')
  // Whoever reaches the operator's port is not to call members through it without end.
  const leave = deps.carriers?.turnstile.enter(TRIALS)
  if (deps.carriers !== undefined && leave === undefined) return fail('too-many-requests')
  try {
    return ok(
      await Promise.all(
        (participant.couriers ?? []).map(async (courier) => {
          const recipient = { organisation, uri: participant.uri, courier }
          return { way: courier.way, outcome: wordOf(await pingBy(deps, recipient)) }
        }),
      ),
    )
  } finally {
    leave?.()
  }
}

/** The kind of trials in the turnstile; no id of an organisation has a blank. */
const TRIALS = 'trials of ways'

async function pingBy(
  { carriers, newId, clock }: Pick<Deps, 'carriers' | 'clock' | 'newId'>,
  recipient: Recipient,
): Promise<CarryOutcome> {
  const carrier = carriers?.by[recipient.courier.way]
  if (carriers === undefined || carrier === undefined) return { kind: 'failed', fault: 'not-set-up' }
  const notice = { id: newId(), type: EVENT_TYPES.ping, subject: '/v1/deliveries', time: printInstant(clock()) }
  return carrier
    .ping({ recipient, notice, signal: AbortSignal.timeout(carriers.limitMs) })
    .catch((): CarryOutcome => ({ kind: 'failed', fault: 'failed' }))
}

const wordOf = (outcome: CarryOutcome): string => (outcome.kind === 'failed' ? outcome.fault : 'reached')
