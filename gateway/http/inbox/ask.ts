/** I8, asking for more than policy shows: the same page, words and answers whether or not there is more. */
import { sectionById } from '#gateway/core/vocabulary/sections.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  buttonGroup,
  caseText,
  checkboxes,
  dateTime,
  errorSummary,
  form,
  notification,
  radios,
  select,
  summaryList,
  tag,
  textarea,
  timeWords,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { ASK_URGENCIES } from '#gateway/core/ask.ts'
import type { Ask, AskDecision, AskUrgency } from '#gateway/core/ask.ts'
import { askForMore, asksAbout } from '#gateway/rooms/ask-for-more.ts'
import { purposesOf } from '#gateway/rooms/read-inbox-case.ts'
import type { Shown } from '#gateway/rooms/read-inbox-open.ts'
import { calledBy } from './label.ts'
import { purposeName, sectionItems, sectionName } from './names.ts'
import { pathOf, withOwned, withShown } from './reading.ts'

const [LEAST_TEXT, MOST_TEXT] = [20, 2000]

interface Written {
  readonly sections: readonly string[]
  readonly purpose: string
  readonly urgency: AskUrgency
  readonly text: string
}

interface AskPage {
  readonly shown: Shown
  readonly asks: readonly Ask[]
  readonly sent: URLSearchParams
  readonly errors: FieldErrors
}

export const showAsk = (visit: SignedInVisit): Promise<WebAnswer> =>
  withShown(visit, 'content', async (reader, shown) => {
    const asks = await asksAbout(visit.deps, reader, shown.delivery.id)
    if (!asks.ok) return { kind: 'problem', problem: asks.problem }
    return askPage(visit, { shown, asks: asks.value, sent: new URLSearchParams(), errors: {} })
  })

/** First what the officer will read; then it is sent. */
export const sendAsk = (visit: SignedInVisit): Promise<WebAnswer> =>
  withOwned(visit, async (reader, row) => {
    const { deps, form: sent } = visit
    const delivery = row.id
    const written = readAsk(visit, sent, purposesOf(deps, row))
    const again = (errors: FieldErrors): Promise<WebAnswer> =>
      withShown(visit, 'content', async (_reader, shown) => {
        const asks = await asksAbout(deps, reader, delivery)
        return asks.ok
          ? askPage(visit, { shown, asks: asks.value, sent, errors })
          : { kind: 'problem', problem: asks.problem }
      })
    if ('errors' in written) return again(written.errors)
    if (sent.get('step') === 'change') return again({})
    if (sent.get('step') !== 'send')
      return withShown(visit, 'content', (_reader, shown) => previewPage(visit, shown, written))
    const asked = await askForMore(deps, reader, { delivery, ...written })
    return asked.ok ? redirect(`${pathOf(delivery, '/ask')}?sent=yes`) : { kind: 'problem', problem: asked.problem }
  })

function readAsk(
  { t }: SignedInVisit,
  sent: URLSearchParams,
  purposes: readonly string[],
): Written | { readonly errors: FieldErrors } {
  const sections = sent.getAll('sections')
  const purpose = purposes.find((known) => known === sent.get('purpose'))
  const urgency = ASK_URGENCIES.find((known) => known === sent.get('urgency'))
  const text = sent.get('text')?.trim() ?? ''
  const areKnown = sections.length > 0 && sections.every((id) => sectionById(id) !== undefined)
  const isLong = text.length >= LEAST_TEXT && text.length <= MOST_TEXT
  if (purpose !== undefined && urgency !== undefined && areKnown && isLong) return { sections, purpose, urgency, text }
  return {
    errors: {
      ...(areKnown ? {} : { sections: t('inbox:ask.error.sections') }),
      ...(purpose === undefined ? { purpose: t('inbox:ask.error.purpose') } : {}),
      ...(urgency === undefined ? { urgency: t('inbox:ask.error.urgency') } : {}),
      ...(isLong ? {} : { text: t('inbox:ask.error.text') }),
    },
  }
}

function askPage(visit: SignedInVisit, { shown, asks, sent, errors }: AskPage): WebAnswer {
  const { t, query, deps } = visit
  const { id } = shown.delivery
  const purposes = purposesOf(deps, shown.delivery)
  return page(
    {
      title: t('inbox:ask.title', { name: calledBy(shown) }),
      isOfCase: true,
      back: { href: pathOf(id), text: t('inbox:backToCase') },
      body: html`${query.get('sent') === 'yes' && notification(t, t('inbox:ask.sent'), { kind: 'success' })}
        ${errorSummary(t, errors)}
        <p class="govuk-body">${t('inbox:ask.hint')}</p>
        ${form(
          { action: pathOf(id, '/ask') },
          checkboxes(t, {
            name: 'sections',
            legend: { text: t('inbox:ask.sections'), size: 'm' },
            isSmall: true,
            error: errors['sections'],
            values: sent.getAll('sections'),
            items: sectionItems(visit),
          }),
          select(t, {
            name: 'purpose',
            label: t('inbox:ask.purpose'),
            error: errors['purpose'],
            value: sent.get('purpose') ?? '',
            items: purposes.map((value) => ({ value, text: purposeName(visit, value) })),
          }),
          radios(t, {
            name: 'urgency',
            legend: { text: t('inbox:ask.urgency'), size: 's' },
            error: errors['urgency'],
            value: sent.get('urgency') ?? undefined,
            items: ASK_URGENCIES.map((value) => ({ value, text: t(`inbox:urgency.${value}`) })),
          }),
          textarea(t, {
            name: 'text',
            label: t('inbox:ask.text'),
            hint: t('inbox:ask.textHint'),
            error: errors['text'],
            value: sent.get('text') ?? '',
          }),
          button({ text: t('inbox:ask.preview') }),
        )}
        ${asks.length > 0 && html`<h2 class="govuk-heading-m">${t('inbox:ask.earlier')}</h2>`}
        ${asks.map((ask) => askBlock(visit, ask))}`,
    },
    Object.keys(errors).length > 0 ? { status: 422 } : {},
  )
}

function previewPage(visit: SignedInVisit, { delivery, projection }: Shown, written: Written): WebAnswer {
  const { t } = visit
  const hidden = { purpose: written.purpose, urgency: written.urgency, text: written.text }
  return page({
    title: t('inbox:ask.previewTitle'),
    isOfCase: true,
    back: { href: pathOf(delivery.id), text: t('inbox:backToCase') },
    body: html`${summaryList([
      { key: t('inbox:list.reference'), value: projection.caseId },
      { key: t('inbox:ask.sections'), value: written.sections.map((id) => sectionName(visit, id)).join(', ') },
      { key: t('inbox:ask.purpose'), value: purposeName(visit, written.purpose) },
      { key: t('inbox:ask.urgency'), value: t(`inbox:urgency.${written.urgency}`) },
      { key: t('inbox:ask.text'), value: caseText(t, written.text, undefined) },
    ])}
    ${form(
      { action: pathOf(delivery.id, '/ask'), hidden },
      written.sections.map((id) => html`<input type="hidden" name="sections" value="${id}" />`),
      buttonGroup(
        button({ text: t('inbox:ask.send'), name: 'step', value: 'send', isOnce: true }),
        button({ text: t('inbox:ask.change'), name: 'step', value: 'change', look: 'secondary' }),
      ),
    )}`,
  })
}

const isLate = ({ deps }: SignedInVisit, { state, dueAt }: Ask): boolean => state === 'open' && dueAt < deps.clock()

/** Where a request stands, in a word. */
export const askState = (visit: SignedInVisit, ask: Ask): Html =>
  isLate(visit, ask)
    ? tag(visit.t(ask.escalatedAt === undefined ? 'inbox:askState.overdue' : 'inbox:askState.escalated'), 'red')
    : tag(visit.t(`inbox:askState.${ask.state}`), 'blue')

/** State and clock of one request. */
function askBlock(visit: SignedInVisit, ask: Ask): Html {
  const { t } = visit
  const { answer } = ask
  return html`<section class="card">
    ${summaryList([
      { key: t('inbox:ask.state'), value: askState(visit, ask) },
      { key: t('inbox:ask.sections'), value: ask.sections.map((id) => sectionName(visit, id)).join(', ') },
      { key: t('inbox:ask.askedOn'), value: dateTime(visit, ask.askedAt) },
      ...(ask.state === 'open' ? [{ key: t('inbox:ask.dueBy'), value: dateTime(visit, ask.dueAt) }] : []),
      ...(answer === undefined ? [] : [{ key: t('inbox:ask.answer'), value: answerOf(visit, answer) }]),
    ])}
    ${isLate(visit, ask) && html`<p class="govuk-body">${lateWords(visit, ask)}</p>`}
  </section>`
}

/** Who knows that nobody has answered. */
const lateWords = (visit: SignedInVisit, { escalatedAt }: Ask): string =>
  escalatedAt === undefined
    ? visit.t('inbox:ask.overdue')
    : visit.t('inbox:ask.escalated', { date: timeWords(visit, escalatedAt) })

const answerOf = (visit: SignedInVisit, { decisions, text }: NonNullable<Ask['answer']>): Html =>
  html`<ul class="govuk-list">
      ${decisions.map((decision) => html`<li>${decisionWords(visit, decision)}</li>`)}
    </ul>
    ${caseText(visit.t, text, undefined)}`

/** What an officer decided of one section, as one sentence. */
export function decisionWords(visit: SignedInVisit, decision: AskDecision): string {
  const { t } = visit
  const section = sectionName(visit, decision.section)
  if (decision.kind === 'refused')
    return t('inbox:ask.refusedBecause', { section, reason: t(`inbox:refusal.${decision.reason}`) })
  const date = timeWords(visit, decision.until)
  return decision.kind === 'once'
    ? t('inbox:ask.givenOnce', { section, date })
    : t('inbox:ask.givenUntil', { section, date })
}
