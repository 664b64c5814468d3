/** Attributes of an element that may be there or not, by a closed list of names. */
import { html } from './html.ts'
import type { Html } from './html.ts'

/** Names are ours; what is put into them is escaped. None of them can run anything. */
type AttributeName =
  | 'id'
  | 'name'
  | 'type'
  | 'value'
  | 'class'
  | 'href'
  | 'rows'
  | 'lang'
  | 'dir'
  | 'rel'
  | 'role'
  | 'inputmode'
  | 'autocomplete'
  | 'spellcheck'
  | 'pattern'
  | 'maxlength'
  | 'placeholder'
  | 'formaction'
  | 'form'
  | 'aria-describedby'
  | 'aria-labelledby'
  | 'aria-label'
  | 'aria-current'
  | 'data-label'
  | 'data-preview'
  | 'data-module'
  | 'data-prevent-double-click'
  | 'disabled'
  | 'checked'
  | 'selected'
  | 'open'
  | 'required'

/** In the order given, each after a space: true stands without a value, false and undefined are left out. */
export const attributes = (
  given: Readonly<Partial<Record<AttributeName, string | number | boolean | undefined>>>,
): readonly Html[] =>
  Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    return [value === true ? html` ${name}` : html` ${name}="${value}"`]
  })

/** Class names and ids joined by a space; undefined when there is none. */
export const joined = (...names: readonly (string | undefined | false)[]): string | undefined => {
  const kept = names.filter((name) => name !== undefined && name !== false && name !== '')
  return kept.length === 0 ? undefined : kept.join(' ')
}
