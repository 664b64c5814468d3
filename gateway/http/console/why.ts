/** P13, why: decisions found by delivery, message, case, recipient and date; each with its rules in sentences and without content. */
import { explain } from '#policies/engine/explain.ts'
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { LEVELS } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import { sectionName } from '#gateway/core/cell-names.ts'
import { toMessageId } from '#gateway/core/ids.ts'
import type { ItemOutcome } from '#gateway/core/projection.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  button,
  buttonGroup,
  dateTime,
  errorSummary,
  form,
  input,
  insetText,
  link,
  summaryList,
  table,
  timeWords,
} from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { kindName, serviceName } from '#gateway/http/inbox/names.ts'
import { readDecision, searchDecisions } from '#gateway/rooms/why.ts'
import type { DecisionRead } from '#gateway/rooms/why.ts'
import { NOT_FOUND } from './change-answer.ts'
import { isFile, listFile } from './lists.ts'
import { levelWord } from './names.ts'
import { exampleForm } from './why-example.ts'

const DAY_MS = 86_400_000

/** Query `message`, with `recipient` if one is asked for: what was decided of it at once, as a link from a list of ours leads there. */
export async function whyPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { query } = visit
  const message = toMessageId(query.get('message') ?? '')
  if (message === undefined) return shown(visit, undefined, {}, 200)
  const asked = new URLSearchParams({ reference: message, recipient: query.get('recipient') ?? '' })
  return whySearch({ ...visit, form: asked })
}

const shown = (visit: SignedInVisit, found: Html | undefined, errors: FieldErrors, status: number): WebAnswer => {
  const { t } = visit
  const body = html`${errorSummary(t, errors)}
    <p class="govuk-body">${t('changes:why.intro')}</p>
    ${searchForm(visit, errors)} ${found}`
  return page({ title: t('changes:why.title'), body, area: 'why' }, { status })
}

/** By POST: the reference of a case is nothing for an address. */
function searchForm({ t, form: sent }: SignedInVisit, errors: FieldErrors): Html {
  const value = (name: string): string => sent.get(name) ?? ''
  return form(
    { action: '/why' },
    input(t, {
      name: 'reference',
      label: t('changes:why.reference'),
      value: value('reference'),
      error: errors['reference'],
    }),
    input(t, {
      name: 'recipient',
      label: t('changes:why.recipient'),
      hint: t('changes:why.recipientHint'),
      value: value('recipient'),
    }),
    input(t, {
      name: 'from',
      label: t('changes:why.from'),
      type: 'date',
      value: value('from'),
      width: 10,
      error: errors['from'],
    }),
    input(t, {
      name: 'until',
      label: t('changes:why.until'),
      type: 'date',
      value: value('until'),
      width: 10,
      error: errors['until'],
    }),
    buttonGroup(
      button({ text: t('changes:why.search') }),
      button({ text: t('changes:why.file'), look: 'secondary', name: 'as', value: 'csv' }),
    ),
  )
}

export async function whySearch(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, form: sent, visitor } = visit
  const reference = (sent.get('reference') ?? '').trim()
  const [from, until] = [dayIn(sent.get('from')), dayIn(sent.get('until'))]
  const errors = {
    ...(reference === '' ? { reference: t('changes:why.referenceMissing') } : {}),
    ...(from === 'wrong' ? { from: t('changes:why.dayWrong') } : {}),
    ...(until === 'wrong' ? { until: t('changes:why.dayWrong') } : {}),
  }
  // A day that cannot be read would find more than was asked for.
  if (from === 'wrong' || until === 'wrong' || reference === '') return shown(visit, undefined, errors, 422)
  const deliveries = await searchDecisions(deps, visitor.account, {
    reference,
    recipient: (sent.get('recipient') ?? '').trim(),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until: until + DAY_MS }),
  })
  if (isFile(visit)) return decisionsFile(visit, deliveries)
  if (deliveries.length === 0) return shown(visit, insetText(t('changes:why.none')), {}, 200)
  const found = table({
    caption: t('changes:why.found'),
    captionSize: 'm',
    head: [
      t('changes:why.when'),
      t('changes:why.kind'),
      t('changes:why.to'),
      { text: t('changes:why.open'), isHidden: true },
    ],
    rows: deliveries.map((delivery) => [
      dateTime(visit, delivery.createdAt),
      kindName(visit, delivery.kind),
      recipientOf(visit, delivery),
      link(t('changes:why.open'), `/why/${delivery.id}`, { hidden: delivery.id }),
    ]),
  })
  return shown(visit, found, {}, 200)
}

const CAUSES = ['submission', 'choice', 'pull-up', 'grant', 'reveal', 're-judge', 'release'] as const

/** A cause that has no words is told by its code. */
function causeOf({ t }: SignedInVisit, cause: string): string {
  const known = CAUSES.find((one) => one === cause)
  return known === undefined ? cause : t(`changes:why.causes.${known}`)
}

const recipientOf = (
  visit: SignedInVisit,
  { organisation, mandate }: Pick<DecisionRead['delivery'], 'organisation' | 'mandate'>,
): string => `${serviceName(visit, organisation)} · ${mandate}`

/** To which organisation what was decided when: no case, no message, no mandate. */
const decisionsFile = ({ t }: SignedInVisit, deliveries: Awaited<ReturnType<typeof searchDecisions>>): WebAnswer =>
  listFile(
    'decisions',
    [t('changes:why.when'), t('changes:why.kind'), t('changes:why.to'), t('changes:why.cause'), t('changes:why.state')],
    deliveries.map(({ createdAt, kind, organisation, cause, state }) => [
      printInstant(createdAt),
      kind,
      organisation,
      cause,
      state,
    ]),
  )

function dayIn(text: string | null): Instant | 'wrong' | undefined {
  return text === null || text === '' ? undefined : (parseInstant(text) ?? 'wrong')
}

export async function decisionPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, params, visitor } = visit
  const read = await readDecision(deps, visitor.account, params['delivery'] ?? '')
  if (read === undefined) return NOT_FOUND
  const { delivery, record } = read
  const type = deps.registry().mandates.find(({ id }) => id === delivery.mandate)?.type
  const body = html`${summaryList([
    { key: t('changes:why.kind'), value: kindName(visit, delivery.kind) },
    { key: t('changes:why.mandate'), value: recipientOf(visit, delivery) },
    { key: t('changes:why.edge'), value: record.edge },
    { key: t('changes:why.cause'), value: causeOf(visit, delivery.cause) },
    { key: t('changes:why.state'), value: t(`changes:why.states.${delivery.state}`) },
    { key: t('changes:why.policy'), value: record.policy.version },
    { key: t('changes:why.asked'), value: html`<code class="small">${record.questionDigest}</code>` },
  ])}
  ${read.set === undefined && insetText(t('changes:why.noPolicy'))} ${items(visit, read)}
  ${type !== undefined && html`<p class="govuk-body">${link(t('changes:why.seeAs'), seeAsPath(read, type))}</p>`}
  ${exampleForm(visit, read)}`
  return page({
    title: t('changes:why.recordTitle', { when: timeWords(visit, delivery.createdAt) }),
    body,
    area: 'why',
    isWide: true,
    back: { href: '/why', text: t('changes:why.back') },
  })
}

/** By the version that decided, on that day. */
function seeAsPath({ record, set }: DecisionRead, recipient: string): `/${string}` {
  const version = set === undefined ? '' : record.policy.digest
  return `/see-as?${new URLSearchParams({ recipient, at: record.at.slice(0, 10), version, more: 'withheld' }).toString()}`
}

/** What the recipient chose is its own: the level shown stands here as what policy permits. */
const items = (visit: SignedInVisit, read: DecisionRead): Html => {
  const { t, language } = visit
  return table({
    caption: t('changes:why.items'),
    captionSize: 'm',
    head: [t('changes:why.section'), t('changes:why.ceiling'), t('changes:why.rule')],
    rows: read.record.items.map((item) => [
      sectionName(language, item.section),
      levelWord(t, levelIn(item)),
      sentence(visit, read, item),
    ]),
  })
}

const levelIn = ({ ceiling }: ItemOutcome): Level => LEVELS.find((level) => level === ceiling) ?? 'nothing'

/** Choices are left out: an officer is told of policy alone. */
function sentence({ language }: SignedInVisit, { set }: DecisionRead, item: ItemOutcome): string {
  if (set === undefined) return item.rules.join(', ')
  const because = item.because.filter(
    (reason) => !reason.startsWith('choice:') && reason !== 'sealed' && reason !== 'floor',
  )
  const { omission, rules } = item
  const answer = { level: levelIn(item), omission, rules, conditions: [], bases: [], rungs: {}, because }
  return pick(language, explain(set, answer))
}
