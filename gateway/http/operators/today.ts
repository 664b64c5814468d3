/** O1: what runs, what waits, and what came and went today. No case is named on it. */
import type { Instant } from '#policies/language/instant.ts'
import { textOf } from '#gateway/http/shell/problem-texts.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { dateTime, details, insetText, link, summaryList, table, tag } from '#gateway/http/web/kit.ts'
import type { TagColour } from '#gateway/http/web/kit.ts'
import { flowsPicture } from '#gateway/http/web/svg-flows.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, Visit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { operatorsToday } from '#gateway/rooms/operator-today.ts'
import type { Tile, Today } from '#gateway/rooms/operator-today.ts'

export async function todayPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, t } = visit
  const today = await operatorsToday(deps, dayStart(deps.clock(), deps.web.timeZone))
  const body = html`<p class="govuk-body">${t('operators:today.at')} ${dateTime(visit, today.at)}</p>
    <h2 class="govuk-heading-m">${t('operators:today.tilesTitle')}</h2>
    ${summaryList(today.tiles.map((tile) => ({ key: t(`operators:tile.${tile.name}`), value: tileOf(visit, tile) })))}
    <h2 class="govuk-heading-m">${t('operators:today.queueTitle')}</h2>
    ${queue(visit, today)} ${flows(visit, today)} ${between(visit, today)}`
  return page({ title: t('operators:today.title'), body })
}

const DAY_MS = 86_400_000

/** When this day began where the pages are read. */
export function dayStart(at: Instant, timeZone: string): Instant {
  const midnight = Math.floor(wallClock(at, timeZone) / DAY_MS) * DAY_MS
  const about = midnight - aheadOf(at, timeZone)
  // The clocks may have been changed since.
  return midnight - aheadOf(about, timeZone)
}

const aheadOf = (at: Instant, timeZone: string): number => wallClock(at, timeZone) - Math.floor(at / 1000) * 1000

/** What the clocks there say, as if they were of UTC. */
function wallClock(at: Instant, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value)
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
}

const COLOURS: Readonly<Record<Tile['state'], TagColour>> = {
  well: 'green',
  soon: 'yellow',
  bad: 'red',
  unknown: 'grey',
}

function tileOf(visit: Visit, { state, code, asOf, days }: Tile): Html {
  const { t, language } = visit
  return html`${tag(t(`operators:state.${state}`), COLOURS[state])}
    ${code !== undefined && html`<p class="govuk-body-s">${textOf(code, language === 'fr' ? 'fr' : 'en').title} (${code})</p>`}
    ${days !== undefined && html`<p class="govuk-body-s">${link(t('operators:today.daysLeft', { count: days }), '/operators/keys')}</p>`}
    <p class="govuk-body-s">
      ${asOf === undefined ? t('operators:today.never') : html`${t('operators:today.asOf')} ${dateTime(visit, asOf)}`}
    </p>`
}

function queue(visit: Visit, { queue: waiting }: Today): Html {
  const { t } = visit
  if (waiting === undefined) return insetText(t('operators:today.notCounted'))
  const { counts, oldest } = waiting
  return summaryList([
    { key: t('operators:today.waiting'), value: counts.waiting },
    {
      key: t('operators:today.oldest'),
      value: oldest === undefined ? t('operators:today.nothingDue') : dateTime(visit, oldest),
    },
    {
      key: t('operators:today.stuck'),
      value: counts.stuck === 0 ? 0 : link(t('operators:today.stuckLink', { count: counts.stuck }), '/operators/stuck'),
    },
    { key: t('operators:today.stopped'), value: counts.stopped },
    { key: t('operators:today.done'), value: counts.done },
  ])
}

function flows(visit: Visit, { flows: counted, since }: Today): Html {
  const { t } = visit
  const title = html`${t('operators:today.flowsTitle')} ${dateTime(visit, since)}`
  if (counted === undefined || counted.length === 0)
    return html`<h2 class="govuk-heading-m">${title}</h2>
      ${insetText(t(counted === undefined ? 'operators:today.notCounted' : 'operators:today.noFlows'))}`
  const heads = ['organisation', 'sent', 'received', 'collected'] as const
  return table({
    caption: title,
    captionSize: 'm',
    head: heads.map((head) => ({ text: t(`operators:today.${head}`), isNumeric: head !== 'organisation' })),
    rows: counted.map(({ organisation, sent, received, collected }) => [
      nameOf(visit, organisation),
      ...[sent, received, collected].map((content) => ({ content, isNumeric: true })),
    ]),
  })
}

/** The same as a picture: from whom to whom. */
function between(visit: Visit, { between: flows }: Today): Html | undefined {
  const { t, language } = visit
  if (flows === undefined || flows.length === 0) return undefined
  const named = flows.map(({ from, to, deliveries: count }) => ({
    from: called(visit, from),
    to: called(visit, to),
    count,
  }))
  const isolated = (name: string): Html => html`<bdi>${name}</bdi>`
  return flowsPicture({
    id: 'flows',
    language,
    title: t('operators:today.betweenTitle'),
    description: t('operators:today.betweenDescription'),
    flows: named,
    number: (count) => new Intl.NumberFormat(language).format(count),
    alternative: details(
      t('operators:today.betweenTable'),
      table({
        caption: t('operators:today.betweenTitle'),
        isCaptionHidden: true,
        head: [
          t('operators:today.from'),
          t('operators:today.to'),
          { text: t('operators:today.deliveries'), isNumeric: true },
        ],
        rows: named.map(({ from, to, count }) => [isolated(from), isolated(to), { content: count, isNumeric: true }]),
      }),
    ),
  })
}

/** As the registry calls it, else its id. */
function called({ deps, language }: Visit, organisation: string): string {
  const found = deps.registry().participants.find(({ id }) => id === organisation)
  return found === undefined ? organisation : pick(language, found.name)
}

/** The same, closed in, since it may be of another direction. */
export const nameOf = (visit: Visit, organisation: string): Html => html`<bdi>${called(visit, organisation)}</bdi>`
