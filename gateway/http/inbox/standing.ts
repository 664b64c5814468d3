/** Where a case stands for who reads it: until when the measure runs, who holds the case now, what was answered, what is due, and by when it must be gone. */
import { html } from '#gateway/http/web/html.ts'
import { dateTime, timeWords } from '#gateway/http/web/kit.ts'
import type { SummaryRow } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import type { CaseAround } from '#gateway/rooms/read-inbox-case.ts'
import type { Shown } from '#gateway/rooms/read-inbox-open.ts'
import { goneBy, whyGone } from './access-held.ts'
import { mandateName, peopleOf } from './colleagues.ts'
import { dayOf } from './items.ts'
import { serviceName } from './names.ts'

/** Rows for the head of a case. The end of the measure stands there only where it is among what is shown. */
export function standing(visit: SignedInVisit, shown: Shown, around: CaseAround): readonly SummaryRow[] {
  const { t } = visit
  const { dueAt, held } = around
  return [
    ...measureRow(visit, shown),
    ...holderRows(visit, shown, around),
    { key: t('inbox:case.status'), value: statusOf(visit, shown, around) },
    ...(dueAt === undefined ? [] : [{ key: t('inbox:case.due'), value: dateTime(visit, dueAt) }]),
    ...(held === undefined
      ? []
      : [{ key: t('inbox:access.mustGo'), value: html`${goneBy(visit, held)} ${whyGone(visit, held.until)}` }]),
  ]
}

function measureRow(visit: SignedInVisit, { projection }: Shown): readonly SummaryRow[] {
  const ends = projection.items.flatMap(({ section, term, value, past }) =>
    section === 'measures' && term === 'measure-end-date' && typeof value === 'string' && !past ? [value] : [],
  )
  const last = ends.toSorted().at(-1)
  return last === undefined ? [] : [{ key: visit.t('inbox:case.measureUntil'), value: dayOf(visit, last) }]
}

/** Of a referral: whoever took it on, else its sender until somebody does. */
function holderRows(
  visit: SignedInVisit,
  { projection, delivery }: Shown,
  { takenOn, answer, colleagues }: CaseAround,
): readonly SummaryRow[] {
  if (delivery.kind !== 'Referral') return []
  const { t } = visit
  const key = t('inbox:case.heldBy')
  const sender = serviceName(visit, projection.sender)
  if (takenOn === undefined)
    return [{ key, value: answer === undefined ? t('inbox:case.heldBySender', { service: sender }) : sender }]
  const { referents, at, firstAppointment } = takenOn
  const who = referents.map((id) => peopleOf(colleagues, id) || mandateName(visit, id)).join(', ')
  const value = t('inbox:case.heldSince', { who, date: timeWords(visit, at, 'day') })
  const appointment =
    firstAppointment === undefined
      ? []
      : [{ key: t('inbox:accept.appointment'), value: dayOf(visit, firstAppointment) }]
  return [{ key, value }, ...appointment]
}

function statusOf(
  visit: SignedInVisit,
  { delivery: { acknowledgedAt } }: Shown,
  { changed, isPartlyWithdrawn }: CaseAround,
): string {
  const { t } = visit
  const said =
    acknowledgedAt === undefined
      ? t('inbox:case.statusRead')
      : t('inbox:case.statusAcknowledged', { date: timeWords(visit, acknowledgedAt, 'day') })
  const more = [
    ...(changed.size > 0 ? [t('inbox:case.statusUpdated')] : []),
    ...(isPartlyWithdrawn ? [t('inbox:case.statusPartly')] : []),
  ]
  return [said, ...more].join(' · ')
}
