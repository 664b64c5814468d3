/** I3, the inbox: what came, by the reader's own reference; never what is in it, and no number of anything. */
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  dateTime,
  form,
  input,
  insetText,
  link,
  pagination,
  select,
  table,
  tag,
} from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { CARRIED_KINDS } from '#gateway/core/message-kinds.ts'
import { INBOX_DUES, INBOX_TABS, findInInbox, listInbox } from '#gateway/rooms/read-inbox.ts'
import type { InboxPage, InboxQuestion, InboxRow, InboxTab } from '#gateway/rooms/read-inbox.ts'
import { noticesOf } from '#gateway/rooms/choose-notices.ts'
import { depthOf } from '#gateway/rooms/read-inbox-depth.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { sentFrom } from '#gateway/rooms/read-inbox-sent.ts'
import { callIn, calledOfRow } from './label.ts'
import { kindName, kindOf, serviceName } from './names.ts'
import { pathOf, withReader } from './reading.ts'
import { sentTable } from './sent.ts'

export const showInbox = (visit: SignedInVisit): Promise<WebAnswer> =>
  withReader(visit, async (reader) => {
    const { deps, query, t } = visit
    const reference = query.get('reference')?.trim() ?? ''
    const sites = sitesOf(reader)
    const question = questionOf(query, sites)
    if (reference === '' && query.get('tab') === SENT) {
      const sent = await sentFrom(deps, reader, question.before)
      const body = html`${tabs(visit, SENT)}${sentTable(visit, sent)}`
      return page({ title: t('inbox:list.title'), isOfCase: true, isWide: true, body })
    }
    const found: InboxPage =
      reference === '' ? await listInbox(deps, reader, question) : { rows: await findInInbox(deps, reader, reference) }
    return page({
      title: t('inbox:list.title'),
      isOfCase: true,
      isWide: true,
      body: html`${await firstTime(visit, reader)}${tabs(visit, question.tab)}${filters(visit, { question, sites, reference })}
        ${found.rows.length === 0 ? await empty(visit, reader, { question, reference }) : rowsOf(visit, found.rows, reference)}
        ${pagination(t, { next: found.next === undefined ? undefined : nextOf(query, found.next) })}
        <p class="govuk-body">${link(t('inbox:list.first'), '/inbox/first')}</p>`,
    })
  })

/** Until a default is chosen, or skipped by choosing the least. */
async function firstTime({ t, deps }: SignedInVisit, reader: HostedReader): Promise<Html | undefined> {
  const { setAt } = await depthOf(deps, reader, undefined)
  return setAt === undefined
    ? insetText(html`<p>${t('inbox:list.firstTime')} ${link(t('inbox:list.first'), '/inbox/first')}</p>`)
    : undefined
}

/** Not what came but what was sent, before what is closed. */
const SENT = 'sent'
const TABS = INBOX_TABS.flatMap((tab) => (tab === 'closed' ? ([SENT, tab] as const) : [tab]))

/** Where there is a choice: a mandate of one site, or of all, has none. */
const sitesOf = ({ mandate: { sites = [] } }: HostedReader): readonly string[] => (sites.length > 1 ? sites : [])

function questionOf(query: URLSearchParams, sites: readonly string[]): InboxQuestion {
  const site = sites.find((known) => known === query.get('site'))
  const kind = kindOf(query.get('kind') ?? '')
  const due = INBOX_DUES.find((known) => known === query.get('due'))
  const before = Number(query.get('before') ?? Number.NaN)
  return {
    tab: INBOX_TABS.find((known) => known === query.get('tab')) ?? 'new',
    ...(kind === undefined ? {} : { kind }),
    ...(due === undefined ? {} : { due }),
    ...(site === undefined ? {} : { site }),
    ...(Number.isSafeInteger(before) && before > 0 ? { before } : {}),
  }
}

function nextOf(query: URLSearchParams, next: number): `?${string}` {
  const onward = new URLSearchParams(query)
  onward.set('before', String(next))
  return `?${onward.toString()}`
}

const tabs = ({ t }: SignedInVisit, chosen: InboxTab | typeof SENT): Html =>
  html`<nav class="govuk-tabs" aria-label="${t('inbox:list.tabs')}">
    <ul class="govuk-tabs__list">
      ${TABS.map((tab) => {
        const isChosen = tab === chosen
        const look = isChosen ? 'govuk-tabs__list-item govuk-tabs__list-item--selected' : 'govuk-tabs__list-item'
        return html`<li class="${look}">
          <a class="govuk-tabs__tab" href="/inbox?tab=${tab}" ${isChosen && html` aria-current="page"`}
            >${t(`inbox:list.tab.${tab}`)}</a
          >
        </li>`
      })}
    </ul>
  </nav>`

interface Filters {
  readonly question: InboxQuestion
  readonly sites: readonly string[]
  readonly reference: string
}

const filters = (visit: SignedInVisit, { question, sites, reference }: Filters): Html => {
  const { t } = visit
  const { tab, kind, due, site } = question
  const kinds = CARRIED_KINDS.map((one) => ({ value: one, text: kindName(visit, one) }))
  const dues = INBOX_DUES.map((one) => ({ value: one, text: t(`inbox:list.${one}`) }))
  return html`<div class="beside">
    ${form(
      { action: '/inbox', method: 'get', hidden: { tab } },
      select(t, {
        name: 'kind',
        label: t('inbox:list.kind'),
        value: kind ?? '',
        items: [{ value: '', text: t('inbox:list.anyKind') }, ...kinds],
      }),
      select(t, {
        name: 'due',
        label: t('inbox:list.dueLabel'),
        value: due ?? '',
        items: [{ value: '', text: t('inbox:list.anyDue') }, ...dues],
      }),
      sites.length > 0 &&
        select(t, {
          name: 'site',
          label: t('inbox:list.site'),
          value: site ?? '',
          items: [{ value: '', text: t('inbox:list.anySite') }, ...sites.map((one) => ({ value: one, text: one }))],
        }),
      button({ text: t('inbox:list.filter'), look: 'secondary' }),
    )}
    ${form(
      { action: '/inbox', method: 'get' },
      input(t, {
        name: 'reference',
        label: t('inbox:list.search'),
        hint: t('inbox:list.searchHint'),
        type: 'search',
        width: 20,
        value: reference,
      }),
      button({ text: t('inbox:list.searchButton'), look: 'secondary' }),
    )}
  </div>`
}

async function empty(
  visit: SignedInVisit,
  reader: HostedReader,
  { question, reference }: Pick<Filters, 'question' | 'reference'>,
): Promise<Html> {
  const { t } = visit
  const { tab, kind, due, site } = question
  const isFiltered = kind !== undefined || due !== undefined || site !== undefined
  if (reference === '' && !isFiltered && tab === 'new') return nothingNew(visit, reader)
  const words =
    reference !== ''
      ? t('inbox:list.empty.search')
      : isFiltered
        ? t('inbox:list.empty.filtered')
        : t(`inbox:list.empty.${tab}`)
  return html`<p class="govuk-body">${words}</p>`
}

/** Word by mail is promised only to those whom it comes to. */
async function nothingNew({ t, deps }: SignedInVisit, reader: HostedReader): Promise<Html> {
  const isTold = (await noticesOf(deps, reader))?.channel === 'mail'
  return html`<p class="govuk-body">${t(isTold ? 'inbox:list.empty.new' : 'inbox:list.empty.newUntold')}</p>
    <p class="govuk-body">${link(t('inbox:training.open'), '/inbox/training')}</p>`
}

const rowsOf = (visit: SignedInVisit, rows: readonly InboxRow[], reference: string): Html => {
  const { t } = visit
  return table({
    caption: reference === '' ? t('inbox:list.caption') : t('inbox:list.found'),
    captionSize: 's',
    head: [
      t('inbox:list.reference'),
      t('inbox:list.kind'),
      t('inbox:list.from'),
      t('inbox:list.received'),
      t('inbox:list.due'),
      t('inbox:list.marks'),
    ],
    rows: rows.map((row) => rowOf(visit, row)),
  })
}

const rowOf = (visit: SignedInVisit, row: InboxRow): readonly (Html | string | undefined)[] => [
  link(callIn(calledOfRow(row)), pathOf(row.id), { hidden: kindName(visit, row.kind) }),
  kindName(visit, row.kind),
  serviceName(visit, row.sender),
  dateTime(visit, row.receivedAt),
  row.dueAt === undefined ? undefined : dateTime(visit, row.dueAt),
  marksOf(visit, row),
]

const marksOf = ({ t, deps }: SignedInVisit, { tags, dueAt, state }: InboxRow): Html =>
  html`${tags.map((one) => html`${tag(t(`inbox:list.tag.${one}`), one === 'correction' ? 'blue' : 'red')} `)}
  ${dueAt !== undefined && dueAt < deps.clock() && tag(t('inbox:list.tag.overdue'), 'red')}
  ${state === 'acknowledged' && tag(t('inbox:list.tag.acknowledged'), 'green')}`
