/** A problem as a page: its title, what to do, and its code for whoever is asked for help. */
import type { Problem } from '#gateway/core/problem.ts'
import { textOf } from '#gateway/http/shell/problem-texts.ts'
import { html } from './html.ts'
import type { Page, Visit } from './route.ts'

export function problemPage({ t, language }: Visit, { code }: Problem): Page {
  const { title, detail } = textOf(code, language === 'fr' ? 'fr' : 'en')
  return {
    title,
    body: html`<p class="govuk-body">${detail}</p>
      <p class="govuk-body-s">${t('problem.code', { code })}</p>
      <p class="govuk-body"><a class="govuk-link" href="/">${t('problem.home')}</a></p>`,
  }
}
