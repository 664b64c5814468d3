/** Fields that people write in or choose from a list in, each with label, hint and error. */
import { html } from './html.ts'
import type { Html, Shown } from './html.ts'
import { attributes, joined } from './kit-attributes.ts'
import type { Words } from './words.ts'

/** What is wrong, by the name of the field; a field that is right has none. */
export type FieldErrors<Name extends string = string> = Readonly<Partial<Record<Name, string>>>

/** Widths in characters that govuk-frontend knows. */
type FieldWidth = 2 | 3 | 4 | 5 | 10 | 20 | 30

interface FieldGiven {
  /** Also its id. */
  readonly name: string
  readonly id?: string
  readonly label: Shown
  /** The label is the heading of the page or of a part of it. */
  readonly labelSize?: 's' | 'm' | 'l'
  readonly isLabelHidden?: boolean
  readonly hint?: Shown
  readonly error?: string | undefined
  /** Id of what else describes it. */
  readonly describedBy?: string
  /** What the person wrote, also when it was wrong. */
  readonly value?: string | undefined
}

/** The error of one field, as it stands above it. */
export const errorMessage = (t: Words, id: string, error: string | undefined): Html | undefined =>
  error === undefined
    ? undefined
    : html`<p id="${id}-error" class="govuk-error-message">
        <span class="govuk-visually-hidden">${t('kit.error')}</span> ${error}
      </p>`

export const hintOf = (id: string, hint: Shown, kind?: string): Html | undefined =>
  hint === undefined || hint === false
    ? undefined
    : html`<div id="${id}-hint" class="${joined('govuk-hint', kind)}">${hint}</div>`

/** Ids of all that describes a field. */
export const describedBy = (
  id: string,
  given: { readonly describedBy?: string; readonly hint?: Shown; readonly error?: string | undefined },
): string | undefined =>
  joined(
    given.describedBy,
    given.hint !== undefined && given.hint !== false && `${id}-hint`,
    given.error !== undefined && `${id}-error`,
  )

/** A field, or a set of choices, with the mark of an error. */
export const formGroup = (error: string | undefined, ...content: readonly Shown[]): Html =>
  html`<div class="${joined('govuk-form-group', error !== undefined && 'govuk-form-group--error')}">${content}</div>`

function field(t: Words, id: string, given: FieldGiven, control: Html): Html {
  const look = joined(
    'govuk-label',
    given.labelSize !== undefined && `govuk-label--${given.labelSize}`,
    given.isLabelHidden === true && 'govuk-visually-hidden',
  )
  return formGroup(
    given.error,
    html`<label class="${look}" for="${id}">${given.label}</label>`,
    hintOf(id, given.hint),
    errorMessage(t, id, given.error),
    control,
  )
}

/** One line of text. */
export function input(
  t: Words,
  given: FieldGiven & {
    readonly type?: 'text' | 'email' | 'search' | 'date' | 'time' | 'number' | 'tel' | 'url'
    readonly width?: FieldWidth
    readonly inputMode?: 'numeric' | 'decimal' | 'email' | 'url'
    /** What a browser may fill in: `off` unless it is about the person who writes (WCAG 2.2 §1.3.5). */
    readonly autocomplete?: 'off' | 'name' | 'email' | 'username' | 'username webauthn'
    readonly lang?: string
  },
): Html {
  const { name, id = name, width, error } = given
  const control = {
    class: joined('govuk-input', width && `govuk-input--width-${width}`, error !== undefined && 'govuk-input--error'),
    id,
    name,
    type: given.type ?? 'text',
    inputmode: given.inputMode,
    value: given.value,
    'aria-describedby': describedBy(id, given),
    autocomplete: given.autocomplete,
    lang: given.lang,
  }
  return field(t, id, given, html`<input${attributes(control)} />`)
}

/** Several lines of text. Rows: 5 when not said. */
export function textarea(t: Words, given: FieldGiven & { readonly rows?: number; readonly lang?: string }): Html {
  const { name, id = name, error } = given
  const control = {
    class: joined('govuk-textarea', error !== undefined && 'govuk-textarea--error'),
    id,
    name,
    rows: given.rows ?? 5,
    'aria-describedby': describedBy(id, given),
    lang: given.lang,
  }
  // Browsers drop one line break at the start of the element; this one, not one that was written (HTML §13.1.2.5).
  return field(t, id, given, html`<textarea${attributes(control)}>${'\n'}${given.value}</textarea>`)
}

export interface SelectItem {
  readonly value: string
  readonly text: string
  readonly isDisabled?: boolean
}

/** One of a list, when it is too long for radios. */
export function select(t: Words, given: FieldGiven & { readonly items: readonly SelectItem[] }): Html {
  const { name, id = name, error } = given
  const control = {
    class: joined('govuk-select', error !== undefined && 'govuk-select--error'),
    id,
    name,
    'aria-describedby': describedBy(id, given),
  }
  const options = given.items.map(
    ({ value, text, isDisabled }) =>
      html`<option value="${value}" ${attributes({ selected: value === given.value, disabled: isDisabled })}>
        ${text}
      </option>`,
  )
  return field(t, id, given, html`<select${attributes(control)}>${options}</select>`)
}
