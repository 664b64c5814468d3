/** I14, what is held and by which day it must be gone, and the certificates of what was erased. */
import { groupedName } from '#gateway/core/case-label.ts'
import type { KeptUntil } from '#gateway/core/kept-until.ts'
import { unreachable } from '#gateway/core/problem.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { dateTime, link, table, tag, timeWords } from '#gateway/http/web/kit.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { certificateFor } from '#gateway/rooms/read-inbox-erased.ts'
import type { ErasedPage, ErasedRow } from '#gateway/rooms/read-inbox-erased.ts'
import type { HeldRow } from '#gateway/rooms/read-inbox-held.ts'
import { callIn, calledOfRow } from './label.ts'
import { kindName, serviceName } from './names.ts'
import { NOT_FOUND, pathOf, withReader } from './reading.ts'

const DAY_MS = 86_400_000

/** `accessEnds`: what ends all of it at the latest, in words. */
export const held = (visit: SignedInVisit, rows: readonly HeldRow[], accessEnds: string): Html => {
  const { t } = visit
  if (rows.length === 0)
    return html`<h2 class="govuk-heading-m">${t('inbox:access.held')}</h2>
      <p class="govuk-body">${t('inbox:access.heldNone')} ${accessEnds}</p>`
  return html`${table({
      caption: t('inbox:access.held'),
      captionSize: 'm',
      head: [
        t('inbox:list.reference'),
        t('inbox:list.kind'),
        t('inbox:list.received'),
        t('inbox:access.mustGo'),
        t('inbox:access.because'),
      ],
      rows: rows.map((row) => [
        link(callIn(calledOfRow(row)), pathOf(row.id), { hidden: kindName(visit, row.kind) }),
        kindName(visit, row.kind),
        dateTime(visit, row.receivedAt, 'day'),
        goneBy(visit, row),
        whyGone(visit, row.until),
      ]),
    })}
    <p class="govuk-hint">${t('inbox:access.heldHint')} ${accessEnds}</p>`
}

/** The day, or for a recall the hour; marked where it is past. */
export const goneBy = (visit: SignedInVisit, { until, isPast }: HeldRow): Html =>
  html`${dateTime(visit, until.at, until.because === 'recall' ? 'minute' : 'day')}
  ${isPast && tag(visit.t('inbox:access.past'), 'red')}`

/** Why by then, as one sentence. */
export function whyGone(visit: SignedInVisit, until: KeptUntil): Html | string {
  const { t } = visit
  switch (until.because) {
    case 'recall':
      return t('inbox:access.goes.recall')
    case 'mandate':
      return t('inbox:access.goes.mandate')
    case 'measure':
      if (until.months === 0) return t('inbox:access.goes.measureEnds')
      return t('inbox:access.goes.measure', { count: until.months, date: timeWords(visit, until.ends, 'day') })
    case 'preset':
      return html`${t('inbox:access.goes.preset', { count: until.months })} <span lang="en">${until.source}</span>`
    case 'agreement':
      return t('inbox:access.goes.agreement')
    default:
      return unreachable(until)
  }
}

/** The last erased first; what it was called is gone with the rest. */
export const erased = (visit: SignedInVisit, { rows, next }: ErasedPage): Html => {
  const { t } = visit
  if (rows.length === 0)
    return html`<h2 class="govuk-heading-m">${t('inbox:access.erased')}</h2>
      <p class="govuk-body">${t('inbox:access.erasedNone')}</p>`
  return html`${table({
      caption: t('inbox:access.erased'),
      captionSize: 'm',
      head: [
        t('inbox:list.kind'),
        t('inbox:list.from'),
        t('inbox:list.received'),
        t('inbox:access.erasedAt'),
        t('inbox:access.backupsGone'),
        t('inbox:access.certificate'),
      ],
      rows: rows.map((row) => erasedRow(visit, row)),
    })}
    <p class="govuk-hint">${t('inbox:access.erasedHint')}</p>
    ${next !== undefined && html`<p class="govuk-body">${link(t('inbox:access.erasedEarlier'), `/inbox/access?erased=${next}`)}</p>`}`
}

const erasedRow = (
  visit: SignedInVisit,
  { kind, sender, receivedAt, erasure }: ErasedRow,
): readonly (Html | string)[] => {
  const { t } = visit
  const { commitment, erasedAt, backupDays } = erasure
  return [
    kindName(visit, kind),
    sender === undefined ? '' : serviceName(visit, sender),
    dateTime(visit, receivedAt, 'day'),
    dateTime(visit, erasedAt),
    dateTime(visit, erasedAt + backupDays * DAY_MS, 'day'),
    html`<code dir="ltr">${groupedName(commitment)}</code>
      ${link(t('inbox:access.take'), `/inbox/access/${erasedAt}-${commitment}`, { hidden: kindName(visit, kind) })}`,
  ]
}

const ERASURE = /^(\d{1,15})-([0-9a-f]{64})$/

/** The certificate as a file of one line. */
export const takeCertificate = (visit: SignedInVisit): Promise<WebAnswer> =>
  withReader(visit, async (reader) => {
    const [, at, commitment] = ERASURE.exec(visit.params['erasure'] ?? '') ?? []
    if (at === undefined || commitment === undefined) return NOT_FOUND
    const made = await certificateFor(visit.deps, reader, { commitment, erasedAt: Number(at) })
    if (!made.ok) return { kind: 'problem', problem: made.problem }
    const name = `erasure-${commitment.slice(0, 12)}.jwt`
    return { kind: 'file', name, type: 'application/jose', body: `${made.value.certificate}\n` }
  })
