/** P11, what recipients ask for: overdue first, answered section by section. No content of a case is here. */
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { REFUSAL_REASONS } from '#gateway/core/message.ts'
import { toMessageId } from '#gateway/core/ids.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  buttonGroup,
  caseText,
  dateTime,
  errorSummary,
  form,
  input,
  link,
  notification,
  radios,
  select,
  summaryList,
  table,
  tag,
  textarea,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer, WebRoute } from '#gateway/http/web/route.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Ask } from '#gateway/core/ask.ts'
import { answerAsk, askOf, openAsks } from '#gateway/rooms/ask-answers.ts'
import type { Decision } from '#gateway/rooms/ask-answers.ts'
import { purposeName, sectionName, serviceName } from '#gateway/http/inbox/names.ts'

const MOST_TEXT = 2000

async function showRequests(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, query } = visit
  const asks = await openAsks(deps)
  return page({
    title: t('inbox:requests.title'),
    area: 'requests',
    isWide: true,
    body: html`${query.get('done') === 'yes' && notification(t, t('inbox:requests.done'), { kind: 'success' })}
    ${asks.length === 0 ? html`<p class="govuk-body">${t('inbox:requests.empty')}</p>` : queue(visit, asks)}`,
  })
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
      link(ask.caseName, `/requests/${ask.id}`, { hidden: ask.mandate }),
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

interface RequestPage {
  readonly ask: Ask
  readonly sent: URLSearchParams
  readonly errors: FieldErrors
}

function requestPage(visit: SignedInVisit, { ask, sent, errors }: RequestPage): WebAnswer {
  const { t } = visit
  return page(
    {
      title: t('inbox:requests.one', { name: ask.caseName }),
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
    { key: t('inbox:requests.why'), value: caseText(t, ask.text, undefined) },
    { key: t('inbox:ask.askedOn'), value: dateTime(visit, ask.askedAt) },
    { key: t('inbox:requests.due'), value: dueOf(visit, ask) },
    { key: t('inbox:ask.state'), value: t(`inbox:askState.${ask.state}`) },
  ])
}

function answerForm(visit: SignedInVisit, { ask, sent, errors }: RequestPage): Html {
  const { t } = visit
  return form(
    { action: `/requests/${ask.id}` },
    html`<h2 class="govuk-heading-m">${t('inbox:requests.decide')}</h2>
      <p class="govuk-hint">${t('inbox:requests.decideHint')}</p>`,
    ask.sections.map((section) => decisionFields(visit, { ask, sent, errors }, section)),
    input(t, {
      name: 'until',
      label: t('inbox:requests.untilDate'),
      type: 'date',
      width: 10,
      error: errors['until'],
      value: sent.get('until') ?? '',
    }),
    select(t, {
      name: 'reason',
      label: t('inbox:requests.reason'),
      error: errors['reason'],
      value: sent.get('reason') ?? '',
      items: [
        { value: '', text: t('inbox:requests.noReason') },
        ...REFUSAL_REASONS.map((value) => ({ value, text: t(`inbox:refusal.${value}`) })),
      ],
    }),
    textarea(t, {
      name: 'text',
      label: t('inbox:requests.text'),
      hint: t('inbox:requests.textHint'),
      error: errors['text'],
      value: sent.get('text') ?? '',
    }),
    buttonGroup(
      button({ text: t('inbox:requests.send'), name: 'step', value: 'answer', isOnce: true }),
      button({ text: t('inbox:requests.clarify'), name: 'step', value: 'clarify', look: 'secondary' }),
    ),
  )
}

function decisionFields(visit: SignedInVisit, { ask, sent, errors }: RequestPage, section: string): Html {
  const { t, deps } = visit
  const name = `section-${section}`
  const recipient = mandateOf(deps.registry(), ask.mandate)?.type
  const isCell = recipient !== undefined && SECTIONS.some(({ id }) => id === section)
  return html`${radios(t, {
    name,
    legend: { text: sectionName(visit, section), size: 's' },
    isSmall: true,
    error: errors[name],
    value: sent.get(name) ?? undefined,
    items: [
      { value: 'once', text: t('inbox:requests.once') },
      { value: 'until', text: t('inbox:requests.until') },
      { value: 'refuse', text: t('inbox:requests.refuse') },
    ],
  })}
  ${
    isCell &&
    html`<p class="govuk-body">
      ${link(t('inbox:requests.rule'), `/policy/cells/${recipient}/${section}`, { hidden: sectionName(visit, section) })}
    </p>`
  }`
}

const OFFICERS = ['officer'] as const

export const REQUEST_ROUTES: readonly WebRoute[] = [
  { method: 'get', path: '/requests', who: OFFICERS, answer: showRequests },
  { method: 'get', path: '/requests/:ask', who: OFFICERS, answer: showRequest },
  { method: 'post', path: '/requests/:ask', who: OFFICERS, answer: answerRequest },
]
