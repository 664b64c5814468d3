/**
 * Through the organisation: away to whoever vouches for people, and back. Both ways go over a page of ours: a form may not lead to another
 * site (CSP form-action), and a browser that comes from one does not bring the cookie of the session.
 */
import type { Problem, Result } from '#gateway/core/problem.ts'
import { html } from '#gateway/http/web/html.ts'
import { link } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { CookieText, SignedInVisit, Visit, WebAnswer } from '#gateway/http/web/route.ts'
import { SESSION_COOKIE } from '#gateway/http/web/visitor.ts'
import { sendToSignIn, sendToStepUp, takeReturn } from '#gateway/rooms/sign-in-elsewhere.ts'
import type { Sent } from '#gateway/rooms/sign-in-elsewhere.ts'
import { signInWith } from './enter.ts'
import { stepUpWith } from './step-up.ts'
import { entryOf, noCookie, pathOf } from './ways-in.ts'

/** Of one sign-in elsewhere; it has to come along from there, so it is not `Strict`. */
const ELSEWHERE_COOKIE = '__Host-elsewhere'
const MINUTES_AWAY = 10

/** Members `to`, `shared`. */
export async function elsewherePosted(visit: Visit): Promise<WebAnswer> {
  const to = visit.form.get('to') ?? '/'
  return awayOr(visit, await sendToSignIn(visit.deps, entryOf(visit), to), (problem) => signInWith(visit, to, problem))
}

/** Member `to`. */
export async function stepUpElsewhere(visit: SignedInVisit): Promise<WebAnswer> {
  const to = visit.form.get('to') ?? '/'
  return awayOr(visit, await sendToStepUp(visit.deps, visit.visitor, to), (problem) => stepUpWith(visit, to, problem))
}

async function awayOr(
  { t, deps }: Visit,
  sent: Result<Sent>,
  otherwise: (problem: Problem) => Promise<WebAnswer>,
): Promise<WebAnswer> {
  if (!sent.ok) return sent.problem.code === 'not-found' ? { kind: 'problem', ...sent } : otherwise(sent.problem)
  const { url, word } = sent.value
  const body = html`<p class="govuk-body">
    <a class="govuk-link" href="${url}">${t('sign-in:elsewhere.go', { name: deps.signIn.oidc?.name ?? '' })}</a>
  </p>`
  const cookie: CookieText = { name: ELSEWHERE_COOKIE, value: word, maxAgeSeconds: MINUTES_AWAY * 60, sameSite: 'Lax' }
  return page(
    { title: t('sign-in:elsewhere.away'), body },
    { cookies: [cookie], headers: { Refresh: `0; url=${url}` } },
  )
}

/** Query: what the issuer says. */
export async function returnPage(visit: Visit): Promise<WebAnswer> {
  const { deps, cookies, query, t } = visit
  const word = cookies.get(ELSEWHERE_COOKIE) ?? ''
  const returned = await takeReturn(deps, { word, query: query.toString() })
  if (!returned.ok) return signInWith(visit, '/', returned.problem)
  const { to, entered } = returned.value
  // What was written is found from here: the cookie that opens it comes along only from a page of ours.
  const onward = `/sign-in/kept?${new URLSearchParams({ to: pathOf(to) }).toString()}` as const
  const session = entered === undefined ? [] : [{ name: SESSION_COOKIE, value: entered.word }]
  return page(
    {
      title: t('sign-in:elsewhere.back'),
      body: html`<p class="govuk-body">${link(t('sign-in:elsewhere.on'), onward)}</p>`,
    },
    { cookies: [...session, noCookie(ELSEWHERE_COOKIE)], headers: { Refresh: `0; url=${onward}` } },
  )
}
