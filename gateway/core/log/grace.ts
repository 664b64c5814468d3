/** How long the log may go without a time-stamp (RFC 3161): first a warning, then nothing is forwarded. */
import type { Instant } from '#policies/language/instant.ts'

export interface Grace {
  readonly warnMs: number
  readonly stopMs: number
}

const HOUR_MS = 3_600_000
/** Warn after 24 hours, stop after 72. */
export const DEFAULT_GRACE: Grace = { warnMs: 24 * HOUR_MS, stopMs: 72 * HOUR_MS }
/** How far a stamp may be ahead of this clock. Further, one of the two is wrong, and a wrong clock must not lengthen the grace. */
const MAX_AHEAD_MS = HOUR_MS

export type StampState = 'in-time' | 'late' | 'overdue'

/** Where the log stands. `since` is the time in the last stamp, or of the first entry where there is none; at the limit itself it still goes on. */
export function stampState(since: Instant, now: Instant, { warnMs, stopMs }: Grace): StampState {
  const age = now - since
  if (!(age >= -MAX_AHEAD_MS && age <= stopMs)) return 'overdue'
  return age > warnMs ? 'late' : 'in-time'
}
