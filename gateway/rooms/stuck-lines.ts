/** What is in trouble: given up, or waiting after a failure, before or after it was judged. Ids, codes and instants, and nothing of a case. */
import { printInstant } from '#policies/language/instant.ts'
import type { CarryWay } from '#gateway/core/courier-ways.ts'
import type { DealtOutcome, HandedErrand, HandedReason } from '#gateway/core/handed-errand.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Carry, StuckJob } from '#gateway/ports/carries.ts'
import type { Deps } from './deps.ts'

export interface StuckLine {
  readonly id: string
  /** Where something is carried onward; absent: it was not judged yet. */
  readonly delivery?: string
  /** Undefined: the registry knows the mandate no more. */
  readonly organisation?: string
  /** `judging`: inside this gateway, on that flow. */
  readonly way: CarryWay | 'judging'
  readonly edge: string
  readonly cause?: string
  /** `stuck`: given up; `waiting`: it is tried again at `nextAt`. */
  readonly state: 'waiting' | 'stuck'
  readonly reason: string
  readonly attempts: number
  readonly plannedAt?: string
  readonly nextAt?: string
  readonly parent?: string
  /** When it was last handed to the officers, and what came of it. */
  readonly handed?: HandedMark
}

export interface HandedMark {
  readonly reason: HandedReason
  readonly at: string
  /** Absent while it waits for an officer. */
  readonly dealt?: { readonly outcome: DealtOutcome; readonly at: string }
}

export interface StuckPage {
  readonly items: readonly StuckLine[]
  /** `after` of the next page; absent on the last. */
  readonly next?: number
}

export const MOST_STUCK = 50

/** A page of what is in trouble, in the order in which it came to be done: ids, codes and instants. */
export async function listStuck({ store, registry }: Pick<Deps, 'store' | 'registry'>, after = 0): Promise<StuckPage> {
  const found = await store.read.carries.stuck({ after, limit: MOST_STUCK + 1 })
  const shown = found.slice(0, MOST_STUCK)
  const last = shown.at(-1)
  return {
    items: await linesOf({ store, registry }, shown),
    ...(found.length > MOST_STUCK && last !== undefined ? { next: last.position } : {}),
  }
}

/** The same of that errand alone; undefined where nothing stops it, or there is none. */
export async function stuckLine(deps: Pick<Deps, 'store' | 'registry'>, id: string): Promise<StuckLine | undefined> {
  const found = await deps.store.read.carries.stuck({ after: 0, limit: 1, id })
  return (await linesOf(deps, found))[0]
}

async function linesOf(
  { store, registry }: Pick<Deps, 'store' | 'registry'>,
  jobs: readonly StuckJob[],
): Promise<readonly StuckLine[]> {
  const handed = await store.read.handedErrands.ofErrands(jobs.map(({ id }) => id))
  const lastOf = new Map(handed.map((one) => [one.errand, markOf(one)]))
  return jobs.map((job) => {
    const mark = lastOf.get(job.id)
    return { ...lineOf(registry(), job), ...(mark === undefined ? {} : { handed: mark }) }
  })
}

const markOf = ({ reason, handedAt, state, dealtAt }: HandedErrand): HandedMark => ({
  reason,
  at: printInstant(handedAt),
  ...(state === 'open' || dealtAt === undefined ? {} : { dealt: { outcome: state, at: printInstant(dealtAt) } }),
})

/** To whom it goes; undefined where the registry knows the mandate no more. */
export const recipientOf = (registry: Registry, { carry, mandate }: StuckJob): string | undefined =>
  carry?.organisation ?? mandateOf(registry, mandate)?.organisation

function lineOf(registry: Registry, job: StuckJob): StuckLine {
  const { id, edge, state, outcome, attempts, dueAt, carry } = job
  const organisation = recipientOf(registry, job)
  return {
    id,
    edge,
    ...(organisation === undefined ? {} : { organisation }),
    ...(carry === undefined ? { way: 'judging' } : carried(carry)),
    state,
    reason: outcome ?? carry?.fault ?? 'unknown',
    attempts: carry?.attempts ?? attempts,
    ...(state === 'waiting' ? { nextAt: printInstant(dueAt) } : {}),
  }
}

const carried = ({ deliveryId, way, cause, plannedAt, parent }: Carry) => ({
  delivery: deliveryId,
  way,
  cause,
  plannedAt: printInstant(plannedAt),
  ...(parent === undefined ? {} : { parent }),
})
