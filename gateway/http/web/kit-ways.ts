/** Ways from a page to others: back, up, and to the pages before and after. */
import { html } from './html.ts'
import type { Html } from './html.ts'
import { attributes } from './kit-attributes.ts'
import type { Words } from './words.ts'

type Href = `/${string}` | `?${string}`

const ARROW_BACK = html`<svg
  class="govuk-pagination__icon govuk-pagination__icon--prev"
  xmlns="http://www.w3.org/2000/svg"
  height="13"
  width="15"
  aria-hidden="true"
  focusable="false"
  viewBox="0 0 15 13"
>
  <path
    d="m6.5938-0.0078125-6.7266 6.7266 6.7441 6.4062 1.377-1.449-4.1856-3.9768h12.896v-2h-12.984l4.2931-4.293-1.414-1.414z"
  ></path>
</svg>`
const ARROW_ON = html`<svg
  class="govuk-pagination__icon govuk-pagination__icon--next"
  xmlns="http://www.w3.org/2000/svg"
  height="13"
  width="15"
  aria-hidden="true"
  focusable="false"
  viewBox="0 0 15 13"
>
  <path
    d="m8.107-0.0078125-1.4136 1.414 4.2926 4.293h-12.986v2h12.896l-4.1855 3.9766 1.377 1.4492 6.7441-6.4062-6.7246-6.7266z"
  ></path>
</svg>`

const arrowLink = (kind: 'prev' | 'next', href: Href, text: string): Html =>
  html`<div class="govuk-pagination__${kind}">
    <a class="govuk-link govuk-pagination__link" href="${href}" rel="${kind}"
      >${kind === 'prev' ? ARROW_BACK : ARROW_ON}<span
        class="govuk-pagination__link-title govuk-pagination__link-title--decorated"
        >${text}</span
      ></a
    >
  </div>`

/** To the page before and the page after; nothing where there is neither. Of no length known, so it tells no count. */
export const pagination = (
  t: Words,
  { previous, next }: { readonly previous?: Href | undefined; readonly next?: Href | undefined },
): Html | undefined =>
  previous === undefined && next === undefined
    ? undefined
    : html`<nav class="govuk-pagination govuk-pagination--block" aria-label="${t('kit.pages')}">
        ${previous !== undefined && arrowLink('prev', previous, t('kit.previousPage'))}${next !== undefined && arrowLink('next', next, t('kit.nextPage'))}
      </nav>`

/** The way from the first page to this one; the last is where the reader is when it has no href. */
export const breadcrumbs = (
  t: Words,
  items: readonly { readonly text: string; readonly href?: `/${string}` }[],
): Html =>
  html`<nav class="govuk-breadcrumbs" aria-label="${t('kit.breadcrumb')}">
    <ol class="govuk-breadcrumbs__list">
      ${items.map(
        ({ text, href }) =>
          html`<li class="govuk-breadcrumbs__list-item" ${attributes({ 'aria-current': href === undefined && 'page' })}>
            ${href === undefined ? text : html`<a class="govuk-breadcrumbs__link" href="${href}">${text}</a>`}
          </li>`,
      )}
    </ol>
  </nav>`

/** To the page that one came from. */
export const backLink = ({ href, text }: { readonly href: string; readonly text: string }): Html =>
  html`<a href="${href}" class="govuk-back-link">${text}</a>`
