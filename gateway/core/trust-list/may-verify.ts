/** Whether a key may speak for what it signed: by when it was signed, and by when the log, whose time nobody can set back, took it in. */
import type { Instant } from '#policies/language/instant.ts'

export interface TimedKey {
  readonly from: Instant
  readonly until: Instant
  readonly revokedAt?: Instant | undefined
}

/** Senders' clocks run ahead of ours by as much. */
const SKEW_MS = 60_000

/**
 * Signed within the key's time, and logged before that time ended and before it was revoked. What was logged earlier stays good when
 * the key ends or is revoked later; what arrives later is refused however early it says it was signed. For what is not logged yet,
 * `loggedAt` is now.
 */
export const mayVerify = ({ from, until, revokedAt }: TimedKey, signedAt: Instant, loggedAt: Instant): boolean =>
  from <= signedAt &&
  signedAt <= loggedAt + SKEW_MS &&
  signedAt < until &&
  loggedAt < until &&
  (revokedAt === undefined || loggedAt < revokedAt)
