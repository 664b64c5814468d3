/** Side room: what may be used once, at this gateway and at every other on the same store. */
import { createSpentIds } from '#gateway/core/spent-ids.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Deps } from './deps.ts'

export interface UsedOnce {
  /** True the first time; false when it was spent before, or when that cannot be remembered (closed by default). */
  readonly spend: (issuer: string, id: string, until: Instant, now: Instant) => Promise<boolean> | boolean
}

/** In memory where this gateway is alone; a restart forgets, which the five minutes of an assertion bound. Else in the store as well. */
export function usedOnce({ store, isOneOfMany }: Pick<Deps, 'store' | 'isOneOfMany'>): UsedOnce {
  const here = createSpentIds()
  if (isOneOfMany !== true) return here
  return {
    spend: async (issuer, id, until, now) =>
      here.spend(issuer, id, until, now) && (await store.transaction((tx) => tx.replicas.spend(issuer, id, until))),
  }
}
