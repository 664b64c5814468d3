/** P11, what recipients ask for: overdue first, answered section by section. No content of a case is here. */
import { REFUSAL_REASONS } from '#gateway/core/message.ts'
import { toMessageId } from '#gateway/core/ids.ts'
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import {
  caseText,
  dateTime,
  errorSummary,
  insetText,
  link,
  notification,
  summaryList,
  table,
  tag,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer, WebRoute } from '#gateway/http/web/route.ts'
import type { Ask } from '#gateway/core/ask.ts'
import { MOST_SHOWN, answerAsk, askOf, openAsks } from '#gateway/rooms/ask-answers.ts'
import type { Decision } from '#gateway/rooms/ask-answers.ts'
import { handedOverLink } from './handed-over.ts'
import { answerForm } from './request-form.ts'
import type { RequestPage } from './request-form.ts'
import { findsIn, isFile, listFile, listTools } from './lists.ts'
import { askState } from '#gateway/http/inbox/ask.ts'
import { purposeName, sectionName, serviceName } from '#gateway/http/inbox/names.ts'

const MOST_TEXT = 2000

async function showRequests(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, query } = visit
  const open = await openAsks(deps)
  const asks = asksIn(visit, open)
  if (isFile(visit)) return asksFile(visit, asks)
  return page({
    title: t('inbox:requests.title'),
    area: 'requests',
    isWide: true,
    body: html`${query.get('done') === 'yes' && notification(t, t('inbox:requests.done'), { kind: 'success' })}
    ${await handedOverLink(visit)}
    ${open.length === 0 ? html`<p class="govuk-body">${t('inbox:requests.empty')}</p>` : listTools(visit, { shown: asks.length })}
    ${asks.length > 0 && queue(visit, asks)}
    ${open.length === MOST_SHOWN && insetText(t('inbox:requests.first', { number: String(MOST_SHOWN) }))}`,
  })
}

/** By case, recipient, sections and purpose. */
function asksIn(visit: SignedInVisit, asks: readonly Ask[]): readonly Ask[] {
  const finds = findsIn(visit)
  return asks.filter((ask) =>
    finds(ask.caseName, ask.organisation, ask.mandate, sectionsOf(visit, ask), purposeName(visit, ask.purpose)),
  )
}

/** Neither case nor person nor what was written. */
const asksFile = (visit: SignedInVisit, asks: readonly Ask[]): WebAnswer => {
  const { t, deps } = visit
  return listFile(
    'requests',
    [
      t('inbox:requests.who'),
      t('inbox:requests.sections'),
      t('inbox:ask.purpose'),
      t('inbox:ask.askedOn'),
      t('inbox:requests.due'),
      t('inbox:ask.state'),
    ],
    asks.map((ask) => [
      ask.organisation,
      sectionsOf(visit, ask),
      purposeName(visit, ask.purpose),
      printInstant(ask.askedAt),
      printInstant(ask.dueAt),
      t(ask.dueAt < deps.clock() ? 'inbox:requests.overdue' : `inbox:askState.${ask.state}`),
    ]),
  )
}

const queue = (visit: SignedInVisit, asks: readonly Ask[]): Html => {
  const { t } = visit
  return table({
    caption: t('inbox:requests.caption'),
    captionSize: 's',
    head: [
      t('inbox:requests.case'),
      t('inbox:requests.who'),
      t('inbox:requests.sections'),
      t('inbox:ask.purpose'),
      t('inbox:requests.due'),
    ],
    rows: asks.map((ask) => [
      link(isolated(ask.caseName), `/requests/${ask.id}`, { hidden: ask.mandate }),
      [serviceName(visit, ask.organisation), ' · ', ask.mandate],
      sectionsOf(visit, ask),
      purposeName(visit, ask.purpose),
      dueOf(visit, ask),
    ]),
  })
}

const sectionsOf = (visit: SignedInVisit, { sections }: Ask): string =>
  sections.map((id) => sectionName(visit, id)).join(', ')

const dueOf = (visit: SignedInVisit, { dueAt }: Ask): Html =>
  html`${dateTime(visit, dueAt)} ${dueAt < visit.deps.clock() && tag(visit.t('inbox:requests.overdue'), 'red')}`

const withAsk = async (
  visit: SignedInVisit,
  work: (ask: Ask) => Promise<WebAnswer> | WebAnswer,
): Promise<WebAnswer> => {
  const id = toMessageId(visit.params['ask'] ?? '')
  if (id === undefined) return { kind: 'problem', problem: { code: 'not-found' } }
  const ask = await askOf(visit.deps, id)
  return ask.ok ? work(ask.value) : { kind: 'problem', problem: ask.problem }
}

const showRequest = (visit: SignedInVisit): Promise<WebAnswer> =>
  withAsk(visit, (ask) => requestPage(visit, { ask, sent: new URLSearchParams(), errors: {} }))

const answerRequest = (visit: SignedInVisit): Promise<WebAnswer> =>
  withAsk(visit, async (ask) => {
    const { deps, form: sent, visitor } = visit
    const read = readAnswer(visit, ask, sent)
    if (read.kind === 'wrong') return requestPage(visit, { ask, sent, errors: read.errors })
    const { decisions, text } = read
    const answered = await answerAsk(deps, { id: ask.id, decisions, text, by: visitor.account.id })
    return answered.ok ? redirect('/requests?done=yes') : { kind: 'problem', problem: answered.problem }
  })

type ReadAnswer =
  | { readonly kind: 'read'; readonly decisions: readonly Decision[]; readonly text: string }
  | { readonly kind: 'wrong'; readonly errors: FieldErrors }

/** To ask for more is an answer without a decision, and needs words. */
function readAnswer({ t, deps }: SignedInVisit, { sections }: Ask, sent: URLSearchParams): ReadAnswer {
  const text = sent.get('text')?.trim() ?? ''
  const isClarifying = sent.get('step') === 'clarify'
  if (text.length > MOST_TEXT || (isClarifying && text === ''))
    return { kind: 'wrong', errors: { text: t('inbox:requests.error.text') } }
  if (isClarifying) return { kind: 'read', decisions: [], text }
  const until = parseInstant(sent.get('until') ?? '')
  const reason = REFUSAL_REASONS.find((known) => known === sent.get('reason'))
  const isFuture = until !== undefined && until > deps.clock()
  const said = sections.map((section) => ({ section, choice: sent.get(`section-${section}`) ?? '' }))
  const errors: FieldErrors = {
    ...Object.fromEntries(
      said
        .filter(({ choice }) => !['once', 'until', 'refuse'].includes(choice))
        .map(({ section }) => [`section-${section}`, t('inbox:requests.error.decision')]),
    ),
    ...(said.some(({ choice }) => choice === 'until') && !isFuture ? { until: t('inbox:requests.error.until') } : {}),
    ...(said.some(({ choice }) => choice === 'refuse') && reason === undefined
      ? { reason: t('inbox:requests.error.reason') }
      : {}),
  }
  const decisions = said.map(({ section, choice }): Decision => {
    if (choice === 'once') return { section, kind: 'once' }
    return choice === 'until'
      ? { section, kind: 'until', until: until ?? 0 }
      : { section, kind: 'refused', reason: reason ?? 'other' }
  })
  return Object.keys(errors).length > 0 ? { kind: 'wrong', errors } : { kind: 'read', decisions, text }
}

function requestPage(visit: SignedInVisit, { ask, sent, errors }: RequestPage): WebAnswer {
  const { t } = visit
  return page(
    {
      title: t('inbox:requests.one', { name: isolated(ask.caseName) }),
      area: 'requests',
      back: { href: '/requests', text: t('inbox:requests.back') },
      body: html`${errorSummary(t, errors)} ${aboutAsk(visit, ask)}
      ${ask.state === 'open' && answerForm(visit, { ask, sent, errors })}`,
    },
    Object.keys(errors).length > 0 ? { status: 422 } : {},
  )
}

const aboutAsk = (visit: SignedInVisit, ask: Ask): Html => {
  const { t } = visit
  return summaryList([
    { key: t('inbox:requests.who'), value: [serviceName(visit, ask.organisation), ' · ', ask.mandate] },
    { key: t('inbox:requests.holder'), value: serviceName(visit, ask.holder) },
    { key: t('inbox:requests.sections'), value: sectionsOf(visit, ask) },
    { key: t('inbox:ask.purpose'), value: purposeName(visit, ask.purpose) },
    { key: t('inbox:ask.urgency'), value: t(`inbox:urgency.${ask.urgency}`) },
    { key: t('inbox:requests.why'), value: caseText(t, ask.text, undefined) },
    { key: t('inbox:ask.askedOn'), value: dateTime(visit, ask.askedAt) },
    { key: t('inbox:requests.due'), value: dueOf(visit, ask) },
    { key: t('inbox:ask.state'), value: askState(visit, ask) },
  ])
}

const OFFICERS = ['officer'] as const

export const REQUEST_ROUTES: readonly WebRoute[] = [
  { method: 'get', path: '/requests', who: OFFICERS, answer: showRequests },
  { method: 'get', path: '/requests/:ask', who: OFFICERS, answer: showRequest },
  { method: 'post', path: '/requests/:ask', who: OFFICERS, answer: answerRequest },
]
