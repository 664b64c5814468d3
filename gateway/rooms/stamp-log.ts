/** Side room: has the log time-stamped by an outside authority, and says when it has been without for too long. */
import { stampState } from '#gateway/core/log/grace.ts'
import type { Grace, StampState } from '#gateway/core/log/grace.ts'
import { readLeaf } from '#gateway/core/log/leaf.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { LogStore } from '#gateway/ports/log-store.ts'
import type { TimeStamps } from '#gateway/ports/time-stamps.ts'
import type { LogDeps } from './publish.ts'

/** Without a grace nobody stamps the log, and nothing is due. */
export type StampingDeps = Pick<LogDeps, 'clock' | 'store'> & { readonly grace?: Grace }

export interface StampDeps extends Pick<LogDeps, 'clock' | 'log' | 'store'> {
  readonly timeStamps: TimeStamps
  readonly grace: Grace
}

/** Twice a day, so that one failure does not yet warn. */
const STAMP_EVERY_MS = 12 * 3_600_000

/** Stamps the newest published checkpoint where the last stamp is half a day old. A failure is logged and tried again next time. */
export async function stampIfDue({
  clock,
  log: events,
  store,
  timeStamps,
}: StampDeps): Promise<'stamped' | 'not-due' | 'failed'> {
  const [published, last] = [await store.read.log.published(), await store.read.log.lastStamp()]
  const isRecent = last !== undefined && Math.abs(clock() - last.stampedAt) < STAMP_EVERY_MS
  if (published === undefined || isRecent || last?.size === published.size) return 'not-due'
  const stamped = await timeStamps.stamp(Buffer.from(published.note)).catch(() => undefined)
  if (stamped?.ok !== true) {
    events.warn('the log was not time-stamped', { problem: stamped?.problem.code ?? 'unreachable' })
    return 'failed'
  }
  const { token, at } = stamped.value
  await store.transaction(({ log }) => log.stamp({ size: published.size, token, stampedAt: at }))
  return 'stamped'
}

/** Where the log stands. Problem `timestamp-overdue`: nothing may be forwarded. */
export async function standingOfStamps({ clock, store, grace }: StampingDeps): Promise<Result<StampState>> {
  const since = grace === undefined ? undefined : await unstampedSince(store.read.log)
  if (grace === undefined || since === undefined) return ok('in-time')
  const state = stampState(since, clock(), grace)
  return state === 'overdue' ? fail('timestamp-overdue') : ok(state)
}

/** The same, with a warning when it is late and an alarm when it is overdue. To be asked once an hour. */
export async function stampStanding(deps: Omit<StampDeps, 'timeStamps'>): Promise<Result<StampState>> {
  const standing = await standingOfStamps(deps)
  if (!standing.ok) deps.log.alarm('the log has not been time-stamped for too long; nothing is forwarded', {})
  else if (standing.value === 'late') deps.log.warn('the log has not been time-stamped since yesterday', {})
  return standing
}

/** When the time without a stamp began: with the first entry that the last stamp does not cover; undefined where it covers all. */
async function unstampedSince(log: Pick<LogStore, 'lastStamp' | 'leaves'>): Promise<Instant | undefined> {
  const last = await log.lastStamp()
  const [next] = await log.leaves(last?.size ?? 0, 1)
  if (next === undefined) return undefined
  const leaf = readLeaf(next)
  const hour = leaf === undefined ? undefined : parseInstant(`${leaf.t}:00:00Z`)
  // A leaf that cannot be read closes: it counts as logged at the beginning of time.
  return Math.max(hour ?? 0, last?.stampedAt ?? 0)
}
