/** Tables, and lists of what is known about one thing. */
import { html } from './html.ts'
import type { Html, Shown } from './html.ts'
import { attributes, joined } from './kit-attributes.ts'

export interface TableHead {
  readonly text: string
  readonly isNumeric?: boolean
  /** There for those who hear the table, as over a column of buttons. */
  readonly isHidden?: boolean
}

export interface TableCell {
  readonly content: Shown
  readonly isNumeric?: boolean
  /** A class of ours. */
  readonly look?: string
}

interface TableGiven {
  readonly caption: Shown
  readonly captionSize?: 's' | 'm' | 'l' | 'xl'
  readonly isCaptionHidden?: boolean
  readonly head: readonly (string | TableHead)[]
  readonly rows: readonly (readonly (Shown | TableCell)[])[]
  /** The first cell of a row names it. True when not said. */
  readonly isFirstCellHeader?: boolean
  /**
   * On a narrow screen: each row becomes a block that repeats the heads (`folds`, when not said), the table scrolls in a box that
   * the keyboard reaches (`scrolls`), or it fits as it is.
   */
  readonly narrow?: 'folds' | 'scrolls' | 'fits'
  readonly id?: string
}

const isCell = (given: Shown | TableCell): given is TableCell => typeof given === 'object' && 'content' in given

/** A table. Its caption says what it holds, also where it is hidden. */
export function table(given: TableGiven): Html {
  const { narrow = 'folds', isFirstCellHeader = true } = given
  const heads = given.head.map((head) => (typeof head === 'string' ? { text: head } : head))
  const folds = narrow === 'folds'
  const caption = joined(
    'govuk-table__caption',
    given.captionSize !== undefined && `govuk-table__caption--${given.captionSize}`,
    given.isCaptionHidden === true && 'govuk-visually-hidden',
  )
  const made = html`<table
    class="${joined('govuk-table', folds && 'table-folds')}"
    ${attributes({ id: given.id, role: folds && 'table' })}
  >
    <caption class="${caption}">
      ${given.caption}
    </caption>
    ${heads.length > 0 && headRow(heads, folds)}
    <tbody class="govuk-table__body" ${attributes({ role: folds && 'rowgroup' })}>
      ${given.rows.map((row) => bodyRow(row, heads, { folds, isFirstCellHeader }))}
    </tbody>
  </table>`
  return narrow === 'scrolls'
    ? html`<div
        class="table-scrolls"
        role="region"
        tabindex="0"
        ${attributes({ 'aria-label': typeof given.caption === 'string' && given.caption })}
      >
        ${made}
      </div>`
    : made
}

const headRow = (heads: readonly TableHead[], folds: boolean): Html =>
  html`<thead class="govuk-table__head" ${attributes({ role: folds && 'rowgroup' })}>
    <tr class="govuk-table__row" ${attributes({ role: folds && 'row' })}>
      ${heads.map(
        ({ text, isNumeric, isHidden }) =>
          html`<th
            scope="col"
            class="${joined('govuk-table__header', isNumeric === true && 'govuk-table__header--numeric')}"
            ${attributes({ role: folds && 'columnheader' })}
          >
            ${isHidden === true ? html`<span class="govuk-visually-hidden">${text}</span>` : text}
          </th>`,
      )}
    </tr>
  </thead>`

const bodyRow = (
  row: readonly (Shown | TableCell)[],
  heads: readonly TableHead[],
  { folds, isFirstCellHeader }: { readonly folds: boolean; readonly isFirstCellHeader: boolean },
): Html => {
  const cells = row.map((given, index) => {
    const { content, isNumeric, look } = isCell(given) ? given : { content: given, isNumeric: false, look: undefined }
    if (index === 0 && isFirstCellHeader)
      return html`<th
        scope="row"
        class="${joined('govuk-table__header', look)}"
        ${attributes({ role: folds && 'rowheader' })}
      >
        ${content}
      </th>`
    const kind = joined('govuk-table__cell', isNumeric === true && 'govuk-table__cell--numeric', look)
    const label = folds ? heads[index]?.text : undefined
    return html`<td class="${kind}" ${attributes({ role: folds && 'cell', 'data-label': label })}>${content}</td>`
  })
  return html`<tr class="govuk-table__row" ${attributes({ role: folds && 'row' })}>
    ${cells}
  </tr>`
}

export interface SummaryAction {
  readonly text: string
  readonly href: `/${string}` | `#${string}`
  /** What it changes, for those who hear links one by one. */
  readonly hidden: string
}

export interface SummaryRow {
  readonly key: Shown
  readonly value: Shown
  readonly actions?: readonly SummaryAction[]
}

/** What is known about one thing: keys and values, each with what can be done about it. */
export function summaryList(rows: readonly SummaryRow[], given: { readonly hasNoBorder?: boolean } = {}): Html {
  const anyActions = rows.some(({ actions }) => actions !== undefined && actions.length > 0)
  return html`<dl
    class="${joined('govuk-summary-list', given.hasNoBorder === true && 'govuk-summary-list--no-border')}"
  >
    ${rows.map(
      ({ key, value, actions = [] }) =>
        html`<div
          class="${joined('govuk-summary-list__row', anyActions && actions.length === 0 && 'govuk-summary-list__row--no-actions')}"
        >
          <dt class="govuk-summary-list__key">${key}</dt>
          <dd class="govuk-summary-list__value">${value}</dd>
          ${actions.length > 0 && html`<dd class="govuk-summary-list__actions">${actionsOf(actions)}</dd>`}
        </div>`,
    )}
  </dl>`
}

function actionsOf(actions: readonly SummaryAction[]): Html {
  const links = actions.map(
    ({ text, href, hidden }) =>
      html`<a class="govuk-link" href="${href}">${text}<span class="govuk-visually-hidden"> ${hidden}</span></a>`,
  )
  if (links.length === 1) return html`${links}`
  return html`<ul class="govuk-summary-list__actions-list">
    ${links.map((each) => html`<li class="govuk-summary-list__actions-list-item">${each}</li>`)}
  </ul>`
}
