/** How much a member may ask in a minute: one that floods the door spends its own quota, and nobody else's (RateLimit header fields, draft 8). */
import { rateLimit } from 'express-rate-limit'
import type { Request, RequestHandler } from 'express'
import { occurrenceOf } from '#gateway/http/shell/guards.ts'
import { sendProblem } from '#gateway/http/shell/problem-response.ts'
import { callerOf } from './caller.ts'
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
