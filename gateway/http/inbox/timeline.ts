/** I6, the same items along the years: a list, and a picture of it. What lies outside the depth leaves no mark. */
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { ProjectedItem, Projection } from '#gateway/core/projection.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, form, radios, select, timeWords } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { timelineStrip } from '#gateway/http/web/svg-timeline.ts'
import { dayOf, floorBlock, valueOf } from './items.ts'
import { calledBy } from './label.ts'
import { roleName, sectionName, termName } from './names.ts'
import { pathOf, withShown } from './reading.ts'

type Order = 'newest' | 'oldest'

export const showTimeline = (visit: SignedInVisit): Promise<WebAnswer> =>
  withShown(visit, 'content', (_reader, shown) => {
    const { t, query } = visit
    const { projection, delivery } = shown
    const order: Order = query.get('order') === 'oldest' ? 'oldest' : 'newest'
    const section = query.get('section') ?? ''
    const items = projection.items.filter((item) => section === '' || item.section === section)
    return page({
      title: t('inbox:timeline.title', { name: calledBy(shown) }),
      isOfCase: true,
      back: { href: pathOf(delivery.id), text: t('inbox:backToCase') },
      body: html`${floorBlock(visit, projection)} ${filter(visit, projection, { id: delivery.id, order, section })}
      ${
        items.length === 0
          ? html`<p class="govuk-body">${t('inbox:timeline.empty')}</p>`
          : [strip(visit, items), years(visit, items, order)]
      }`,
    })
  })

function filter(
  visit: SignedInVisit,
  { items }: Projection,
  { id, order, section }: { readonly id: string; readonly order: Order; readonly section: string },
): Html {
  const { t } = visit
  // Sections that something is shown of: a list of all would be as telling as none, and longer.
  const sections = [...new Set(items.map((item) => item.section))]
  return form(
    { action: pathOf(id, '/timeline'), method: 'get' },
    radios(t, {
      name: 'order',
      legend: { text: t('inbox:timeline.order') },
      isInline: true,
      isSmall: true,
      value: order,
      items: [
        { value: 'newest', text: t('inbox:timeline.newest') },
        { value: 'oldest', text: t('inbox:timeline.oldest') },
      ],
    }),
    select(t, {
      name: 'section',
      label: t('inbox:timeline.section'),
      value: section,
      items: [
        { value: '', text: t('inbox:timeline.all') },
        ...sections.map((value) => ({ value, text: sectionName(visit, value) })),
      ],
    }),
    button({ text: t('inbox:timeline.show'), look: 'secondary' }),
  )
}

/** Where an item stands on a line: a month or a year at its beginning. */
const instantOf = ({ observedAt }: ProjectedItem): Instant =>
  parseInstant(observedAt) ?? parseInstant(`${observedAt}-01`) ?? parseInstant(`${observedAt}-01-01`) ?? 0

const strip = (visit: SignedInVisit, items: readonly ProjectedItem[]): Html =>
  timelineStrip({
    title: visit.t('inbox:timeline.picture'),
    description: visit.t('inbox:timeline.pictureOf'),
    alternative: html`${visit.t('inbox:timeline.below')}`,
    language: visit.language,
    id: 'strip',
    sections: [...Map.groupBy(items, ({ section }) => section)].map(([section, own]) => ({
      name: sectionName(visit, section),
      events: own.map(instantOf),
    })),
    day: (at) => timeWords(visit, at, 'day'),
  })

function years(visit: SignedInVisit, items: readonly ProjectedItem[], order: Order): Html {
  const sign = order === 'newest' ? -1 : 1
  const sorted = items.toSorted((a, b) => sign * (instantOf(a) - instantOf(b)))
  const byYear = [...Map.groupBy(sorted, ({ observedAt }) => observedAt.slice(0, 4))]
  return html`${byYear.map(
    ([year, own]) =>
      html`<h2 class="govuk-heading-m">${year}</h2>
        <ol class="timeline">
          ${own.map((item) => entry(visit, item))}
        </ol>`,
  )}`
}

const entry = (visit: SignedInVisit, item: ProjectedItem): Html =>
  html`<li>
    <p class="govuk-body-s">${dayOf(visit, item.observedAt)} · ${roleName(visit, item.author.role)}</p>
    <h3 class="govuk-heading-s">
      ${sectionName(visit, item.section)}${item.term !== undefined && [': ', termName(visit, item.section, item.term)]}
    </h3>
    <div class="govuk-body">
      ${item.level === 'existence' ? visit.t('inbox:item.exists') : valueOf(visit, item.value, item.lang)}
    </div>
  </li>`
