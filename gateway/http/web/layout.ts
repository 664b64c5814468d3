/** The page around every page: language, title, navigation, banner, the constant sentence where a case is shown. */
import { html, textOfHtml } from './html.ts'
import type { PageLanguage } from '#gateway/core/account.ts'
import type { Page, Visit, Visitor } from './route.ts'

const DIRECTION: Readonly<Record<PageLanguage, 'ltr' | 'rtl'>> = { en: 'ltr', fr: 'ltr', ar: 'rtl' }

/** The whole document. */
export function layout(visit: Visit, content: Page, visitor: Visitor | undefined): string {
  const { t, language } = visit
  const signOut =
    visitor === undefined
      ? undefined
      : html`<form method="post" action="/sign-out">
          <button class="govuk-button" type="submit">${t('signOut')}</button>
        </form>`
  const document = html`<!doctype html>
    <html lang="${language}" dir="${DIRECTION[language]}" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <title>${content.title} – ${t('service')}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="stylesheet" href="/assets/style.css" />
      </head>
      <body class="govuk-template__body">
        <a href="#main" class="govuk-skip-link">${t('skip')}</a>
        ${visit.deps.web.isDemo && html`<p class="demo-banner">${t('demo')}</p>`}
        <div class="govuk-width-container">
          <p>${visitor?.account.name}</p>
          ${signOut}
          <main id="main" class="govuk-main-wrapper" tabindex="-1">
            <h1 class="govuk-heading-l">${content.title}</h1>
            ${content.body}
          </main>
          ${content.isOfCase === true && html`<p class="constant-sentence">${t('constantSentence')}</p>`}
        </div>
      </body>
    </html>`
  return textOfHtml(document)
}
