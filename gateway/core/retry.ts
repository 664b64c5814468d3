/** How many attempts, how far apart, when to give up. */

export interface RetryDelays {
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

export interface RetrySchedule extends RetryDelays {
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number
}

/** From 30 s doubling to 6 h: twenty attempts last about two and a half days, longer than a weekend. */
export const DEFAULT_RETRY: RetrySchedule = { firstDelayMs: 30_000, maxDelayMs: 6 * 3_600_000, maxAttempts: 20 }

/** For what is carried to a recipient: twenty-two attempts last about three days; then an operator looks at it. */
export const CARRY_RETRY: RetrySchedule = { ...DEFAULT_RETRY, maxAttempts: 22 }

/** For what waits on the world: it never ends. What cannot be delivered stays in the store, where its sender sees it. */
export const UNENDING_DELAYS: RetryDelays = { firstDelayMs: 2_000, maxDelayMs: 6 * 3_600_000 }

/**
 * Milliseconds until the next attempt. `attempts` counts those made, the one that has just failed included. Delays double up
 * to the greatest, without jitter. Never throws.
 */
export const retryDelayMs = (attempts: number, { firstDelayMs, maxDelayMs }: RetryDelays): number =>
  Math.min(firstDelayMs * 2 ** Math.max(attempts - 1, 0), maxDelayMs)

/** The same, or undefined to give up. */
export const nextAttempt = (past: { readonly attempts: number } & RetrySchedule): number | undefined =>
  past.attempts >= past.maxAttempts ? undefined : retryDelayMs(past.attempts, past)

/** Between three quarters of the delay and five quarters: those that failed together do not come back together. `random` is in [0, 1). */
export const jittered = (delayMs: number, random: number): number => Math.round(delayMs * (0.75 + random / 2))
