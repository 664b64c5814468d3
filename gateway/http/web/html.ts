/** The `html` template tag: whatever is put in is escaped, unless it was made by the same tag. The only way to make Html. */

const MADE = Symbol('html')

/** Text that is safe as HTML, because the tag made it. */
export interface Html {
  readonly [MADE]: string
}

export type Shown = Html | string | number | undefined | false | readonly Shown[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand between tags and in quoted attributes; what turns the direction of text around it is closed in. */
export const escapeText = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

const isHtml = (value: object): value is Html => MADE in value

function show(value: Shown): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'number') return String(value)
  return isHtml(value) ? value[MADE] : value.map(show).join('')
}

/** Undefined and false are left out; lists are put in one after another. Attributes must be quoted, and names and URLs' schemes be ours. */
export const html = (parts: TemplateStringsArray, ...values: readonly Shown[]): Html => ({
  [MADE]: parts.reduce((text, part, index) => text + show(values[index - 1]) + part),
})

/** The text to send. */
export const textOfHtml = (made: Html): string => made[MADE]
