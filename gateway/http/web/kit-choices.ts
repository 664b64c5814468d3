/** Sets of choices: radios for one, checkboxes for several, in a fieldset with a legend. */
import { html } from './html.ts'
import type { Html, Shown } from './html.ts'
import { attributes, joined } from './kit-attributes.ts'
import { describedBy, errorMessage, formGroup, hintOf } from './kit-fields.ts'
import type { Words } from './words.ts'

/** The question of a set. */
export interface Legend {
  readonly text: Shown
  readonly size?: 's' | 'm' | 'l'
  readonly isHidden?: boolean
}

/** Fields that belong together, under one question. */
export function fieldset(
  { legend, describedBy: by }: { readonly legend: Legend; readonly describedBy?: string | undefined },
  ...content: readonly Shown[]
): Html {
  const look = joined(
    'govuk-fieldset__legend',
    legend.size !== undefined && `govuk-fieldset__legend--${legend.size}`,
    legend.isHidden === true && 'govuk-visually-hidden',
  )
  return html`<fieldset class="govuk-fieldset" ${attributes({ 'aria-describedby': by })}>
    <legend class="${look}">${legend.text}</legend>
    ${content}
  </fieldset>`
}

export interface Choice {
  readonly value: string
  readonly text: Shown
  readonly hint?: Shown
  readonly isDisabled?: boolean
  /** Its own id; otherwise made of the name and its place. */
  readonly id?: string
}

/** A word between choices, such as "or". */
export interface Divider {
  readonly divider: string
}

interface ChoicesGiven {
  readonly name: string
  /** Undefined: no fieldset, when one stands around several sets. */
  readonly legend?: Legend
  readonly hint?: Shown
  readonly error?: string | undefined
  readonly isSmall?: boolean
  readonly items: readonly (Choice | Divider)[]
}

type Kind = 'radio' | 'checkbox'
const BLOCKS = { radio: 'govuk-radios', checkbox: 'govuk-checkboxes' } as const

/** One of several, all in sight. `value`: the one that is chosen. */
export const radios = (
  t: Words,
  given: ChoicesGiven & { readonly value?: string | undefined; readonly isInline?: boolean },
): Html =>
  choices(t, given, { kind: 'radio', isChosen: (value) => value === given.value, isInline: given.isInline === true })

/** Any number of several. */
export const checkboxes = (t: Words, given: ChoicesGiven & { readonly values?: readonly string[] }): Html =>
  choices(t, given, {
    kind: 'checkbox',
    isChosen: (value) => given.values?.includes(value) === true,
    isInline: false,
  })

function choices(
  t: Words,
  given: ChoicesGiven,
  {
    kind,
    isChosen,
    isInline,
  }: { readonly kind: Kind; readonly isChosen: (value: string) => boolean; readonly isInline: boolean },
): Html {
  const { name, legend, hint, error } = given
  const block = BLOCKS[kind]
  const by = describedBy(name, { hint, error })
  // Without a fieldset nothing else would tie the hint to them.
  const each = kind === 'checkbox' && legend === undefined ? by : undefined
  const look = joined(block, given.isSmall === true && `${block}--small`, isInline && `${block}--inline`)
  const items = given.items.map((item, index) =>
    'divider' in item
      ? html`<div class="${block}__divider">${item.divider}</div>`
      : choice(item, {
          kind,
          name,
          id: item.id ?? (index === 0 ? name : `${name}-${index + 1}`),
          isChosen: isChosen(item.value),
          by: each,
        }),
  )
  const inner = [
    hintOf(name, hint),
    errorMessage(t, name, error),
    html`<div class="${look}" ${attributes({ 'data-module': block })}>${items}</div>`,
  ]
  return formGroup(error, legend === undefined ? inner : fieldset({ legend, describedBy: by }, inner))
}

interface Place {
  readonly kind: Kind
  readonly name: string
  readonly id: string
  readonly isChosen: boolean
  /** Ids of what describes the whole set. */
  readonly by: string | undefined
}

function choice(item: Choice, { kind, name, id, isChosen, by }: Place): Html {
  const block = BLOCKS[kind]
  const control = {
    class: `${block}__input`,
    id,
    name,
    type: kind,
    value: item.value,
    checked: isChosen,
    disabled: item.isDisabled,
    'aria-describedby': joined(by, item.hint !== undefined && `${id}-item-hint`),
  }
  return html`<div class="${block}__item">
    <input${attributes(control)} /><label class="govuk-label ${block}__label" for="${id}">${item.text}</label
    >${hintOf(`${id}-item`, item.hint, `${block}__hint`)}
  </div>`
}
