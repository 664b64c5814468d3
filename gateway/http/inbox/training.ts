/** A training case: an invented one, at a step that the person picks, as theirs would look; it counts for nothing and keeps nothing. */
import { DEFAULT_CHOICE, DEPTHS } from '#gateway/core/choice.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  checkboxes,
  form,
  insetText,
  link,
  notification,
  radios,
  select,
  summaryList,
} from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { trainingCase } from '#gateway/rooms/read-inbox-training.ts'
import type { TrainingAsked, TrainingCase } from '#gateway/rooms/read-inbox-training.ts'
import { absences } from './absences.ts'
import { floorBlock } from './items.ts'
import { kindName, purposeName, roleName } from './names.ts'
import { backToInbox, withReader } from './reading.ts'
import { contents } from './summary.ts'

export const showTraining = (visit: SignedInVisit): Promise<WebAnswer> =>
  withReader(visit, async (reader) => {
    const { t } = visit
    const made = await trainingCase(visit.deps, reader, askedIn(visit.query))
    if (!made.ok) return { kind: 'problem', problem: made.problem }
    return page({
      title: t('inbox:training.title'),
      isOfCase: true,
      back: backToInbox(visit),
      body: html`${invented(visit)} ${pickForm(visit, made.value)}
      ${shownCase(visit, made.value, roleName(visit, reader.mandate.role))}`,
    })
  })

/** A box that is not ticked says no only where the form was sent. */
function askedIn(query: URLSearchParams): TrainingAsked {
  const name = query.get('case')
  const depth = DEPTHS.find((known) => known === query.get('depth'))
  return {
    ...(name === null ? {} : { name }),
    ...(depth === undefined ? {} : { depth, isFactsOnly: query.get('facts') === 'yes' }),
  }
}

const invented = ({ t }: SignedInVisit): Html =>
  notification(
    t,
    html`<p class="govuk-notification-banner__heading">${t('inbox:training.invented')}</p>
      <p class="govuk-body">${t('inbox:training.counts')}</p>`,
  )

function pickForm({ t }: SignedInVisit, { names, name, depths, depth: chosen, isFactsOnly }: TrainingCase): Html {
  return form(
    { action: '/inbox/training', method: 'get' },
    select(t, {
      name: 'case',
      label: t('inbox:training.case'),
      value: name,
      items: names.map((value) => ({ value, text: value })),
    }),
    radios(t, {
      name: 'depth',
      legend: { text: t('inbox:choice.legend'), size: 's' },
      isSmall: true,
      value: chosen,
      items: depths.map((depth) => ({
        value: depth,
        text: t(`inbox:depth.${depth}.name`),
        hint: t(`inbox:depth.${depth}.line`),
      })),
    }),
    checkboxes(t, {
      name: 'facts',
      legend: { text: t('inbox:choice.ways'), size: 's' },
      isSmall: true,
      values: isFactsOnly ? ['yes'] : [],
      items: [{ value: 'yes', text: t('inbox:choice.factsOnly') }],
    }),
    button({ text: t('inbox:training.show') }),
  )
}

/** As the page of a real case goes on; nothing of it can be answered. */
function shownCase(visit: SignedInVisit, { name, projection }: TrainingCase, role: string): Html {
  const { t } = visit
  const depth = t(`inbox:depth.${projection.depth}.name`)
  return html`${summaryList([
      { key: t('inbox:list.reference'), value: html`<code dir="ltr">${name}</code> ${t('inbox:training.mark')}` },
      { key: t('inbox:arrival.kind'), value: kindName(visit, 'Referral') },
      { key: t('inbox:case.holder'), value: t('inbox:training.nobody') },
      { key: t('inbox:case.purpose'), value: purposeName(visit, projection.purpose) },
      { key: t('inbox:training.for'), value: role },
    ])}
    ${insetText(html`<p>${t('inbox:case.depth', { depth })}</p>`)} ${floorBlock(visit, projection)}
    ${contents(visit, projection, { changed: new Set() })}
    ${absences(visit, { projection, view: { choice: DEFAULT_CHOICE } })}
    <p class="govuk-body">${t('inbox:training.end')} ${link(t('inbox:list.first'), '/inbox/first')}</p>`
}
