/** The way in: a passkey, whoever vouches for people elsewhere, and in a demo a button. Nothing on it tells whether somebody has an account. */
import { fail } from '#gateway/core/problem.ts'
import type { Problem } from '#gateway/core/problem.ts'
import { textOf } from '#gateway/http/shell/problem-texts.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, checkboxes, form, insetText, notification, warningText } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { Visit, WebAnswer } from '#gateway/http/web/route.ts'
import { askSignIn, signInByPasskey } from '#gateway/rooms/sign-in.ts'
import { DEMO_PEOPLE, demoPeople, enterDemo } from '#gateway/rooms/sign-in-demo.ts'
import type { DemoPerson } from '#gateway/rooms/sign-in-demo.ts'
import { PASSKEY_SCRIPT, passkeyForm } from './passkey-form.ts'
import { answerOf, entryOf, goIn } from './ways-in.ts'

/** Query: `to`, and why somebody is here: `ended`, `left`. */
export async function signInPage(visit: Visit): Promise<WebAnswer> {
  return signInWith(visit, visit.query.get('to') ?? '/')
}

/** The same page again, with what went wrong. */
export async function signInWith(visit: Visit, to: string, problem?: Problem): Promise<WebAnswer> {
  const { deps, t } = visit
  const asked = askSignIn(deps)
  const fields = shared(visit)
  const invented = deps.web.isDemo ? await demoPeople(deps) : []
  const body = html`${problem === undefined ? notice(visit) : fault(visit, problem)}
    ${invented.length > 0 && demoButtons(visit, invented, to)}
    <h2 class="govuk-heading-m">${t('sign-in:enter.passkeyTitle')}</h2>
    <p class="govuk-body">${t('sign-in:enter.passkeyLead')}</p>
    ${passkeyForm(visit, {
      kind: 'get',
      action: '/sign-in/passkey',
      hidden: { to },
      label: t('sign-in:enter.passkey'),
      fields,
      ...asked,
    })}
    ${deps.signIn.oidc !== undefined && elsewhere(visit, deps.signIn.oidc.name, to)}
    <p class="govuk-body-s">${t('sign-in:enter.help')}</p>`
  // The cookie of a session that has ended stays: it tells whose a form is that another window may still send.
  return page(
    { title: t('sign-in:enter.title'), body, scripts: [PASSKEY_SCRIPT] },
    problem === undefined ? {} : { status: 403 },
  )
}

/** Members of the form: those of a passkey form, `shared`, `to`. */
export async function signInPosted(visit: Visit): Promise<WebAnswer> {
  const to = visit.form.get('to') ?? '/'
  const entered = await signInByPasskey(visit.deps, answerOf(visit), entryOf(visit))
  return entered.ok ? goIn(visit, entered.value, to) : signInWith(visit, to, entered.problem)
}

/** Member `person`. Where it is no demo there is no such page. */
export async function demoPosted(visit: Visit): Promise<WebAnswer> {
  const { deps, form: sent } = visit
  const person = DEMO_PEOPLE.find((one) => one === sent.get('person'))
  const entered =
    deps.web.isDemo && person !== undefined ? await enterDemo(deps, person, entryOf(visit)) : fail('not-found')
  return entered.ok ? goIn(visit, entered.value, sent.get('to') ?? '/') : { kind: 'problem', problem: entered.problem }
}

function notice({ t, query }: Visit): Html | undefined {
  if (query.has('left')) return notification(t, t('sign-in:enter.left'), { kind: 'success' })
  return query.has('ended') ? notification(t, t('sign-in:enter.ended')) : undefined
}

export const fault = ({ t, language }: Visit, { code }: Problem): Html =>
  warningText(t, textOf(code, language === 'fr' ? 'fr' : 'en').detail)

/** Ticked from the start: whoever forgets it loses minutes, not a case. */
export const shared = ({ t }: Visit, id = 'shared'): Html =>
  html`<input type="hidden" name="shared" value="no" />${checkboxes(t, {
      name: 'shared',
      isSmall: true,
      items: [{ value: 'yes', text: t('sign-in:enter.shared'), hint: t('sign-in:enter.sharedHint'), id }],
      values: ['yes'],
    })}`

const elsewhere = (visit: Visit, name: string, to: string): Html =>
  html`<h2 class="govuk-heading-m">${visit.t('sign-in:enter.oidcTitle')}</h2>
    <p class="govuk-body">${visit.t('sign-in:enter.oidcLead', { name })}</p>
    ${form(
      { action: '/sign-in/oidc', hidden: { to } },
      shared(visit, 'shared-oidc'),
      button({ text: visit.t('sign-in:enter.oidc'), look: 'secondary' }),
    )}`

const demoButtons = (visit: Visit, people: readonly DemoPerson[], to: string): Html =>
  insetText(
    html`<h2 class="govuk-heading-m">${visit.t('sign-in:demo.title')}</h2>
      <p class="govuk-body">${visit.t('sign-in:demo.lead')}</p>
      ${people.map((person) =>
        form(
          { action: '/sign-in/demo', hidden: { to, person, shared: 'no' } },
          button({ text: visit.t(`sign-in:demo.${person}`), look: person === 'second' ? 'secondary' : 'primary' }),
        ),
      )}`,
  )
