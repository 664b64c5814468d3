/** I14, my access: what I opened and why, who else here may, what is held and until when, what was taken back and what is erased. */
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { dateTime, insetText, link, pagination, table, timeWords } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { readAccess } from '#gateway/rooms/read-inbox-access.ts'
import type { AccessQuestion, AccessView } from '#gateway/rooms/read-inbox-access.ts'
import { erased, held } from './access-held.ts'
import { mandateName } from './colleagues.ts'
import { callIn, calledOfRow } from './label.ts'
import { kindName, purposeName, serviceName } from './names.ts'
import { pathOf, withReader } from './reading.ts'

export const showAccess = (visit: SignedInVisit): Promise<WebAnswer> =>
  withReader(visit, async (reader) => {
    const { t, deps, query } = visit
    const view = await readAccess(deps, reader, questionOf(query))
    const ends = t('inbox:access.heldBody', { date: timeWords(visit, reader.mandate.until, 'day') })
    return page({
      title: t('inbox:access.title'),
      isOfCase: true,
      isWide: true,
      body: html`${view.isShared && insetText(t('inbox:shared.access'))} ${opened(visit, view)}
      ${colleagues(visit, view)} ${held(visit, view.held, ends)}
      ${pagination(t, { next: view.next === undefined ? undefined : `?before=${view.next}` })}
      ${erased(visit, view.erased)} ${answered(visit, view)} ${givenBack(visit, view)}`,
    })
  })

function questionOf(query: URLSearchParams): AccessQuestion {
  const [before, erasedBefore] = [positionIn(query, 'before'), positionIn(query, 'erased')]
  return {
    ...(before === undefined ? {} : { before }),
    ...(erasedBefore === undefined ? {} : { erasedBefore }),
  }
}

const positionIn = (query: URLSearchParams, name: string): number | undefined => {
  const position = Number(query.get(name) ?? Number.NaN)
  return Number.isSafeInteger(position) && position > 0 ? position : undefined
}

const opened = (visit: SignedInVisit, { opened: rows, isShared }: AccessView): Html => {
  const { t } = visit
  const caption = t(isShared ? 'inbox:shared.opened' : 'inbox:access.opened')
  if (rows.length === 0)
    return html`<h2 class="govuk-heading-m">${caption}</h2>
      <p class="govuk-body">${t('inbox:access.none')}</p>`
  return html`${table({
      caption,
      captionSize: 'm',
      head: [t('inbox:list.reference'), t('inbox:list.kind'), t('inbox:access.purpose'), t('inbox:access.openedAt')],
      rows: rows.map((row) => [
        link(callIn(calledOfRow(row)), pathOf(row.id), { hidden: kindName(visit, row.kind) }),
        kindName(visit, row.kind),
        purposeName(visit, row.purpose),
        row.openedAt === undefined ? undefined : dateTime(visit, row.openedAt),
      ]),
    })}
    <p class="govuk-hint">${t('inbox:access.openedHint')}</p>`
}

const colleagues = (visit: SignedInVisit, view: AccessView): Html => {
  const { t } = visit
  return table({
    caption: t('inbox:access.colleagues'),
    captionSize: 'm',
    head: [t('inbox:access.person'), t('inbox:access.mandate')],
    rows: view.colleagues.map(({ name, mandate }) => [name, mandateName(visit, mandate)]),
  })
}

/** What was said of copies: the word by which an organisation is held to have deleted them. */
const answered = (visit: SignedInVisit, view: AccessView): Html | undefined => {
  const { t } = visit
  return view.answered.length === 0
    ? undefined
    : table({
        caption: t('inbox:access.answered'),
        captionSize: 'm',
        head: [t('inbox:list.reference'), t('inbox:list.kind'), t('inbox:access.answer'), t('inbox:access.answeredAt')],
        rows: view.answered.map((row) => [
          link(callIn(calledOfRow(row)), pathOf(row.id, '/notice'), { hidden: kindName(visit, row.kind) }),
          kindName(visit, row.kind),
          t(`inbox:access.answers.${row.answer}`),
          row.answeredAt === undefined ? undefined : dateTime(visit, row.answeredAt),
        ]),
      })
}

const givenBack = (visit: SignedInVisit, view: AccessView): Html | undefined => {
  const { t } = visit
  return view.givenBack.length === 0
    ? undefined
    : table({
        caption: t('inbox:access.givenBack'),
        captionSize: 'm',
        head: [t('inbox:list.reference'), t('inbox:list.kind'), t('inbox:list.from'), t('inbox:list.received')],
        rows: view.givenBack.map((row) => [
          callIn(calledOfRow(row)),
          kindName(visit, row.kind),
          serviceName(visit, row.sender),
          dateTime(visit, row.receivedAt, 'day'),
        ]),
      })
}
