/** I3, what was sent from here: each request for more, of all cases, with what became of it. */
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { dateTime, link, pagination, table } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import type { SentPage, SentRow } from '#gateway/rooms/read-inbox-sent.ts'
import { askState } from './ask.ts'
import { callIn } from './label.ts'
import { sectionName } from './names.ts'
import { pathOf } from './reading.ts'

export const sentTable = (visit: SignedInVisit, { rows, next }: SentPage): Html => {
  const { t } = visit
  if (rows.length === 0) return html`<p class="govuk-body">${t('inbox:list.empty.sent')}</p>`
  return html`${table({
    caption: t('inbox:ask.earlier'),
    captionSize: 's',
    head: [
      t('inbox:list.reference'),
      t('inbox:requests.sections'),
      t('inbox:ask.askedOn'),
      t('inbox:ask.state'),
      t('inbox:ask.answer'),
    ],
    rows: rows.map((row) => rowOf(visit, row)),
  })}
  ${pagination(t, { next: next === undefined ? undefined : `?tab=sent&before=${next}` })}`
}

function rowOf(visit: SignedInVisit, { ask, label, delivery }: SentRow): readonly (Html | string)[] {
  const { t } = visit
  const called = callIn({ name: ask.caseName, ...(label === undefined ? {} : { label }) })
  return [
    delivery === undefined ? called : link(called, pathOf(delivery, '/ask'), { hidden: t('inbox:ask.earlier') }),
    ask.sections.map((id) => sectionName(visit, id)).join(', '),
    dateTime(visit, ask.askedAt),
    askState(visit, ask),
    ask.answeredAt === undefined
      ? html`${t('inbox:ask.dueBy')} ${dateTime(visit, ask.dueAt)}`
      : dateTime(visit, ask.answeredAt),
  ]
}
