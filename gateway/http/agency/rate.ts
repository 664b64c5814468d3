/** How much a member may ask in a minute: one that floods the door spends its own quota, and nobody else's (RateLimit header fields, draft 8). */
import { MemoryStore, rateLimit } from 'express-rate-limit'
import type { Store } from 'express-rate-limit'
import type { Request, RequestHandler } from 'express'
import { occurrenceOf } from '#gateway/http/shell/guards.ts'
import { sendProblem } from '#gateway/http/shell/problem-response.ts'
import { callerOf } from './caller.ts'
import type { Quota } from '#gateway/ports/quota.ts'
import type { AgencyDeps } from './operation.ts'

const MINUTE_MS = 60_000

/** Counts by member; who is nobody is refused by the door itself and counts for nobody. */
export function rateOf(deps: AgencyDeps, requestsPerMinute: number): RequestHandler {
  const memberOf = (request: Request): string | undefined => {
    const caller = callerOf(deps, request)
    return caller.ok ? caller.value.id : undefined
  }
  return rateLimit({
    windowMs: MINUTE_MS,
    limit: requestsPerMinute,
    identifier: 'requests',
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    ...(deps.quota === undefined ? {} : { store: countedTogether(deps.quota) }),
    skip: (request) => memberOf(request) === undefined,
    keyGenerator: (request) => memberOf(request) ?? '',
    handler: (request, response) => {
      const participant = memberOf(request)
      deps.log.warn('request refused', { participant, code: 'too-many-requests' })
      deps.meter.count('requests', { operation: 'any', status: '429' })
      const waits = Number(response.getHeader('Retry-After'))
      sendProblem(response, { code: 'too-many-requests' }, { ...occurrenceOf(request), retryAfterSeconds: waits })
    },
  })
}

/** Every process counts for itself all the while; what all count together is asked too, and the greater number holds. */
function countedTogether(quota: Quota): Store {
  const own = new MemoryStore()
  return {
    init: (options) => own.init(options),
    increment: async (key) => {
      const [shared, mine] = await Promise.all([quota.count(key, MINUTE_MS), own.increment(key)])
      if (shared === undefined || shared.hits < mine.totalHits) return mine
      return { totalHits: shared.hits, resetTime: new Date(shared.windowEndsAt) }
    },
    decrement: (key) => own.decrement(key),
    resetKey: (key) => own.resetKey(key),
    shutdown: () => own.shutdown(),
  }
}
