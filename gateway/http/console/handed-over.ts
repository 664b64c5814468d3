/** P11, what operators hand over: errands that are stuck for no reason of the machines, each with the way to its decisions, until an officer says what came of it. */
import { printInstant } from '#policies/language/instant.ts'
import { DEALT_OUTCOMES } from '#gateway/core/handed-errand.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  dateTime,
  errorSummary,
  form,
  insetText,
  link,
  notification,
  radios,
  summaryList,
  table,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer, WebRoute } from '#gateway/http/web/route.ts'
import { serviceName } from '#gateway/http/inbox/names.ts'
import { dealWithHanded, handedById, openHanded } from '#gateway/rooms/hand-to-officers.ts'
import type { HandedLine } from '#gateway/rooms/hand-to-officers.ts'
import { NOT_FOUND } from './change-answer.ts'
import { findsIn, isFile, listFile, listTools } from './lists.ts'

const PATH = '/handed-over'

/** Query `done`: one was dealt with. */
async function handedPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, t, query } = visit
  const open = await openHanded(deps)
  const finds = findsIn(visit)
  const lines = open.filter((line) =>
    finds(line.errand, toWords(visit, line), stateWords(visit, line), reasonWords(visit, line), line.by),
  )
  if (isFile(visit)) return handedFile(visit, lines)
  const body = html`${query.has('done') && notification(t, t('operators:handed.dealtDone'), { kind: 'success' })}
    <p class="govuk-body">${t('operators:handed.listLead')}</p>
    ${open.length === 0 ? insetText(t('operators:handed.none')) : listTools(visit, { shown: lines.length })}
    ${lines.length > 0 && handedTable(visit, lines)}`
  const back = { href: '/requests', text: t('inbox:requests.title') }
  return page({ title: t('operators:handed.listTitle'), area: 'requests', isWide: true, body, back })
}

const HEADS = ['errand', 'to', 'state', 'reason', 'by', 'at', 'decisions'] as const

const handedTable = (visit: SignedInVisit, lines: readonly HandedLine[]): Html =>
  table({
    caption: visit.t('operators:handed.caption'),
    captionSize: 's',
    head: HEADS.map((head) => visit.t(`operators:handed.${head}`)),
    rows: lines.map((line) => [
      html`<code>${line.errand}</code
        ><br />${link(visit.t('operators:handed.deal'), `${PATH}/${line.id}`, { hidden: line.errand })}`,
      html`<bdi>${toWords(visit, line)}</bdi>`,
      stateWords(visit, line),
      reasonWords(visit, line),
      html`<bdi>${line.by}</bdi>`,
      dateTime(visit, line.handedAt),
      whyLink(visit, line),
    ]),
  })

const toWords = (visit: SignedInVisit, { organisation }: HandedLine): string =>
  organisation === undefined ? visit.t('operators:stuck.nobody') : serviceName(visit, organisation)

const stateWords = ({ t }: SignedInVisit, { errandState, isJudged }: HandedLine): string =>
  t(`operators:handed.states.${isJudged ? errandState : 'unjudged'}`)

const reasonWords = ({ t }: SignedInVisit, { reason }: HandedLine): string => t(`operators:handed.reasons.${reason}`)

/** What was decided of that message for that mandate. */
function whyLink(visit: SignedInVisit, line: HandedLine): Html {
  const query = new URLSearchParams({ message: line.messageId, recipient: line.mandate })
  const words = visit.t('operators:handed.whyLink', { name: toWords(visit, line) })
  return link(words, `/why?${query.toString()}`, { hidden: line.errand })
}

/** Neither person nor mandate nor message. */
const handedFile = (visit: SignedInVisit, lines: readonly HandedLine[]): WebAnswer =>
  listFile(
    'handed-over',
    (['errand', 'to', 'state', 'reason', 'at'] as const).map((head) => visit.t(`operators:handed.${head}`)),
    lines.map((line) => [
      line.errand,
      line.organisation ?? '',
      stateWords(visit, line),
      reasonWords(visit, line),
      printInstant(line.handedAt),
    ]),
  )

const onePage = (visit: SignedInVisit): Promise<WebAnswer> => shown(visit, {}, 200)

async function shown(visit: SignedInVisit, errors: FieldErrors, status: number): Promise<WebAnswer> {
  const { deps, t, params } = visit
  const id = params['id'] ?? ''
  const line = UUID_PATTERN.test(id) ? await handedById(deps, id) : undefined
  if (line?.ok !== true) return NOT_FOUND
  const body = html`${errorSummary(t, errors)} ${aboutLine(visit, line.value)}
  ${line.value.state === 'open' && outcomeForm(visit, id, errors)}`
  const back = { href: PATH, text: t('operators:handed.listTitle') }
  return page({ title: t('operators:handed.one'), area: 'requests', body, back }, { status })
}

const aboutLine = (visit: SignedInVisit, line: HandedLine): Html => {
  const { t } = visit
  const { state, dealtAt } = line
  return summaryList([
    { key: t('operators:handed.errand'), value: html`<code>${line.errand}</code>` },
    { key: t('operators:handed.to'), value: html`<bdi>${toWords(visit, line)}</bdi> <code>${line.mandate}</code>` },
    { key: t('operators:handed.state'), value: stateWords(visit, line) },
    { key: t('operators:handed.reason'), value: reasonWords(visit, line) },
    { key: t('operators:handed.by'), value: html`<bdi>${line.by}</bdi>` },
    { key: t('operators:handed.at'), value: dateTime(visit, line.handedAt) },
    { key: t('operators:handed.decisions'), value: whyLink(visit, line) },
    ...(state === 'open' || dealtAt === undefined
      ? []
      : [
          {
            key: t('operators:handed.outcome'),
            value: html`${t(`operators:handed.outcomes.${state}`)}, ${dateTime(visit, dealtAt)}`,
          },
        ]),
  ])
}

const outcomeForm = ({ t }: SignedInVisit, id: string, errors: FieldErrors): Html =>
  form(
    { action: `${PATH}/${id}` },
    radios(t, {
      name: 'outcome',
      legend: { text: t('operators:handed.outcome'), size: 'm' },
      hint: t('operators:handed.outcomeHint'),
      error: errors['outcome'],
      items: DEALT_OUTCOMES.map((value) => ({ value, text: t(`operators:handed.outcomes.${value}`) })),
    }),
    button({ text: t('operators:handed.deal'), isOnce: true }),
  )

/** Member `outcome`: one of the list. */
async function dealPosted(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, t, params, visitor, form: sent } = visit
  const outcome = DEALT_OUTCOMES.find((known) => known === sent.get('outcome'))
  if (outcome === undefined) return shown(visit, { outcome: t('operators:handed.outcomeMissing') }, 422)
  const id = params['id'] ?? ''
  if (!UUID_PATTERN.test(id)) return NOT_FOUND
  const dealt = await dealWithHanded(deps, { id, outcome, by: visitor.account })
  return dealt.ok ? redirect(`${PATH}?done=1`) : { kind: 'problem', problem: dealt.problem }
}

/** Above the requests: how many wait, and the way to them. */
export async function handedOverLink({ deps, t }: SignedInVisit): Promise<Html> {
  const number = (await deps.store.read.handedErrands.open()).length
  return html`<p class="govuk-body">${link(t('operators:handed.link', { number }), PATH)}</p>`
}

const OFFICERS = ['officer'] as const

export const HANDED_ROUTES: readonly WebRoute[] = [
  { method: 'get', path: PATH, who: OFFICERS, answer: handedPage },
  { method: 'get', path: `${PATH}/:id`, who: OFFICERS, answer: onePage },
  { method: 'post', path: `${PATH}/:id`, who: OFFICERS, answer: dealPosted },
]
