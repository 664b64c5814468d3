/** Side room of the operator: what runs, what waits and what came and went today. Codes, numbers and names of organisations; no case. */
import type { Instant } from '#policies/language/instant.ts'
import type { Expiring } from '#gateway/core/expiry.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import type { JobState } from '#gateway/ports/stored.ts'
import type { Flow, FlowBetween } from '#gateway/ports/flows.ts'
import type { Deps } from './deps.ts'
import { publicationState } from './publish.ts'
import { storeStanding } from './readiness.ts'
import { standingOfStamps } from './stamp-log.ts'

export interface OperatorDeps extends Pick<
  Deps,
  'store' | 'clock' | 'registry' | 'policy' | 'isClockReliable' | 'doorFault' | 'trustLists' | 'grace'
> {
  /** What the gateway stands on and will end. */
  readonly expiring: () => readonly Expiring[]
}

export const TILES = ['store', 'door', 'clock', 'policy', 'trust-list', 'log', 'stamps', 'ends'] as const

/** One thing looked at by itself: a probe that fails is one tile, not the page. */
export interface Tile {
  readonly name: (typeof TILES)[number]
  readonly state: 'well' | 'soon' | 'bad' | 'unknown'
  readonly code?: ProblemCode
  /** What it speaks of is of that instant. Absent: nothing of the kind was ever made. */
  readonly asOf?: Instant
  /** Days until the first thing ends. */
  readonly days?: number
}

export interface Today {
  readonly at: Instant
  readonly since: Instant
  readonly tiles: readonly Tile[]
  /** Undefined: it could not be counted now. */
  readonly flows: readonly Flow[] | undefined
  readonly between: readonly FlowBetween[] | undefined
  readonly queue: { readonly counts: Readonly<Record<JobState, number>>; readonly oldest?: Instant } | undefined
}

const DAY_MS = 86_400_000
const SOON_DAYS = 30
const BAD_DAYS = 7

/** No probe is waited for longer. */
const PROBE_MS = 2000

type Seen = Omit<Tile, 'name'>

const PROBES: Readonly<Record<Tile['name'], (deps: OperatorDeps) => Promise<Seen>>> = {
  store: async ({ store, clock }) => ({ ...stateOf(await storeStanding(store)), asOf: clock() }),
  door: async ({ doorFault, clock }) => ({ ...fromCode(doorFault?.()), asOf: clock() }),
  clock: async ({ isClockReliable, clock }) => ({
    ...fromCode(isClockReliable?.() === false ? 'clock-unreliable' : undefined),
    asOf: clock(),
  }),
  policy: async ({ policy, clock }) => ({
    ...fromCode(policy() === undefined ? 'policy-unavailable' : undefined),
    asOf: clock(),
  }),
  'trust-list': async ({ trustLists }) => {
    const listed = trustLists?.inForce()
    if (listed === undefined) return { state: 'unknown' }
    return listed.ok ? { state: 'well', asOf: listed.value.list.issued } : { state: 'bad', code: listed.problem.code }
  },
  log: async (deps) => {
    const published = await deps.store.read.log.published()
    return { ...stateOf(await publicationState(deps)), ...(published && { asOf: published.publishedAt }) }
  },
  stamps: async (deps) => {
    const last = await deps.store.read.log.lastStamp()
    const standing = await standingOfStamps(deps)
    const seen = standing.ok && standing.value === 'late' ? { state: 'soon' as const } : stateOf(standing)
    return { ...seen, ...(last && { asOf: last.stampedAt }) }
  },
  ends: async ({ expiring, clock }) => endsSeen(expiring(), clock()),
}

function endsSeen(expiring: readonly Expiring[], at: Instant): Seen {
  if (expiring.length === 0) return { state: 'unknown', asOf: at }
  const days = Math.min(...expiring.map(({ until }) => daysLeft(until, at)))
  return { state: days <= BAD_DAYS ? 'bad' : days <= SOON_DAYS ? 'soon' : 'well', days, asOf: at }
}

/** Whole days; none left: 0. */
export const daysLeft = (until: Instant, at: Instant): number => Math.max(0, Math.floor((until - at) / DAY_MS))

const stateOf = (
  standing: { readonly ok: true } | { readonly ok: false; readonly problem: { readonly code: ProblemCode } },
): Seen => (standing.ok ? { state: 'well' } : fromCode(standing.problem.code))

const fromCode = (code: ProblemCode | undefined): Seen =>
  code === undefined ? { state: 'well' } : { state: 'bad', code }

/** All of it now; `since`: where the day began. Never throws: what cannot be looked at says so. */
export async function operatorsToday(deps: OperatorDeps, since: Instant): Promise<Today> {
  const at = deps.clock()
  const [tiles, flows, between, queue] = await Promise.all([
    Promise.all(
      TILES.map(async (name): Promise<Tile> => ({
        name,
        ...((await soon(PROBES[name](deps))) ?? { state: 'unknown' }),
      })),
    ),
    soon(deps.store.read.flows.since(since)),
    soon(deps.store.read.flows.between(since)),
    soon(queueNow(deps, at)),
  ])
  return { at, since, tiles, flows, between, queue }
}

async function queueNow({ store }: Pick<OperatorDeps, 'store'>, at: Instant): Promise<NonNullable<Today['queue']>> {
  const counts = await store.read.outbox.count()
  const [oldest] = await store.read.outbox.due({ now: at, limit: 1 })
  return { counts, ...(oldest === undefined ? {} : { oldest: oldest.since }) }
}

/** Undefined where it fails, or is not there in time. */
async function soon<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PROBE_MS)
  })
  return Promise.race([work.catch(() => undefined), late]).finally(() => clearTimeout(timer))
}
