/** O2, what the machines do not stop: an errand is handed to the data protection officers with a reason of a list, and what they said to it. */
import { parseInstant } from '#policies/language/instant.ts'
import { HANDED_REASONS } from '#gateway/core/handed-errand.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, errorSummary, form, insetText, link, radios, summaryList, timeWords } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { handToOfficers } from '#gateway/rooms/hand-to-officers.ts'
import { stuckLine } from '#gateway/rooms/stuck-lines.ts'
import type { HandedMark, StuckLine } from '#gateway/rooms/stuck-lines.ts'
import { nameOf } from './today.ts'

const STUCK = '/operators/stuck'
const NOT_FOUND: WebAnswer = { kind: 'problem', problem: { code: 'not-found' } }

const isOpen = (handed: HandedMark | undefined): boolean => handed !== undefined && handed.dealt === undefined

/** Beside a line: when it was handed over and what came of it, and the way to hand it over while it waits for nobody. */
export const handedCell = (visit: SignedInVisit, { id, handed }: StuckLine): Html =>
  html`${handed !== undefined && html`<p class="govuk-body-s">${handedWords(visit, handed)}</p>`}
  ${!isOpen(handed) && link(visit.t('operators:handed.act'), `${STUCK}/${id}/hand-over`, { hidden: id })}`

function handedWords(visit: SignedInVisit, { reason, at, dealt }: HandedMark): Html {
  const { t } = visit
  const when = (instant: string): string => timeWords(visit, parseInstant(instant) ?? 0)
  const handed = t('operators:handed.on', { when: when(at), reason: t(`operators:handed.reasons.${reason}`) })
  if (dealt === undefined) return html`${handed}`
  const outcome = t(`operators:handed.outcomes.${dealt.outcome}`)
  return html`${handed}<br />${t('operators:handed.dealtOn', { when: when(dealt.at), outcome })}`
}

export const handOverPage = (visit: SignedInVisit): Promise<WebAnswer> => shown(visit, {}, 200)

async function shown(visit: SignedInVisit, errors: FieldErrors, status: number): Promise<WebAnswer> {
  const { deps, t, params } = visit
  const id = params['id'] ?? ''
  const line = UUID_PATTERN.test(id) ? await stuckLine(deps, id) : undefined
  if (line === undefined) return NOT_FOUND
  const { organisation, handed } = line
  const to = organisation === undefined ? t('operators:stuck.nobody') : nameOf(visit, organisation)
  const body = html`${errorSummary(t, errors)}
    <p class="govuk-body">${t('operators:handed.lead')}</p>
    ${summaryList([
      { key: t('operators:stuck.errand'), value: html`<code>${id}</code>` },
      { key: t('operators:stuck.to'), value: to },
    ])}
    ${handed !== undefined && insetText(handedWords(visit, handed))} ${!isOpen(handed) && reasonForm(visit, id, errors)}`
  const back = { href: STUCK, text: t('operators:stuck.title') }
  return page({ title: t('operators:handed.act'), area: 'stuck', body, back }, { status })
}

const reasonForm = ({ t }: SignedInVisit, id: string, errors: FieldErrors): Html =>
  form(
    { action: `${STUCK}/${id}/hand-over` },
    radios(t, {
      name: 'reason',
      legend: { text: t('operators:handed.why'), size: 'm' },
      error: errors['reason'],
      items: HANDED_REASONS.map((value) => ({ value, text: t(`operators:handed.reasons.${value}`) })),
    }),
    button({ text: t('operators:handed.send'), isOnce: true }),
  )

/** Member `reason`: one of the list. */
export async function handOverPosted(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, t, params, visitor, form: sent } = visit
  const reason = HANDED_REASONS.find((known) => known === sent.get('reason'))
  if (reason === undefined) return shown(visit, { reason: t('operators:handed.reasonMissing') }, 422)
  const errand = params['id'] ?? ''
  if (!UUID_PATTERN.test(errand)) return NOT_FOUND
  const handed = await handToOfficers(deps, { errand, reason, by: visitor.account })
  return handed.ok ? redirect(`${STUCK}?done=handed`) : { kind: 'problem', problem: handed.problem }
}
