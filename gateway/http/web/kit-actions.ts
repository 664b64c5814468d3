/** What people press: buttons, links that look like buttons, links, and the form around fields. */
import { html } from './html.ts'
import type { Html, Shown } from './html.ts'
import { attributes, joined } from './kit-attributes.ts'

/** `warning`: it cannot be taken back. */
export type ButtonLook = 'primary' | 'secondary' | 'warning'

interface ButtonGiven {
  readonly text: Shown
  readonly look?: ButtonLook
  readonly id?: string
  /** Sent with the form when this button is the one that was pressed. */
  readonly name?: string
  readonly value?: string
  /** Where this button sends the form instead of its action. */
  readonly to?: string
  /** A second press within a second is not sent, where scripts run. */
  readonly isOnce?: boolean
}

const lookClass = (look: ButtonLook = 'primary'): string | false => look !== 'primary' && `govuk-button--${look}`

/** A button that sends the form it stands in. */
export const button = ({ text, look, id, name, value, to, isOnce }: ButtonGiven): Html => {
  const given = {
    type: 'submit',
    name,
    value,
    formaction: to,
    class: joined('govuk-button', lookClass(look)),
    'data-module': 'govuk-button',
    'data-prevent-double-click': isOnce === true ? 'true' : undefined,
    id,
  }
  return html`<button${attributes(given)}>${text}</button>`
}

/** A link that looks like a button, for a next step that changes nothing. */
export const linkButton = ({
  text,
  href,
  look,
  id,
}: {
  readonly text: Shown
  readonly href: `/${string}`
  readonly look?: ButtonLook
  readonly id?: string
}): Html =>
  html`<a
    href="${href}"
    role="button"
    draggable="false"
    class="${joined('govuk-button', lookClass(look))}"
    data-module="govuk-button"
    ${attributes({ id })}
    >${text}</a
  >`

/** A link within the gateway, or to a place on the page. `hidden` is added for those who hear links one by one. */
export const link = (
  text: Shown,
  href: `/${string}` | `#${string}`,
  given: { readonly hidden?: string; readonly lang?: string } = {},
): Html =>
  html`<a class="govuk-link" href="${href}" ${attributes({ lang: given.lang })}
    >${text}${given.hidden !== undefined && html`<span class="govuk-visually-hidden"> ${given.hidden}</span>`}</a
  >`

/** Buttons beside one another. */
export const buttonGroup = (...buttons: readonly Shown[]): Html =>
  html`<div class="govuk-button-group">${buttons}</div>`

/**
 * A form. Browsers neither remember nor look up what is written in it, unless a field asks for it: it may be about a case (H119).
 * `preview`: id of the element of the answer that is shown while somebody is still choosing, where scripts run; GET only.
 */
export function form(
  {
    action,
    method = 'post',
    hidden = {},
    preview,
    id,
  }: {
    readonly action: `/${string}`
    readonly method?: 'get' | 'post'
    readonly hidden?: Readonly<Record<string, string | number | undefined>>
    readonly preview?: string
    readonly id?: string
  },
  ...content: readonly Shown[]
): Html {
  const fields = Object.entries(hidden).map(
    ([name, value]) => value !== undefined && html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  return html`<form
    method="${method}"
    action="${action}"
    autocomplete="off"
    spellcheck="false"
    novalidate${attributes({ id, 'data-preview': preview })}
  >
    ${fields}${content}
  </form>`
}
