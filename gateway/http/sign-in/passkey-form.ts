/** A form that is sent with a passkey's answer: the browser is asked by a script of ours, and says so where it cannot. */
import { html } from '#gateway/http/web/html.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import { button } from '#gateway/http/web/kit.ts'
import type { Visit } from '#gateway/http/web/route.ts'
import type { Asked } from '#gateway/rooms/sign-in-proof.ts'

/** Must be named among `scripts` of a page that holds such a form. */
export const PASSKEY_SCRIPT = 'passkey.js'

/** Members of the form that hold the answer. */
export const PASSKEY_FIELDS = { word: 'ceremony', response: 'passkey' } as const

export interface PasskeyForm extends Asked {
  /** `create`: a new passkey is made; `get`: one signs. */
  readonly kind: 'create' | 'get'
  readonly action: string
  readonly hidden?: Readonly<Record<string, string>>
  /** What the button says. */
  readonly label: string
  /** Fields above the button. */
  readonly fields?: Shown
}

export const passkeyForm = ({ t }: Pick<Visit, 't'>, given: PasskeyForm): Html =>
  html`<form
    method="post"
    action="${given.action}"
    data-passkey="${given.kind}"
    data-passkey-options="${JSON.stringify(given.options)}"
  >
    ${Object.entries(given.hidden ?? {}).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
    )}
    <input type="hidden" name="${PASSKEY_FIELDS.word}" value="${given.word}" />
    <input type="hidden" name="${PASSKEY_FIELDS.response}" value="" />
    <noscript><p class="govuk-body">${t('sign-in:passkey.noScript')}</p></noscript>
    <p class="govuk-error-message" data-passkey-fault role="alert" tabindex="-1" hidden>
      ${t('sign-in:passkey.fault')}
    </p>
    ${given.fields} ${button({ text: given.label })}
  </form>`
