/** Second leg of a delivery: carries a published parcel, or word that it waits, to its recipient by one way; once it is taken, or nobody waits for it, no more. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { afterFailure, CLOSED_CIRCUIT, isOpen, passageOf, probing } from '#gateway/core/circuit.ts'
import { carriesParcel, entryWayOf, isMail } from '#gateway/core/courier-ways.ts'
import { participantFault, participantOf } from '#gateway/core/routing.ts'
import { CARRY_RETRY, jittered, nextAttempt, retryDelayMs } from '#gateway/core/retry.ts'
import { EVENT_TYPES } from '#gateway/core/webhook.ts'
import type {
  Carrier,
  Carriers,
  CarryFault,
  CarryOutcome,
  Errand,
  Notice,
  Recipient,
  TakenParcel,
} from '#gateway/ports/courier.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Carry, WayState } from '#gateway/ports/carries.ts'
import type { DeliveryEntry, Job, JobState } from '#gateway/ports/stored.ts'
import { handOut } from './hand-out.ts'
import type { Deps } from './deps.ts'
import { mailTurn } from './notice-turn.ts'
import { isPublished } from './own-delivery.ts'
import { publishedSize } from './publish.ts'

/** Where all places are taken: seldomer each time, for thousands that ask twice a second leave no work for anybody else. */
const FULL_DELAYS = { firstDelayMs: 500, maxDelayMs: 20_000 }
const MAX_SPREAD_MS = 500
/** Until a checkpoint covers it: from a tenth of a second up to five seconds. */
const PUBLISH_DELAYS = { firstDelayMs: 100, maxDelayMs: 5_000 }
/** Where it is not known what time it is, or whose keys hold. */
const UNTRUSTED_DELAY_MS = 60_000

/** The job ends, or comes back later, without an attempt. */
type NotNow =
  | { readonly kind: 'end'; readonly state: Exclude<JobState, 'waiting'>; readonly outcome: string }
  | { readonly kind: 'later'; readonly delayMs: number; readonly reason: string }

interface Ready {
  readonly kind: 'ready'
  readonly carry: Carry
  readonly delivery: DeliveryEntry
  readonly recipient: Recipient
  readonly carrier: Carrier
  readonly carriers: Carriers
}

/**
 * For each job of the cause `carry`, at least once. Never rejects: where the store does not answer, the lease of the job brings it back,
 * however often it has waited before.
 */
export async function carry(deps: Deps, job: Job): Promise<void> {
  try {
    await carryOnce(deps, job)
  } catch {
    deps.log.warn('an errand was interrupted; it comes back by its lease', { jobId: job.id })
  }
}

async function carryOnce(deps: Deps, job: Job): Promise<void> {
  const looked = await lookAt(deps, job)
  if (looked.kind !== 'ready') return putOff(deps, job, looked)
  const leave = looked.carriers.turnstile.enter(looked.carry.organisation)
  if (leave === undefined) return putOff(deps, job, later(retryDelayMs(job.attempts, FULL_DELAYS), 'courier-busy'))
  try {
    await attempt(deps, job, looked)
  } finally {
    leave()
  }
}

const later = (delayMs: number, reason: string): NotNow => ({ kind: 'later', delayMs, reason })
const ended = (state: Exclude<JobState, 'waiting'>, outcome: string): NotNow => ({ kind: 'end', state, outcome })

async function lookAt(deps: Deps, job: Job): Promise<Ready | NotNow> {
  const { read } = deps.store
  const { carriers } = deps
  const carry = await read.carries.get(job.id)
  const delivery = carry === undefined ? undefined : await read.deliveries.get(carry.deliveryId)
  if (carriers === undefined || carry === undefined || delivery === undefined) return ended('stopped', 'carry-unknown')
  const closed = closedBy(carry, delivery, await read.carries.ofDelivery(delivery.id))
  if (closed !== undefined) return ended('done', closed)
  if (deps.isClockReliable?.() === false) return later(UNTRUSTED_DELAY_MS, 'clock-unreliable')
  const listed = deps.trustLists?.inForce()
  if (listed?.ok === false) return later(UNTRUSTED_DELAY_MS, listed.problem.code)
  if (!isPublished(delivery, await publishedSize(read.log)))
    return later(retryDelayMs(job.attempts, PUBLISH_DELAYS), 'not-published')
  const participant = participantOf(deps.registry(), carry.organisation)
  const courier = participant?.couriers?.find(({ way }) => way === entryWayOf(carry.way))
  if (participant === undefined || courier === undefined) return ended('stopped', 'courier-ended')
  const fault = participantFault(participant, deps.clock())
  if (fault !== undefined) return ended('stopped', fault)
  const carrier = carriers.by[courier.way]
  if (carrier === undefined) return ended('stuck', 'not-set-up')
  const isAlternate = carry.way === 'mail-alternate'
  const recipient = { organisation: participant.id, uri: participant.uri, courier, isAlternate }
  return { kind: 'ready', carry, delivery, recipient, carrier, carriers }
}

/**
 * Why nobody waits for it any more. A parcel that its recipient has fetched itself is not pushed after it; one that a courier took out of
 * the mailbox may have come nowhere, and ends none of the other ways. `all`: the errands of the delivery.
 */
export function closedBy(
  { cause }: Carry,
  { state }: Pick<DeliveryEntry, 'state'>,
  all: readonly Carry[],
): string | undefined {
  if (state === 'acknowledged' || state === 'withdrawn') return state
  const isFetched = state === 'collected' && all.every(({ handedAt }) => handedAt === undefined)
  return isFetched && cause === 'delivery' ? state : undefined
}

async function putOff(deps: Deps, job: Job, notNow: NotNow): Promise<void> {
  const at = deps.clock()
  await deps.store.transaction((tx) =>
    notNow.kind === 'end'
      ? tx.outbox.finish(job.id, notNow.state, notNow.outcome, at)
      : tx.outbox.retry(job.id, at + notNow.delayMs + spread(deps, notNow.delayMs), notNow.reason),
  )
  if (notNow.kind === 'end') deps.meter.count('carries', { way: 'any', outcome: notNow.outcome })
}

/** Those that wait for the same do not come back in one moment. */
const spread = ({ carriers }: Pick<Deps, 'carriers'>, delayMs: number): number =>
  Math.round((carriers?.random() ?? 0) * Math.min(delayMs / 4, MAX_SPREAD_MS))

async function attempt(deps: Deps, job: Job, ready: Ready): Promise<void> {
  const begun = await deps.store.transaction((tx) => begin(deps, tx, ready))
  if (begun.kind !== 'begun') return putOff(deps, job, begun)
  const outcome = await run(deps, ready)
  deps.meter.count('carries', {
    way: ready.carry.way,
    outcome: outcome.kind === 'failed' ? outcome.fault : outcome.kind,
  })
  await deps.store.transaction((tx) => settle(deps, tx, { job, ready, outcome, attempts: begun.attempts }))
}

/** One attempt is counted, so that one that ends its process is counted too. */
async function begin(
  deps: Deps,
  tx: Tx,
  { carry, delivery, carriers }: Ready,
): Promise<{ readonly kind: 'begun'; readonly attempts: number } | NotNow> {
  // One that ends its process each time is never settled.
  if (carry.attempts >= CARRY_RETRY.maxAttempts) {
    alarmGivenUp(deps, carry, 'failed')
    return ended('stuck', 'failed')
  }
  const at = deps.clock()
  const state = await stateOf(tx, carry)
  const turn = isMail(carry.way) ? await mailTurn(tx, { carry, delivery, noticedAt: state.noticedAt }, at) : 'now'
  if (turn === 'noticed' || turn === 'unwanted') return ended('done', turn)
  if (turn !== 'now') return later(turn.until - at, turn.reason)
  const passage = passageOf(state, at)
  if (passage.kind === 'wait') return later(passage.until - at, 'circuit-open')
  if (passage.kind === 'probe') await tx.carries.putWayState({ ...state, ...probing(state, at + carriers.limitMs) })
  return { kind: 'begun', attempts: await tx.carries.begin(carry.id, at) }
}

const stateOf = async (tx: Tx, { organisation, way }: Pick<Carry, 'organisation' | 'way'>): Promise<WayState> =>
  (await tx.carries.wayState(organisation, way)) ?? { organisation, way, ...CLOSED_CIRCUIT }

/** A courier that throws has failed; a store that does is the queue's affair. */
async function run(deps: Deps, ready: Ready): Promise<CarryOutcome> {
  const { carry, delivery, carrier, carriers, recipient } = ready
  let storeFault: { readonly cause: unknown } | undefined
  const take = async (): Promise<TakenParcel | undefined> => {
    try {
      return await handOut(deps, carry)
    } catch (cause) {
      storeFault = { cause }
      throw cause
    }
  }
  const errand: Errand = {
    recipient,
    deliveryId: delivery.id,
    notice: noticeOf(deps, carry, delivery),
    take,
    signal: AbortSignal.timeout(carriers.limitMs),
  }
  const outcome = await carrier.carry(errand).catch((): CarryOutcome => ({ kind: 'failed', fault: 'failed' }))
  if (storeFault !== undefined) throw new Error('the parcel could not be handed out', storeFault)
  return outcome
}

function noticeOf(deps: Deps, carry: Carry, { id, messageId }: DeliveryEntry): Notice {
  const time = printInstant(deps.clock())
  if (carry.cause === 'sender')
    return { id: carry.root, type: EVENT_TYPES.sender, subject: `/v1/submissions/${messageId}`, time }
  const type = carry.cause === 'delivery' ? EVENT_TYPES.delivery : EVENT_TYPES.unread
  return { id: carry.root, type, subject: `/v1/deliveries/${id}`, time }
}

interface Settling {
  readonly job: Job
  readonly ready: Ready
  readonly outcome: CarryOutcome
  readonly attempts: number
}

async function settle(deps: Deps, tx: Tx, { job, ready, outcome, attempts }: Settling): Promise<void> {
  const { carry, carriers } = ready
  const at = deps.clock()
  const state = await stateOf(tx, carry)
  if (outcome.kind !== 'failed') {
    const { organisation, way, noticedAt } = state
    const noticed = outcome.kind === 'taken' ? at : noticedAt
    await tx.carries.putWayState({
      organisation,
      way,
      ...CLOSED_CIRCUIT,
      ...(noticed === undefined ? {} : { noticedAt: noticed }),
    })
    if (outcome.kind === 'taken') await tx.carries.mark(carry.id, { takenAt: at })
    return tx.outbox.finish(job.id, 'done', outcome.kind === 'taken' ? takenAs(carry) : 'withheld', at)
  }
  await tx.carries.mark(carry.id, { fault: outcome.fault })
  await countFailure(deps, tx, state, at)
  const delayMs = nextAttempt({ attempts, ...CARRY_RETRY })
  if (delayMs !== undefined) return tx.outbox.retry(job.id, at + jittered(delayMs, carriers.random()), outcome.fault)
  alarmGivenUp(deps, carry, outcome.fault)
  return tx.outbox.finish(job.id, 'stuck', outcome.fault, at)
}

const alarmGivenUp = (
  { log }: Pick<Deps, 'log'>,
  { id, deliveryId, organisation, way }: Carry,
  fault: CarryFault,
): void =>
  log.alarm('a delivery was given up: look at it and replay it', { carryId: id, deliveryId, organisation, way, fault })

const takenAs = ({ way }: Pick<Carry, 'way'>): string => (carriesParcel(way) ? 'carried' : 'noticed')

async function countFailure({ log }: Pick<Deps, 'log'>, tx: Tx, state: WayState, at: Instant): Promise<void> {
  const { organisation, way, noticedAt } = state
  const circuit = afterFailure(state, at)
  await tx.carries.putWayState({ organisation, way, ...circuit, ...(noticedAt === undefined ? {} : { noticedAt }) })
  if (isOpen(circuit) && !isOpen(state))
    log.alarm('a recipient cannot be reached; its deliveries wait in the mailbox', { organisation, way })
}
