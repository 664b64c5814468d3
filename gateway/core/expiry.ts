/** When to speak of what runs out: 60, 30, 14, 7 and 1 days before, once each, and once when it has. */
import type { Instant } from '#policies/language/instant.ts'

/** Something that ends: a certificate, a list, a key. The name is a code or an id, never a person's. */
export interface Expiring {
  readonly what: string
  readonly from: Instant
  readonly until: Instant
}

const DAY_MS = 86_400_000

/** Days before the end at which an operator is told. */
export const EXPIRY_DAYS: readonly number[] = [60, 30, 14, 7, 1, 0]

/**
 * The last of the days that has come, 0 once it has ended, undefined while there is time. What lives shortly is not spoken of in the
 * first half of its life: a certificate of thirty days is told of at fourteen.
 */
export function expiryDayOf({ from, until }: Expiring, now: Instant): number | undefined {
  const half = (until - from) / 2
  return EXPIRY_DAYS.filter((days) => days * DAY_MS <= half && now >= until - days * DAY_MS).at(-1)
}
