/** The door for people: pages behind a sign-in, for browsers. Forms and links only; scripts make some of it quicker. */
import express from 'express'
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express'
import { isSteppedUp } from '#gateway/core/account.ts'
import { fail, PROBLEMS } from '#gateway/core/problem.ts'
import type { Problem, Result } from '#gateway/core/problem.ts'
import { CONSOLE_ROUTES } from '#gateway/http/console/routes.ts'
import { DEMO_ROUTES } from '#gateway/http/demo/routes.ts'
import { INBOX_ROUTES } from '#gateway/http/inbox/routes.ts'
import { LINK_ROUTES } from '#gateway/http/operators/links.ts'
import { OPERATOR_ROUTES } from '#gateway/http/operators/routes.ts'
import { afterSending, NOTICE_PATH, signInFirst, stepUpFirst } from '#gateway/http/sign-in/again.ts'
import { SIGN_IN_ROUTES } from '#gateway/http/sign-in/routes.ts'
import { checkMediaType, readBody } from '#gateway/http/shell/read-body.ts'
import { thrownAt } from '#gateway/http/shell/thrown-at.ts'
import { codeOfThrown } from '#gateway/rooms/readiness.ts'
import { AROUND_ROUTES } from './around-routes.ts'
import { assetRoutes } from './assets.ts'
import { webGuards } from './guards.ts'
import { layout } from './layout.ts'
import { otherLanguage } from './other-language.ts'
import { problemPage, tooOften } from './problem-page.ts'
import { addressOf, openDoorCount, triesFrom } from './rate.ts'
import type { CountTries } from './rate.ts'
import { isFilledIn, refreshToNotice } from './session-end.ts'
import type { CookieText, Page, Visit, Visitor, WebAnswer, WebDeps, WebRoute } from './route.ts'
import { cookiesOf, languageOf, visitorOf } from './visitor.ts'
import { wordsIn } from './words.ts'

export const ROUTES: readonly WebRoute[] = [
  ...SIGN_IN_ROUTES,
  ...INBOX_ROUTES,
  ...CONSOLE_ROUTES,
  ...OPERATOR_ROUTES,
  ...LINK_ROUTES,
  ...DEMO_ROUTES,
  ...AROUND_ROUTES,
]

/** Most bytes of a form. */
const MAX_FORM_BYTES = 256 * 1024

export function createWebApp(deps: WebDeps): Express {
  const app = express()
  app.set('etag', false).set('query parser', false).set('x-powered-by', false)
  app.set('case sensitive routing', true).set('strict routing', true)
  app.use(...webGuards(deps))
  assetRoutes(app, deps.files)
  const counting: Counting = { count: openDoorCount(deps.quota), deps }
  for (const route of ROUTES) app[route.method](route.path, serveRoute(counting, route))
  app.use(async (request, response) => {
    const read = await readVisit(deps, request, 'get')
    send(response, { ...read, answer: { kind: 'problem', problem: { code: 'not-found' } } })
  })
  return app.use(lastResort(deps))
}

interface Read {
  readonly visit: Visit
  readonly visitor: Visitor | undefined
}

const BASE = 'http://gateway'

/** What nobody could read as an address of ours is none: two slashes name another host to a URL. */
const urlOf = ({ url }: Request): URL => URL.parse(`${BASE}${url}`) ?? new URL(BASE)

async function readVisit(deps: WebDeps, request: Request, method: Visit['method']): Promise<Read> {
  const sight = urlOf(request).pathname === NOTICE_PATH ? 'unseen' : 'seen'
  const visitor = await visitorOf(deps, cookiesOf(request.headers.cookie), sight)
  return { visit: visitOf(deps, request, { method, visitor }), visitor }
}

function visitOf(
  deps: WebDeps,
  request: Request,
  { method, visitor }: { readonly method: Visit['method']; readonly visitor: Visitor | undefined },
): Visit {
  const cookies = cookiesOf(request.headers.cookie)
  const url = urlOf(request)
  const language = languageOf(visitor ?? {}, cookies, (among) => request.acceptsLanguages([...among]))
  return {
    deps,
    language,
    t: wordsIn(language),
    method,
    path: url.pathname,
    params: Object.fromEntries(Object.entries(request.params).map(([name, value]) => [name, String(value)])),
    query: url.searchParams,
    form: new URLSearchParams(),
    cookies,
    userAgent: request.headers['user-agent'] ?? '',
  }
}

interface Counting {
  readonly deps: WebDeps
  readonly count: CountTries
}

const serveRoute =
  ({ deps, count }: Counting, route: WebRoute): RequestHandler =>
  async (request, response) => {
    if (route.spends !== undefined) {
      const waits = await count(triesFrom(route.spends, addressOf(request, deps.web.isForwarded === true)))
      if (waits !== undefined) {
        const visit = visitOf(deps, request, { method: route.method, visitor: undefined })
        send(response, { visit, visitor: undefined, answer: tooOften(visit, waits) })
        return
      }
    }
    const { visit, visitor } = await readVisit(deps, request, route.method)
    const turned = await otherLanguage(visit, visitor)
    if (turned !== undefined) {
      send(response, { visit, visitor, answer: turned })
      return
    }
    const form = route.method === 'post' ? await readForm(request) : undefined
    const answer: WebAnswer =
      form?.ok === false
        ? { kind: 'problem', problem: form.problem }
        : await answerOf(route, { visit: { ...visit, form: form?.value ?? visit.form }, visitor }, count)
    send(response, { visit, visitor, answer })
  }

/** What was thrown on the way to any answer. It is shown as to nobody: the store may be what does not answer. */
const lastResort =
  (deps: WebDeps): ErrorRequestHandler =>
  async (thrown: unknown, request: Request, response, _next) => {
    // Whoever goes away in the middle of a form gets no answer, and is no fault of ours.
    if (request.destroyed && !request.complete) return
    const visit = visitOf(deps, request, { method: 'get', visitor: undefined })
    // A path that is no percent-encoding comes here from the router itself.
    const isNoPath = thrown instanceof URIError
    if (!isNoPath) deps.log.alarm('a page ended in an error', { ...thrownAt(thrown) })
    const code = isNoPath ? 'not-found' : await codeOfThrown(deps.store, thrown)
    if (response.headersSent) response.destroy()
    else send(response, { visit, visitor: undefined, answer: { kind: 'problem', problem: { code } } })
  }

/** Whoever may not come here is told that it is not there; whoever is not signed in may sign in and come back. */
async function answerOf(route: WebRoute, { visit, visitor }: Read, count: CountTries): Promise<WebAnswer> {
  if (route.who === 'anyone') {
    const waits = await count(route.tries?.(visit) ?? [])
    return waits === undefined ? route.answer(visit) : tooOften(visit, waits)
  }
  if (visitor === undefined) return signInFirst(visit)
  if (route.who !== 'signed-in' && !route.who.includes(visitor.account.role))
    return { kind: 'problem', problem: { code: 'not-found' } }
  if (route.isSteppedUp === true && !isSteppedUp(visitor.session, visit.deps.clock())) return stepUpFirst(visit)
  const waits = await count(route.tries?.({ ...visit, visitor }) ?? [])
  return waits === undefined ? afterSending(visit, await route.answer({ ...visit, visitor })) : tooOften(visit, waits)
}

async function readForm(request: Request): Promise<Result<URLSearchParams>> {
  const isForm = checkMediaType(request, 'application/x-www-form-urlencoded')
  if (!isForm.ok) return isForm
  const body = await readBody(request, MAX_FORM_BYTES)
  if (!body.ok) return body
  try {
    return { ok: true, value: new URLSearchParams(new TextDecoder('utf-8', { fatal: true }).decode(body.value)) }
  } catch {
    return fail('request-malformed')
  }
}

function send(
  response: Response,
  {
    visit,
    visitor,
    answer,
  }: { readonly visit: Visit; readonly visitor: Visitor | undefined; readonly answer: WebAnswer },
): void {
  for (const cookie of answer.cookies ?? []) response.append('Set-Cookie', cookieText(cookie))
  response.set({ ...answer.headers })
  switch (answer.kind) {
    case 'redirect':
      response.redirect(303, answer.to)
      return
    case 'json':
      response.status(answer.status ?? 200).json(answer.body)
      return
    case 'file':
      response.type(answer.type).set('Content-Disposition', `attachment; filename="${answer.name}"`)
      response.send(typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body))
      return
    case 'problem':
      sendPage(response, visit, visitor, problemPage(visit, answer.problem), statusOf(answer.problem))
      return
    case 'page':
      response.set(refreshOf(visit, visitor, answer.page))
      sendPage(response, visit, visitor, answer.page, answer.status ?? 200)
  }
}

/** A page that asks to be loaded again is; any other goes to the notice before the sign-in ends, unless a form is filled in on it. */
function refreshOf(visit: Visit, visitor: Visitor | undefined, content: Page): Readonly<Record<string, string>> {
  if (content.refreshSeconds !== undefined) return { Refresh: String(content.refreshSeconds) }
  if (visitor === undefined || visit.method === 'post' || content.isBare === true || isFilledIn(content.body)) return {}
  return { Refresh: refreshToNotice(visitor.session, visit.deps.clock(), visit.path) }
}

const statusOf = ({ code }: Problem): number => PROBLEMS[code].status

function sendPage(
  response: Response,
  visit: Visit,
  visitor: Visitor | undefined,
  content: Parameters<typeof layout>[1],
  status: number,
): void {
  response.status(status).set({ 'Content-Language': visit.language, Vary: 'Cookie, Accept-Language' })
  response.type('text/html; charset=utf-8').send(layout(visit, content, visitor))
}

/** Not readable by scripts, never sent from other sites (D26). */
const cookieText = ({ name, value, maxAgeSeconds, sameSite }: CookieText): string =>
  [
    `${name}=${value}`,
    'Path=/',
    'Secure',
    'HttpOnly',
    `SameSite=${sameSite ?? 'Strict'}`,
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
  ].join('; ')
