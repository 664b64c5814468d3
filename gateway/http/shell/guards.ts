/** What every request passes first: an id, security headers, tracing, and headers that say one thing only once. */
import helmet from 'helmet'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { Problem } from '#gateway/core/problem.ts'
import { LANGUAGES } from './problem-texts.ts'
import { sendProblem } from './problem-response.ts'
import type { Occurrence } from './problem-response.ts'

const MAX_HEADERS = 64
/** Two of one of these, and two readers could take two different ones. */
const ONCE = [
  'host',
  'authorization',
  'content-type',
  'content-encoding',
  'content-length',
  'idempotency-key',
  'if-match',
]
/** W3C Trace Context §3.2, version 00. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

const ids = new WeakMap<Request, string>()

/** The request's own id and language, for every answer about it. */
export const occurrenceOf = (request: Request): Occurrence => ({
  requestId: ids.get(request) ?? '',
  language: request.acceptsLanguages(...LANGUAGES) === 'fr' ? 'fr' : 'en',
})

/** In the order in which they run. */
export const guards = (newId: () => string): readonly RequestHandler[] => [
  helmet({
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false },
  }),
  (request, response, next): void => {
    const id = newId()
    ids.set(request, id)
    response.set({ 'Request-Id': id, 'Cache-Control': 'no-store' })
    const trace = request.headers['traceparent']
    if (typeof trace === 'string' && TRACEPARENT.test(trace)) response.set('traceparent', trace)
    next()
  },
  checkHeaders,
]

function checkHeaders(request: Request, response: Response, next: NextFunction): void {
  const problem = headerProblem(request)
  if (problem === undefined) next()
  else sendProblem(response, problem, occurrenceOf(request))
}

function headerProblem({ rawHeaders, headersDistinct }: Request): Problem | undefined {
  if (rawHeaders.length / 2 > MAX_HEADERS) return { code: 'header-too-large' }
  if (headersDistinct['host'] === undefined)
    return { code: 'request-malformed', errors: [{ pointer: '/headers/host', code: 'missing' }] }
  const repeated = ONCE.filter((name) => (headersDistinct[name]?.length ?? 0) > 1)
  if (repeated.length === 0) return undefined
  return {
    code: 'request-malformed',
    errors: repeated.map((name) => ({ pointer: `/headers/${name}`, code: 'repeated' })),
  }
}
