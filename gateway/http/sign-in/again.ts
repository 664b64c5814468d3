/** What becomes of a request of somebody who is not signed in, or has to prove again that it is they: they may come back, and what they wrote is kept. */
import { keepForm } from '#gateway/rooms/sign-in-kept.ts'
import { redirect } from '#gateway/http/web/route.ts'
import type { CookieText, Visit, WebAnswer } from '#gateway/http/web/route.ts'
import { SESSION_COOKIE } from '#gateway/http/web/visitor.ts'
import { CLEARED, KEPT_COOKIE, noCookie, pathOf } from './ways-in.ts'

/** The notice before a sign-in ends. To look at it is no sign of being there. */
export const NOTICE_PATH = '/sign-in/expiring'

/** Leaving, when one is out already. */
const LEFT: Readonly<Record<string, `/${string}`>> = { '/sign-out': '/sign-in?left=1', '/away': '/away' }

/** Nobody, or nobody any more. */
export async function signInFirst(visit: Visit): Promise<WebAnswer> {
  const { path, method, query } = visit
  const left = LEFT[path]
  if (left !== undefined) return redirect(left, { headers: CLEARED })
  const hadSession = visit.cookies.has(SESSION_COOKIE)
  const ended = hadSession ? { ended: '1' } : {}
  if (method === 'post') return redirect(asked('/sign-in', ended), { cookies: await keep(visit) })
  const to = path === NOTICE_PATH ? pathOf(query.get('to')) : withQuery(visit)
  return redirect(asked('/sign-in', { ...(to === '/' ? {} : { to }), ...ended }))
}

/** Signed in, but not lately enough for this. */
export async function stepUpFirst(visit: Visit): Promise<WebAnswer> {
  if (visit.method === 'post') return redirect('/step-up', { cookies: await keep(visit) })
  return redirect(asked('/step-up', { to: withQuery(visit) }))
}

const ON_THE_WAY = /^\/(sign-in|step-up)(\/|$)/

/** What was kept is offered until its writer sends something: that, or something else. */
export const afterSending = ({ method, path, cookies }: Visit, answer: WebAnswer): WebAnswer =>
  method === 'post' && cookies.has(KEPT_COOKIE) && !ON_THE_WAY.test(path)
    ? { ...answer, cookies: [...(answer.cookies ?? []), noCookie(KEPT_COOKIE)] }
    : answer

const asked = (path: string, members: Readonly<Record<string, string>>): string => {
  const query = new URLSearchParams(members).toString()
  return query === '' ? path : `${path}?${query}`
}

const withQuery = ({ path, query }: Visit): string => (query.size === 0 ? path : `${path}?${query.toString()}`)

async function keep({ deps, cookies, path, form }: Visit): Promise<readonly CookieText[]> {
  const word = await keepForm(deps, cookies.get(SESSION_COOKIE), { path, members: [...form] })
  return word === undefined ? [] : [{ name: KEPT_COOKIE, value: word, maxAgeSeconds: 86_400 }]
}
