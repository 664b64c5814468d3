/** Pages around all others: the neutral page of "Hide now", and the accessibility statement. */
import { html } from './html.ts'
import { insetText, link } from './kit.ts'
import { page, redirect } from './route.ts'
import type { Visit, SignedInVisit, WebAnswer, WebRoute } from './route.ts'
import { SESSION_COOKIE } from './visitor.ts'

/** Nothing of what was shown stays in the browser, not behind its back button either. */
const CLEARED = { 'Clear-Site-Data': '"cache", "cookies", "storage"' } as const

/** Ends the sign-in and is gone: for somebody who is looked over the shoulder. */
async function hide({ deps, visitor }: SignedInVisit): Promise<WebAnswer> {
  await deps.store.transaction((tx) => tx.people.endSession(visitor.session.id))
  return redirect('/away', { cookies: [{ name: SESSION_COOKIE, value: '', maxAgeSeconds: 0 }], headers: CLEARED })
}

async function away({ t }: Visit): Promise<WebAnswer> {
  return page({ title: t('away'), body: html``, isBare: true })
}

async function accessibility({ t }: Visit): Promise<WebAnswer> {
  return page({
    title: t('accessibility.title'),
    body: html`${insetText(t('accessibility.status'))}
      <p class="govuk-body">${t('accessibility.aim')}</p>
      <h2 class="govuk-heading-m">${t('accessibility.testedTitle')}</h2>
      <p class="govuk-body">${t('accessibility.tested')}</p>
      <h2 class="govuk-heading-m">${t('accessibility.knownTitle')}</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>${t('accessibility.knownArabic')}</li>
        <li>${t('accessibility.knownTexts')}</li>
      </ul>
      <h2 class="govuk-heading-m">${t('accessibility.helpTitle')}</h2>
      <p class="govuk-body">${t('accessibility.help')}</p>
      <p class="govuk-body">${link(t('problem.home'), '/')}</p>`,
  })
}

export const AROUND_ROUTES: readonly WebRoute[] = [
  { method: 'post', path: '/away', who: 'signed-in', answer: hide },
  { method: 'get', path: '/away', who: 'anyone', answer: away },
  { method: 'get', path: '/accessibility', who: 'anyone', answer: accessibility },
]
