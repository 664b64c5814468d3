/** What every list of officers has: a filter by words, and the same list as a file without personal data. */
import { printCsv } from '#gateway/core/csv.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, form, input, insetText, link } from '#gateway/http/web/kit.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'

/** A row matches where it holds all words that are looked for, whatever their case and accents. */
export type Finds = (...texts: readonly (string | undefined)[]) => boolean

const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()

/** Words that an address can hold, and no more of them. */
const MOST_CHARS = 200

const wanted = ({ query }: SignedInVisit): string => (query.get('find') ?? '').trim().slice(0, MOST_CHARS)

/** By `find` of the address; all where it is empty. */
export function findsIn(visit: SignedInVisit): Finds {
  const words = plain(wanted(visit)).split(/\s+/)
  return (...texts) => {
    const text = plain(texts.join(' '))
    return words.every((word) => text.includes(word))
  }
}

/** Whether words are looked for. */
export const isFiltered = (visit: SignedInVisit): boolean => wanted(visit) !== ''

/** Whether the list is asked for as a file. */
export const isFile = ({ query, form: sent }: SignedInVisit): boolean => (query.get('as') ?? sent.get('as')) === 'csv'

/** The list as a file: `name` without its ending. Names of people, references of cases and what people wrote are in none of the columns. */
export const listFile = (
  name: string,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): WebAnswer => ({
  kind: 'file',
  name: `${name}.csv`,
  type: 'text/csv; charset=utf-8',
  body: printCsv(
    head,
    rows.map((row) => row.map(String)),
  ),
})

/** Members of the address that stay as they are. */
type Kept = readonly string[]

const keptOf = ({ query }: SignedInVisit, kept: Kept): Readonly<Record<string, string>> =>
  Object.fromEntries(kept.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? '']] : [])))

/** The way to the file of what the page shows. */
export function fileLink(visit: SignedInVisit, kept: Kept = []): Html {
  const members = { ...keptOf(visit, ['find', ...kept]), as: 'csv' }
  const query = new URLSearchParams(members).toString()
  return html`<p class="govuk-body">${link(visit.t('console:list.file'), `${pathOf(visit)}?${query}`)}</p>`
}

/** Above a list: words to look for, and the way to the file. `shown`: how many rows are left. */
export const listTools = (
  visit: SignedInVisit,
  { shown, kept = [] }: { readonly shown: number; readonly kept?: Kept },
): Html => {
  const { t } = visit
  return html`${form(
    { action: pathOf(visit), method: 'get', hidden: keptOf(visit, kept) },
    html`<div class="filters">
      ${findField(visit)} ${button({ text: t('console:list.filter'), look: 'secondary' })}
    </div>`,
  )}
  ${shown === 0 && isFiltered(visit) && insetText(t('console:list.none'))} ${fileLink(visit, kept)}`
}

/** The field of the words, for a form that asks for more beside them. */
export const findField = (visit: SignedInVisit): Html =>
  input(visit.t, { name: 'find', label: visit.t('console:list.find'), value: wanted(visit) })

const pathOf = ({ path }: SignedInVisit): `/${string}` => `/${path.slice(1)}`
