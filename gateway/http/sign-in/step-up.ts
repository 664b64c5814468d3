/** Before an act that counts: the same person, here and now, once more (H114). */
import type { Problem } from '#gateway/core/problem.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, form } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { askStepUp, markSteppedUp, stepUp } from '#gateway/rooms/sign-in.ts'
import { fault } from './enter.ts'
import { PASSKEY_SCRIPT, passkeyForm } from './passkey-form.ts'
import { afterwards, answerOf } from './ways-in.ts'

/** Query `to`. */
export const stepUpPage = (visit: SignedInVisit): Promise<WebAnswer> => stepUpWith(visit, visit.query.get('to') ?? '/')

export async function stepUpWith(visit: SignedInVisit, to: string, problem?: Problem): Promise<WebAnswer> {
  const { deps, visitor, t } = visit
  const asked = await askStepUp(deps, visitor)
  const ways = [
    asked !== undefined &&
      passkeyForm(visit, {
        kind: 'get',
        action: '/step-up',
        hidden: { to },
        label: t('sign-in:stepUp.passkey'),
        ...asked,
      }),
    deps.signIn.oidc !== undefined && otherWay('/step-up/oidc', to, t('sign-in:stepUp.oidc')),
    deps.web.isDemo && visitor.session.method === 'demo' && otherWay('/step-up/demo', to, t('sign-in:stepUp.demo')),
  ]
  const body = html`${problem !== undefined && fault(visit, problem)}
    <p class="govuk-body">${t('sign-in:stepUp.lead')}</p>
    ${ways.every((way) => way === false) ? html`<p class="govuk-body">${t('sign-in:stepUp.none')}</p>` : ways}`
  return page(
    { title: t('sign-in:stepUp.title'), body, scripts: [PASSKEY_SCRIPT] },
    problem === undefined ? {} : { status: 403 },
  )
}

const otherWay = (action: `/${string}`, to: string, text: string): Html =>
  form({ action, hidden: { to } }, button({ text, look: 'secondary' }))

/** Members: those of a passkey form, `to`. */
export async function stepUpPosted(visit: SignedInVisit): Promise<WebAnswer> {
  const to = visit.form.get('to') ?? '/'
  const stepped = await stepUp(visit.deps, visit.visitor, answerOf(visit))
  return stepped.ok
    ? redirect(await afterwards(visit, visit.visitor.account, to))
    : stepUpWith(visit, to, stepped.problem)
}

/** Member `to`. In a demo nobody has to be who they are. */
export async function stepUpDemo(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, visitor, form: sent } = visit
  if (!deps.web.isDemo || visitor.session.method !== 'demo') return { kind: 'problem', problem: { code: 'not-found' } }
  await markSteppedUp(deps, visitor)
  return redirect(await afterwards(visit, visitor.account, sent.get('to') ?? '/'))
}
