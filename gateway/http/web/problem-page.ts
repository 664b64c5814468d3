/** A problem as a page: its title, what to do, and its code for whoever is asked for help. */
import type { Problem } from '#gateway/core/problem.ts'
import { textOf } from '#gateway/http/shell/problem-texts.ts'
import { html } from './html.ts'
import { page } from './route.ts'
import type { Page, Visit, WebAnswer } from './route.ts'

export function problemPage({ t, language }: Visit, { code }: Problem): Page {
  const { title, detail } = textOf(code, language === 'fr' ? 'fr' : 'en')
  return {
    title,
    body: html`<p class="govuk-body">${detail}</p>
      <p class="govuk-body-s">${t('problem.code', { code })}</p>
      <p class="govuk-body"><a class="govuk-link" href="/">${t('problem.home')}</a></p>`,
  }
}

/** The door was tried too often: how long to wait, in words and for the browser. */
export function tooOften(visit: Visit, seconds: number): WebAnswer {
  visit.deps.log.warn('page refused', { code: 'too-many-requests' })
  visit.deps.meter.count('requests', { operation: 'any', status: '429' })
  const { t } = visit
  return page(
    {
      title: t('tooOften.title'),
      body: html`<p class="govuk-body">${t('tooOften.body', { seconds })}</p>
        <p class="govuk-body">${t('tooOften.after')}</p>
        <p class="govuk-body-s">${t('problem.code', { code: 'too-many-requests' })}</p>
        <p class="govuk-body"><a class="govuk-link" href="/">${t('problem.home')}</a></p>`,
    },
    { status: 429, headers: { 'Retry-After': String(seconds) } },
  )
}
