/** The clock of the demo: this machine's, and as far ahead of it as whoever tries the demo has moved it. It never goes back. */
import type { Clock } from '#gateway/core/time.ts'

const DAY_MS = 86_400_000

/** Certificates and lists of the demo last longer than that. */
export const MOST_DAYS_AHEAD = 33

export interface DemoClock {
  readonly now: Clock
  readonly aheadDays: () => number
  /** Whole days, at least one; false where that would be too far. */
  readonly move: (days: number) => boolean
}

export function openDemoClock(machine: Clock = Date.now): DemoClock {
  let aheadDays = 0
  return {
    now: () => machine() + aheadDays * DAY_MS,
    aheadDays: () => aheadDays,
    move: (days) => {
      if (!Number.isInteger(days) || days < 1 || aheadDays + days > MOST_DAYS_AHEAD) return false
      aheadDays += days
      return true
    },
  }
}
