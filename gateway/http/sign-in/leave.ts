/** The end of a sign-in: by oneself, by waiting, and how to stay. What was written meanwhile is given back. */
import { html } from '#gateway/http/web/html.ts'
import { button, buttonGroup, details, form, summaryList } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { signInEndsAt } from '#gateway/http/web/session-end.ts'
import { dateTime } from '#gateway/http/web/kit-texts.ts'
import { SESSION_COOKIE } from '#gateway/http/web/visitor.ts'
import { signOut, stay } from '#gateway/rooms/sign-in.ts'
import { dropKept, keptForm } from '#gateway/rooms/sign-in-kept.ts'
import { CLEARED, HOME, KEPT_COOKIE, noCookie, pathOf } from './ways-in.ts'

/** The first page of whoever it is. */
export const homePage = async ({ visitor }: SignedInVisit): Promise<WebAnswer> => redirect(HOME[visitor.account.role])

export async function signOutPosted({ deps, visitor }: SignedInVisit): Promise<WebAnswer> {
  await signOut(deps, visitor)
  return redirect('/sign-in?left=1', { cookies: [SESSION_COOKIE, KEPT_COOKIE].map(noCookie), headers: CLEARED })
}

/** Query `to`. It goes on by itself when the sign-in has ended; no script is needed. */
export async function noticePage({ deps, visitor, t, query, language }: SignedInVisit): Promise<WebAnswer> {
  const to = pathOf(query.get('to'))
  const at = deps.clock()
  const endsAt = signInEndsAt(visitor.session, visitor.session.seenAt)
  const seconds = Math.max(1, Math.ceil((endsAt - at) / 1000) + 31)
  const body = html`<p class="govuk-body">
      ${t('sign-in:notice.lead')} ${dateTime({ language, deps }, endsAt, 'time')}
    </p>
    <p class="govuk-body">${t('sign-in:notice.whole')}</p>
    ${buttonGroup(
      form({ action: '/sign-in/stay', hidden: { to } }, button({ text: t('sign-in:notice.stay') })),
      form({ action: '/sign-out' }, button({ text: t('sign-in:notice.leave'), look: 'secondary' })),
    )}`
  return page({ title: t('sign-in:notice.title'), body, refreshSeconds: seconds })
}

/** Member `to`. */
export async function stayPosted({ deps, visitor, form: sent }: SignedInVisit): Promise<WebAnswer> {
  await stay(deps, visitor.session)
  return redirect(pathOf(sent.get('to')))
}

/** Query `to`: where to go when nothing was kept. What was sent when the sign-in had ended, or when they had to prove again who they are: to send, or to let go. */
export async function keptPage({ deps, visitor, cookies, t, query }: SignedInVisit): Promise<WebAnswer> {
  const kept = await keptForm(deps, visitor.account.id, cookies.get(KEPT_COOKIE))
  if (kept === undefined) return redirect(pathOf(query.get('to')))
  const rows = kept.members
    .filter(([, value]) => value !== '')
    .map(([name, value]) => ({ key: name, value: html`<span dir="auto">${value}</span>` }))
  const members = kept.members.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  const body = html`<p class="govuk-body">${t('sign-in:kept.lead')}</p>
    ${form({ action: pathOf(kept.path) }, members, button({ text: t('sign-in:kept.send'), isOnce: true }))}
    ${form({ action: '/sign-in/kept/drop' }, button({ text: t('sign-in:kept.drop'), look: 'secondary' }))}
    ${details(t('sign-in:kept.show'), summaryList(rows))}`
  return page({ title: t('sign-in:kept.title'), body })
}

export async function dropPosted({ deps, visitor }: SignedInVisit): Promise<WebAnswer> {
  await dropKept(deps, visitor.account.id)
  return redirect('/', { cookies: [noCookie(KEPT_COOKIE)] })
}
