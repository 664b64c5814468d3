/** What the page says to whoever reads it: errors, news, warnings, asides, states. */
import { html } from './html.ts'
import type { Html, Shown } from './html.ts'
import { attributes, joined } from './kit-attributes.ts'
import type { FieldErrors } from './kit-fields.ts'
import type { Words } from './words.ts'

/** All errors at the top of the page, each a link to its field; nothing when there is none. A general one has the name `main`. */
export function errorSummary(t: Words, errors: FieldErrors): Html | undefined {
  const items = Object.entries(errors).flatMap(([name, text]) =>
    text === undefined ? [] : [html`<li><a href="#${name}">${text}</a></li>`],
  )
  if (items.length === 0) return undefined
  return html`<div class="govuk-error-summary" data-module="govuk-error-summary">
    <div role="alert">
      <h2 class="govuk-error-summary__title">${t('kit.problem')}</h2>
      <div class="govuk-error-summary__body">
        <ul class="govuk-list govuk-error-summary__list">
          ${items}
        </ul>
      </div>
    </div>
  </div>`
}

/** News at the top of a page. `success`: what the person asked for is done. */
export function notification(
  t: Words,
  content: Shown,
  {
    kind = 'news',
    id = 'govuk-notification-banner-title',
  }: { readonly kind?: 'news' | 'success'; readonly id?: string } = {},
): Html {
  const isSuccess = kind === 'success'
  const said =
    typeof content === 'string' ? html`<p class="govuk-notification-banner__heading">${content}</p>` : content
  return html`<div
    class="${joined('govuk-notification-banner', isSuccess && 'govuk-notification-banner--success')}"
    role="${isSuccess ? 'alert' : 'region'}"
    aria-labelledby="${id}"
    data-module="govuk-notification-banner"
  >
    <div class="govuk-notification-banner__header">
      <h2 class="govuk-notification-banner__title" id="${id}">${isSuccess ? t('kit.done') : t('kit.important')}</h2>
    </div>
    <div class="govuk-notification-banner__content">${said}</div>
  </div>`
}

/** What can hurt somebody if it is overlooked. */
export const warningText = (t: Words, text: Shown): Html =>
  html`<div class="govuk-warning-text">
    <span class="govuk-warning-text__icon" aria-hidden="true">!</span>
    <strong class="govuk-warning-text__text"
      ><span class="govuk-visually-hidden">${t('kit.warning')}</span> ${text}</strong
    >
  </div>`

/** A passage set apart from the text around it. */
export const insetText = (content: Shown, given: { readonly id?: string } = {}): Html =>
  html`<div${attributes({ id: given.id })} class="govuk-inset-text">${content}</div>`

export type TagColour =
  'grey' | 'green' | 'turquoise' | 'blue' | 'light-blue' | 'purple' | 'pink' | 'red' | 'orange' | 'yellow'

/** A state in one or two words; its colour says nothing that the words do not. */
export const tag = (text: Shown, colour?: TagColour): Html =>
  html`<strong class="${joined('govuk-tag', colour !== undefined && `govuk-tag--${colour}`)}">${text}</strong>`

/** More, for those who want it: opens without a script. */
export const details = (
  summary: Shown,
  content: Shown,
  given: { readonly id?: string; readonly isOpen?: boolean } = {},
): Html =>
  html`<details${attributes({ id: given.id })} class="govuk-details"${attributes({ open: given.isOpen })}><summary class="govuk-details__summary"><span class="govuk-details__summary-text">${summary}</span></summary><div class="govuk-details__text">${content}</div></details>`
