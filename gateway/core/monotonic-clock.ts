/** A clock that never runs backwards: a step back is noticed, and until the machine has caught up its time is not to be relied on. */
import type { Instant } from '#policies/language/instant.ts'
import type { Clock } from './time.ts'

/** Steps back smaller than this are how clocks are corrected, and only held still. */
export const TOLERATED_STEP_BACK_MS = 2000

export interface MonotonicClock {
  /** The latest instant seen so far: never earlier than an answer before. */
  readonly now: Clock
  /** False while the machine's clock is further behind that than a correction explains. */
  readonly isReliable: () => boolean
}

export interface MonotonicClockOptions {
  readonly clock: Clock
  /** The latest instant known from before the start. */
  readonly from?: Instant | undefined
  /** Called once for each step back, with its length. */
  readonly onStepBack?: (byMs: number) => void
}

export function openMonotonicClock({ clock, from, onStepBack }: MonotonicClockOptions): MonotonicClock {
  let latest = from ?? Number.NEGATIVE_INFINITY
  let isBehind = false
  const look = (): void => {
    const machine = clock()
    const behindMs = latest - machine
    latest = Math.max(latest, machine)
    const steppedBack = behindMs > TOLERATED_STEP_BACK_MS
    if (steppedBack && !isBehind) onStepBack?.(behindMs)
    isBehind = steppedBack
  }
  return {
    now: () => {
      look()
      return latest
    },
    isReliable: () => {
      look()
      return !isBehind
    },
  }
}
