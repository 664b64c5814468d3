/** Side room of the operator: what was given up, judged anew or carried anew as a child of it; and a trial of a member's ways without any case. */
import { printInstant } from '#policies/language/instant.ts'
import { CLOSED_CIRCUIT } from '#gateway/core/circuit.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { participantOf } from '#gateway/core/routing.ts'
import { EVENT_TYPES } from '#gateway/core/webhook.ts'
import type { CarryOutcome, Recipient } from '#gateway/ports/courier.ts'
import type { Carry, StuckJob } from '#gateway/ports/carries.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { closedBy } from './carry.ts'
import type { Deps } from './deps.ts'
import { AT_THE_MACHINE } from './people.ts'
import type { Actor } from './people.ts'
import { addErrand } from './plan-carries.ts'

/** What does the job now: itself, or its child. */
interface CarriedAnew {
  readonly id: string
  readonly parent?: string
}

type ReplayDeps = Pick<Deps, 'store' | 'clock' | 'newId' | 'queue'>

/**
 * A delivery that was given up is carried anew by a child of it; what was given up before it was judged is judged anew, by the policy in
 * force then. `by`: an account, or `operator` at the machine. Problems: `not-found`; `message-out-of-turn` for what was not given up, was carried anew already, or is waited for by nobody.
 */
export async function replayCarry(deps: ReplayDeps, id: string, by = AT_THE_MACHINE): Promise<Result<CarriedAnew>> {
  const replayed = await deps.store.transaction(async (tx): Promise<Result<CarriedAnew>> => {
    const [stuck] = await tx.carries.stuck({ after: 0, limit: 1, id })
    const carry = stuck?.carry ?? (await tx.carries.get(id))
    if (stuck === undefined && carry === undefined) return fail('not-found')
    if (stuck?.state !== 'stuck') return fail('message-out-of-turn', [{ pointer: '', code: 'not-given-up' }])
    return carry === undefined ? judgeAnew(deps, tx, { stuck, by }) : carryAnew(deps, tx, { parent: carry, by })
  })
  if (replayed.ok) deps.queue.nudge()
  return replayed
}

/** One more try, at once; its attempts are not forgotten. */
async function judgeAnew(
  { clock }: ReplayDeps,
  tx: Tx,
  { stuck: { id, messageId }, by }: { readonly stuck: StuckJob; readonly by: Actor },
): Promise<Result<CarriedAnew>> {
  const found = (await tx.outbox.ofMessage(messageId)).find(({ job }) => job.id === id)
  // Its case was erased.
  if (found === undefined) return fail('not-found')
  const { job } = found
  const at = clock()
  await tx.outbox.retry(id, at, 'replayed')
  await tx.audit.append({
    at: printInstant(at),
    operation: 'alteration',
    act: 'delivery-replayed',
    actor: by,
    recipients: [job.mandate],
    caseId: job.caseId,
    messageId,
    justification: 'judging',
  })
  return ok({ id })
}

async function carryAnew(
  deps: ReplayDeps,
  tx: Tx,
  { parent, by }: { readonly parent: Carry; readonly by: Actor },
): Promise<Result<CarriedAnew>> {
  const delivery = await tx.deliveries.get(parent.deliveryId)
  if (delivery === undefined) return fail('not-found')
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
    actor: by,
    recipients: [organisation],
    caseId: delivery.caseId,
    messageId: delivery.messageId,
    deliveryId: delivery.id,
    justification: way,
  })
  return ok({ id: child, parent: parent.id })
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
