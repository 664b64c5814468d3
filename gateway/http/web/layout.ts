/** The document around every page: language, title, head, content, the constant sentence where a case is shown and for whoever reads cases, foot. */
import { html, textOfHtml } from './html.ts'
import type { Html } from './html.ts'
import { isolated } from './isolated.ts'
import { assetAddress } from './assets.ts'
import { backLink } from './kit-ways.ts'
import { timeWords } from './kit-texts.ts'
import { containerOf, DIRECTIONS, head } from './layout-head.ts'
import type { Page, Visit, Visitor } from './route.ts'
import { signInEndsAt } from './session-end.ts'

/** The whole document. */
export function layout(visit: Visit, page: Page, visitor: Visitor | undefined): string {
  const { t, language } = visit
  const direction = DIRECTIONS[language]
  const document = html`<!doctype html>
    <html lang="${language}" dir="${direction}" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <title>${page.title}${page.isBare !== true && [' – ', t('service')]}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" type="image/svg+xml" href="${assetAddress(visit.deps.files, 'icon.svg')}" />
        <link
          rel="stylesheet"
          href="${assetAddress(visit.deps.files, direction === 'rtl' ? 'style-rtl.css' : 'style.css')}"
        />
        ${[...new Set(['page.js', ...(page.scripts ?? [])])].map((name) => html`<script src="${assetAddress(visit.deps.files, name)}" defer></script>`)}
      </head>
      ${page.isBare === true ? bare(page) : body(visit, page, visitor)}
    </html>`
  return textOfHtml(document)
}

/** Nothing that says whose page it is, or who was here. */
const bare = ({ title, body: content }: Page): Html =>
  html`<body class="govuk-template__body">
    <main class="govuk-width-container govuk-main-wrapper">
      <h1 class="govuk-visually-hidden">${title}</h1>
      ${content}
    </main>
  </body>`

const body = (visit: Visit, page: Page, visitor: Visitor | undefined): Html =>
  html`<body class="govuk-template__body">
    <a href="#main" class="govuk-skip-link">${visit.t('skip')}</a>
    ${head(visit, page, visitor)}
    <div class="${containerOf(page)} page-middle">
      ${page.back !== undefined && html`<nav aria-label="${visit.t('wayBack')}">${backLink(page.back)}</nav>`}
      <div class="sheet">
        ${page.isOfCase === true && caveat(visit, visitor, '')}
        <main id="main" class="govuk-main-wrapper" tabindex="-1">
          <h1 class="govuk-heading-l">${page.title}</h1>
          ${page.body}
          ${(page.isOfCase === true || visitor?.account.role === 'reader') && html`<p class="constant-sentence">${visit.t('constantSentence')}</p>`}
        </main>
        ${page.isOfCase === true && caveat(visit, visitor, ' is-last')}
      </div>
    </div>
    ${foot(visit, page, visitor)}
  </body>`

/** On each sheet of paper: whose it is, and that it goes no further. */
const caveat = (visit: Visit, visitor: Visitor | undefined, place: '' | ' is-last'): Html =>
  html`<div class="only-print${place}">
    <p class="caveat">
      ${visit.t('print.caveat')}
      ${visit.t('print.by', { name: isolated(visitor?.account.name ?? ''), time: timeWords(visit, visit.deps.clock()) })}
    </p>
  </div>`

function foot(visit: Visit, page: Page, visitor: Visitor | undefined): Html {
  const { t, deps } = visit
  const ends = visitor && timeWords(visit, signInEndsAt(visitor.session, deps.clock()), 'time')
  return html`<footer class="foot">
    <div class="${containerOf(page)} foot-row">
      ${ends !== undefined && html`<p>${t('signInEnds', { time: ends })}</p>`}
      ${visitor !== undefined && html`<p><a class="govuk-link" href="/passkeys">${t('sign-in:passkeys.title')}</a></p>`}
      <p><a class="govuk-link" href="/accessibility">${t('accessibility.link')}</a></p>
    </div>
  </footer>`
}
