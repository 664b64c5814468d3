/** I11, a recall or correction over everything else of the case, until it is answered. */
import { CORRECTION_REASONS } from '#gateway/core/message.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  buttonGroup,
  form,
  insetText,
  summaryList,
  table,
  timeWords,
  warningText,
} from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { confirmNotice, noticeOf } from '#gateway/rooms/read-inbox-notice.ts'
import type { NoticeView, TakenBack } from '#gateway/rooms/read-inbox-notice.ts'
import type { Shown } from '#gateway/rooms/read-inbox-open.ts'
import { floorBlock, isFloorItem, valueOf } from './items.ts'
import { calledBy } from './label.ts'
import { sectionName, serviceName, termName } from './names.ts'
import { NOT_FOUND, backToInbox, pathOf, withDelivery, withShown } from './reading.ts'

export const showNotice = (visit: SignedInVisit): Promise<WebAnswer> =>
  withShown(visit, 'content', async (_reader, shown) => {
    const { delivery, projection } = shown
    if (delivery.kind !== 'Recall' && delivery.kind !== 'Correction') return redirect(pathOf(delivery.id))
    const view = await noticeOf(visit.deps, delivery)
    const { t } = visit
    const name = calledBy(shown)
    const reason = CORRECTION_REASONS.find((known) => known === projection.body['reason'])
    return page({
      title:
        delivery.kind === 'Recall'
          ? t('inbox:notice.recallTitle', { name })
          : t('inbox:notice.correctionTitle', { name }),
      isOfCase: true,
      back: backToInbox(visit),
      body: html`${view.state === 'waiting' && warningText(t, t('inbox:notice.first'))}
      ${summaryList([
        { key: t('inbox:arrival.from'), value: serviceName(visit, projection.sender) },
        { key: t('inbox:reason'), value: reason && t(`inbox:because.${reason}`) },
      ])}
      ${projection.items.some(isFloorItem) && floorBlock(visit, projection)} ${changes(visit, shown, view)}
      ${toDo(visit, shown, view)}`,
    })
  })

export const answerNotice = (visit: SignedInVisit): Promise<WebAnswer> =>
  withDelivery(visit, async (reader, id) => {
    const action = (['deleted', 'locked'] as const).find((known) => known === visit.form.get('action'))
    if (action === undefined) return NOT_FOUND
    const confirmed = await confirmNotice(visit.deps, reader, { id, action })
    return confirmed.ok ? redirect(pathOf(id, '/notice')) : { kind: 'problem', problem: confirmed.problem }
  })

/** Was and is, without a word of what was. */
function changes(visit: SignedInVisit, { delivery, projection }: Shown, { takenBack }: NoticeView): Html {
  const { t } = visit
  if (takenBack.length === 0) return html`<p class="govuk-body">${t('inbox:notice.unnamed')}</p>`
  const isNow = ({ section, term }: TakenBack): Html | string => {
    const item = projection.items.find((one) => one.section === section && one.term === term)
    if (item === undefined) return t(delivery.kind === 'Recall' ? 'inbox:notice.nothing' : 'inbox:item.exists')
    return valueOf(visit, item.value, item.lang)
  }
  return table({
    caption: t('inbox:notice.what'),
    captionSize: 'm',
    head: [t('inbox:timeline.section'), t('inbox:notice.was'), t('inbox:notice.is')],
    rows: takenBack.map((one) => [
      [sectionName(visit, one.section), ': ', termName(visit, one.section, one.term)],
      t('inbox:notice.noLonger'),
      isNow(one),
    ]),
  })
}

function toDo(visit: SignedInVisit, { delivery }: Shown, { state, dueAt }: NoticeView): Html | undefined {
  const { t } = visit
  if (state === 'deleted' || state === 'locked') return insetText(t(`inbox:notice.answered.${state}`))
  if (dueAt === undefined) return undefined
  return html`<h2 class="govuk-heading-m">${t('inbox:notice.do')}</h2>
    <ul class="govuk-list govuk-list--bullet">
      <li>${t('inbox:notice.doPrints')}</li>
      <li>${t('inbox:notice.doTell')}</li>
      <li>${t('inbox:notice.due', { date: timeWords(visit, dueAt) })}</li>
    </ul>
    ${form(
      { action: pathOf(delivery.id, '/notice') },
      buttonGroup(
        button({ text: t('inbox:notice.confirm'), name: 'action', value: 'deleted', isOnce: true }),
        button({ text: t('inbox:notice.locked'), name: 'action', value: 'locked', look: 'secondary' }),
      ),
    )}`
}
