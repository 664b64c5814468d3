/** I5, the case at the depth that was chosen: the person first, facts apart from assessments, and each gap in its own words. */
import { SECTION_IDS } from '#gateway/core/vocabulary/section.ts'
import type { ProjectedItem, Projection } from '#gateway/core/projection.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  buttonGroup,
  dateTime,
  form,
  insetText,
  link,
  linkButton,
  summaryList,
  timeWords,
} from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { setAsideIn } from '#gateway/rooms/pull-up.ts'
import { readCase } from '#gateway/rooms/read-inbox-case.ts'
import type { CaseAround } from '#gateway/rooms/read-inbox-case.ts'
import { isClosed } from '#gateway/rooms/read-inbox-held.ts'
import type { Shown } from '#gateway/rooms/read-inbox-open.ts'
import { absences } from './absences.ts'
import { closedNote } from './closed.ts'
import { conditionWords, floorBlock, isFactual, itemBlock, sharedConditions } from './items.ts'
import { callRows, calledBy } from './label.ts'
import { kindName, purposeName, sectionName, serviceName } from './names.ts'
import { standing } from './standing.ts'
import { backToInbox, pathOf, withShown } from './reading.ts'

export const showCase = (visit: SignedInVisit): Promise<WebAnswer> =>
  withShown(visit, 'content', async (reader, shown) => {
    const { delivery, projection } = shown
    if (delivery.kind === 'Recall' || delivery.kind === 'Correction') return redirect(pathOf(delivery.id, '/notice'))
    const around = await readCase(visit.deps, reader, delivery)
    const { t } = visit
    const isPast = around.held !== undefined && isClosed(around.held)
    return page({
      title: t('inbox:case.title', { name: calledBy(shown) }),
      isOfCase: true,
      back: backToInbox(visit),
      body: html`${isPast && closedNote(visit)} ${heading(visit, shown, around)} ${floorBlock(visit, projection)}
      ${contents(visit, projection, around)} ${absences(visit, { projection, view: around.view, id: delivery.id })}
      ${isPast ? actsLeft(visit, shown, around) : acts(visit, shown, around)} ${others(visit, around)}`,
    })
  })

function heading(visit: SignedInVisit, shown: Shown, around: CaseAround): Html {
  const { t } = visit
  const { projection, delivery } = shown
  const { view, answer } = around
  const depth = t(`inbox:depth.${projection.depth}.name`)
  const depthWords =
    view.setAt === undefined
      ? t('inbox:case.depth', { depth })
      : t('inbox:case.depthSince', { depth, date: timeWords(visit, view.setAt, 'day') })
  return html`${summaryList([
    ...callRows(visit, shown),
    { key: t('inbox:arrival.kind'), value: kindName(visit, delivery.kind) },
    { key: t('inbox:case.holder'), value: serviceName(visit, projection.sender) },
    { key: t('inbox:case.purpose'), value: purposeName(visit, projection.purpose) },
    ...standing(visit, shown, around),
  ])}
  ${insetText(
    html`<p>${depthWords} ${projection.depth !== 'D0' && link(t('inbox:case.lower'), pathOf(delivery.id, '/more'))}</p>
      ${
        setAsideIn(view.choice).length > 0 &&
        html`<p>${t('inbox:case.setAside')} ${link(t('inbox:case.more'), pathOf(delivery.id, '/more'))}</p>`
      }
      ${view.isForVisit && html`<p>${t('inbox:case.forVisit')}</p>`}
      ${answer !== undefined && html`<p>${t(`inbox:case.answered.${answer.kind}`)}</p>`}
      <p>
        ${t('inbox:case.snapshot', { date: timeWords(visit, delivery.createdAt, 'day') })}
        ${t(projection.attested === 'originator' ? 'inbox:case.attestedOriginator' : 'inbox:case.attestedBroker')}
      </p>`,
  )}`
}

/** The person's own words and strengths before everything, what is feared of them last. */
const FIRST = ['own-statement', 'protective-factors', 'identity', 'release-plan', 'contacts', 'measures']
const LAST = ['evaluation', 'risk-needs', 'violent-risk', 'ideology', 'incidents', 'intelligence', 'third-parties']
const MIDDLE = SECTION_IDS.filter((id) => !FIRST.includes(id) && !LAST.includes(id))
const ORDER = [...FIRST, ...MIDDLE, ...LAST]

/** Sections of a native record stand behind all others. */
const placeOf = (section: string): number => (ORDER.indexOf(section) + ORDER.length + 1) % (ORDER.length + 1)

/** Facts apart from assessments; `changed`: ids of items that are new to the person. */
export function contents(
  visit: SignedInVisit,
  { items, kind }: Pick<Projection, 'items' | 'kind'>,
  { changed }: Pick<CaseAround, 'changed'>,
): Html {
  const { t } = visit
  const hasBody = items.length === 0
  if (hasBody)
    return html`<p class="govuk-body">${t(kind === 'Referral' ? 'inbox:case.nothing' : 'inbox:case.answerOf')}</p>`
  const facts = items.filter(isFactual)
  const views = items.filter((item) => !isFactual(item))
  return html`${facts.length > 0 && html`<h2 class="govuk-heading-m">${t('inbox:case.facts')}</h2>`}
  ${sections(visit, facts, changed)}
  ${
    views.length > 0 &&
    html`<h2 class="govuk-heading-m">${t('inbox:case.assessments')}</h2>
      <p class="govuk-body">${t('inbox:case.assessmentsHint')}</p>`
  }
  ${sections(visit, views, changed)}`
}

function sections(
  visit: SignedInVisit,
  items: readonly ProjectedItem[],
  changed: ReadonlySet<string>,
): readonly Html[] {
  const groups = [...Map.groupBy(items, ({ section }) => section)]
  return groups
    .toSorted(([a], [b]) => placeOf(a) - placeOf(b))
    .map(([section, own]) => {
      const shared = sharedConditions(own)
      const conditions = conditionWords(visit, shared)
      return html`<section class="card">
        <h3 class="govuk-heading-s">${sectionName(visit, section)}</h3>
        ${conditions !== undefined && html`<p class="govuk-body-s">${visit.t('inbox:item.conditionsOfAll', { conditions })}</p>`}
        ${own.map((item) =>
          itemBlock(visit, item, { isNew: item.itemId !== undefined && changed.has(item.itemId), shared }),
        )}
      </section>`
    })
}

const isAnswerable = ({ delivery: { kind } }: Shown, { answer }: CaseAround): boolean =>
  kind === 'Referral' && answer === undefined

const acknowledging = ({ t }: SignedInVisit, { delivery: { id, acknowledgedAt } }: Shown): Html | undefined =>
  acknowledgedAt === undefined
    ? form(
        { action: pathOf(id, '/acknowledge') },
        html`<p class="govuk-hint">${t('inbox:case.acknowledgeHint')}</p>`,
        button({ text: t('inbox:case.acknowledge'), isOnce: true }),
      )
    : undefined

const declining = ({ t }: SignedInVisit, { delivery }: Shown): Html =>
  linkButton({ text: t('inbox:case.decline'), href: pathOf(delivery.id, '/decline'), look: 'secondary' })

const timelineOf = ({ t }: SignedInVisit, { delivery }: Shown): Html =>
  linkButton({ text: t('inbox:case.timeline'), href: pathOf(delivery.id, '/timeline'), look: 'secondary' })

function acts(visit: SignedInVisit, shown: Shown, around: CaseAround): Html {
  const { t } = visit
  const { id } = shown.delivery
  const isOpen = isAnswerable(shown, around)
  return html`${acknowledging(visit, shown)}
    ${buttonGroup(
      linkButton({ text: t('inbox:case.more'), href: pathOf(id, '/more'), look: 'secondary' }),
      linkButton({ text: t('inbox:case.ask'), href: pathOf(id, '/ask'), look: 'secondary' }),
      timelineOf(visit, shown),
      isOpen && linkButton({ text: t('inbox:case.accept'), href: pathOf(id, '/accept'), look: 'secondary' }),
      isOpen && declining(visit, shown),
    )}
    <p class="govuk-hint">${t('inbox:case.print')} ${t('inbox:case.reply')}</p>`
}

/** Of a closed case: what its sender still waits for, and opens nothing. */
const actsLeft = (visit: SignedInVisit, shown: Shown, around: CaseAround): Html =>
  html`${acknowledging(visit, shown)}
  ${buttonGroup(timelineOf(visit, shown), isAnswerable(shown, around) && declining(visit, shown))}`

const others = (visit: SignedInVisit, { others: rows }: CaseAround): Html | undefined =>
  rows.length === 0
    ? undefined
    : html`<h2 class="govuk-heading-m">${visit.t('inbox:case.also')}</h2>
        <ul class="govuk-list">
          ${rows.map(
            (row) =>
              html`<li>
                ${link(kindName(visit, row.kind), pathOf(row.id))} ${dateTime(visit, row.receivedAt, 'day')}
              </li>`,
          )}
        </ul>`
