/** How many attempts, how far apart, when to give up. */

export interface RetrySchedule {
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number
}

/** From 30 s doubling to 6 h: twenty attempts last about two and a half days, longer than a weekend. */
export const DEFAULT_RETRY: RetrySchedule = { firstDelayMs: 30_000, maxDelayMs: 6 * 3_600_000, maxAttempts: 20 }

/**
 * Milliseconds until the next attempt, or undefined to give up. `attempts` counts those made, the one that has just failed
 * included. Delays double up to the greatest, without jitter. Never throws.
 */
export function nextAttempt(past: { readonly attempts: number } & RetrySchedule): number | undefined {
  if (past.attempts >= past.maxAttempts) return undefined
  return Math.min(past.firstDelayMs * 2 ** Math.max(past.attempts - 1, 0), past.maxDelayMs)
}
