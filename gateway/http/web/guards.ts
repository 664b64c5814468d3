/** What every request for a page passes first: strict headers, and no request that another site began (D26, H111, H119). */
import helmet from 'helmet'
import type { RequestHandler } from 'express'
import { guards, occurrenceOf } from '#gateway/http/shell/guards.ts'
import { sendProblem } from '#gateway/http/shell/problem-response.ts'
import type { WebDeps } from './route.ts'

/** No inline script or style, nothing from elsewhere, no string becomes script. */
const POLICY = {
  'default-src': ["'none'"],
  'style-src': ["'self'"],
  'script-src': ["'self'"],
  'img-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ['passerelle'],
}

/** In the order in which they run. */
export const webGuards = ({ newId, web }: Pick<WebDeps, 'newId' | 'web'>): readonly RequestHandler[] => [
  ...guards(newId),
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    referrerPolicy: { policy: 'no-referrer' },
  }),
  fromHere(web.origin),
]

/**
 * A request that changes something comes from a page of ours, and says so; one of another site, or that says nothing, is refused.
 * GET changes nothing, so links from elsewhere may come in, but never with the session (SameSite=Strict).
 */
const fromHere =
  (origin: string): RequestHandler =>
  (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      next()
      return
    }
    const { origin: from, 'sec-fetch-site': site } = request.headers
    const isOurs =
      from === undefined || from === 'null'
        ? site === 'same-origin'
        : from === origin && (site ?? 'same-origin') === 'same-origin'
    if (isOurs) next()
    else sendProblem(response, { code: 'request-from-elsewhere' }, occurrenceOf(request))
  }
