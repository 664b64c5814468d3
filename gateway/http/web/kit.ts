/** The parts that pages are made of, as typed functions over the classes of govuk-frontend. */
import { html } from './html.ts'
import type { Html } from './html.ts'

/** A button of a form. */
export const button = (given: { readonly text: string; readonly name?: string; readonly value?: string }): Html =>
  html`<button
    type="submit"
    class="govuk-button"
    data-module="govuk-button"
    name="${given.name ?? ''}"
    value="${given.value ?? ''}"
  >
    ${given.text}
  </button>`
