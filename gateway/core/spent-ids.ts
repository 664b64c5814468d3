/** Ids that may be used once, remembered until the text that bears them expires by itself. */
import type { Instant } from '#policies/language/instant.ts'

export interface SpentIds {
  /** True the first time; false when it was spent before, or when there is no room to remember it (closed by default). */
  readonly spend: (issuer: string, id: string, until: Instant, now: Instant) => boolean
}

const MAX_REMEMBERED = 100_000

/** Remembers in memory; a restart forgets, which the five minutes of an assertion bound. */
export function createSpentIds(maxRemembered: number = MAX_REMEMBERED): SpentIds {
  const spent = new Map<string, Instant>()
  const forgetExpired = (now: Instant): void => {
    for (const [key, until] of spent) if (until < now) spent.delete(key)
  }
  return {
    spend(issuer, id, until, now) {
      if (spent.size >= maxRemembered) forgetExpired(now)
      const key = `${issuer} ${id}`
      const before = spent.get(key)
      if (before !== undefined && before >= now) return false
      if (spent.size >= maxRemembered) return false
      spent.set(key, until)
      return true
    },
  }
}
