/** I7, more history: which, why and for how long; and less again. */
import { isDeeper } from '#gateway/core/choice.ts'
import type { Choice, Depth } from '#gateway/core/choice.ts'
import { sectionById } from '#gateway/core/vocabulary/sections.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, checkboxes, errorSummary, form, radios, select, textarea } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { SET_ASIDE, setAsideIn } from '#gateway/rooms/pull-up.ts'
import { chooseDepth, deepen, depthOf } from '#gateway/rooms/read-inbox-depth.ts'
import type { Deepening, DepthView } from '#gateway/rooms/read-inbox-depth.ts'
import type { Shown } from '#gateway/rooms/read-inbox-open.ts'
import { calledBy } from './label.ts'
import { sectionItems, sectionName } from './names.ts'
import { pathOf, withOwned, withShown } from './reading.ts'

const REASONS = ['meeting', 'safety', 'plan', 'report', 'other'] as const
const SPANS = ['visit', 'from-now-on'] as const
const LEAST_TEXT = 10

interface More {
  readonly shown: Shown
  readonly view: DepthView
  readonly sent: URLSearchParams
  readonly errors: FieldErrors
}

export const showMore = (visit: SignedInVisit): Promise<WebAnswer> =>
  withShown(visit, 'content', async (reader, shown) => {
    const view = await depthOf(visit.deps, reader, shown.delivery.caseId)
    return morePage(visit, { shown, view, sent: new URLSearchParams({ span: 'visit' }), errors: {} })
  })

export const readMore = (visit: SignedInVisit): Promise<WebAnswer> =>
  withOwned(visit, async (reader, { id, caseId }) => {
    const { deps, form: sent, t } = visit
    const view = await depthOf(deps, reader, caseId)
    const again = (errors: FieldErrors): Promise<WebAnswer> =>
      withShown(visit, 'content', (_reader, shown) => morePage(visit, { shown, view, sent, errors }))
    const read = readDeepening(visit, view.depths)
    if (read.kind === 'wrong') return again(read.errors)
    const pulled = await deepen(deps, reader, { id, ...read.asked })
    if (pulled.ok) return redirect(pathOf(id))
    if (pulled.problem.code !== 'choice-above-organisation') return { kind: 'problem', problem: pulled.problem }
    return again({ depth: t('inbox:choice.error.above') })
  })

/** Less, at once and without a reason. What was sealed until later stays sealed. */
export const readLess = (visit: SignedInVisit): Promise<WebAnswer> =>
  withOwned(visit, async (reader, { id, caseId }) => {
    const { deps, form: sent } = visit
    const { choice, depths } = await depthOf(deps, reader, caseId)
    const depth = depths.find((known) => known === sent.get('less') && isDeeper(choice.depth, known))
    if (depth === undefined) return redirect(pathOf(id, '/more'))
    const chosen = await chooseDepth(deps, reader, { id, choice: { ...choice, depth, sections: {} } })
    return chosen.ok ? redirect(pathOf(id)) : { kind: 'problem', problem: chosen.problem }
  })

type ReadDeepening =
  | { readonly kind: 'read'; readonly asked: Omit<Deepening, 'id'> }
  | { readonly kind: 'wrong'; readonly errors: FieldErrors }

function readDeepening({ t, form: sent }: SignedInVisit, depths: readonly Depth[]): ReadDeepening {
  const depth = depths.find((known) => known === sent.get('depth'))
  const span = SPANS.find((known) => known === sent.get('span'))
  const reason = REASONS.find((known) => known === sent.get('reason'))
  const text = sent.get('text')?.trim() ?? ''
  const section = sent.get('section') ?? ''
  const isKnown = section === '' || sectionById(section) !== undefined
  const errors: FieldErrors = {
    ...(depth === undefined ? { depth: t('inbox:more.error.depth') } : {}),
    ...(isKnown ? {} : { section: t('inbox:more.error.scope') }),
    ...(span === undefined ? { span: t('inbox:more.error.span') } : {}),
    ...(reason === undefined ? { reason: t('inbox:more.error.reason') } : {}),
    ...(text.length < LEAST_TEXT ? { text: t('inbox:more.error.text') } : {}),
  }
  if (depth === undefined || span === undefined || Object.keys(errors).length > 0) return { kind: 'wrong', errors }
  const scope = section === '' ? {} : { section }
  const lift = SET_ASIDE.filter((one) => sent.getAll('lift').includes(one))
  return { kind: 'read', asked: { depth, span, lift, reason: `${reason}: ${text}`, ...scope } }
}

function morePage(visit: SignedInVisit, { shown, view, sent, errors }: More): WebAnswer {
  const { t } = visit
  const { id } = shown.delivery
  return page(
    {
      title: t('inbox:more.title', { name: calledBy(shown) }),
      isOfCase: true,
      back: { href: pathOf(id), text: t('inbox:backToCase') },
      body: html`${errorSummary(t, errors)}
        <p class="govuk-body">${t('inbox:more.hint')}</p>
        ${deeperForm(visit, id, { view, sent, errors })} ${lessForm(visit, id, view)}`,
    },
    Object.keys(errors).length > 0 ? { status: 422 } : {},
  )
}

function deeperForm(visit: SignedInVisit, id: string, { view, sent, errors }: Omit<More, 'shown'>): Html {
  const { t } = visit
  const { depths, choice } = view
  // The step one has is offered too: it opens what one had set to open later, and deepens one section.
  const offered = depths.filter((depth) => !isDeeper(choice.depth, depth))
  const most = depths.at(-1) ?? 'D0'
  return form(
    { action: pathOf(id, '/more') },
    radios(t, {
      name: 'depth',
      legend: { text: t('inbox:more.legend'), size: 'm' },
      error: errors['depth'],
      value: sent.get('depth') ?? undefined,
      items: offered.map((depth) => ({
        value: depth,
        text: t(`inbox:depth.${depth}.name`),
        hint: t(`inbox:depth.${depth}.line`),
      })),
    }),
    html`<p class="govuk-body">${t('inbox:choice.ceiling', { depth: t(`inbox:depth.${most}.name`) })}</p>`,
    select(t, {
      name: 'section',
      label: t('inbox:more.scope'),
      error: errors['section'],
      value: sent.get('section') ?? '',
      items: [{ value: '', text: t('inbox:more.whole') }, ...sectionItems(visit)],
    }),
    liftFields(visit, choice, sent),
    radios(t, {
      name: 'span',
      legend: { text: t('inbox:more.span'), size: 's' },
      error: errors['span'],
      value: sent.get('span') ?? undefined,
      items: [
        { value: 'visit', text: t('inbox:more.visit') },
        { value: 'from-now-on', text: t('inbox:more.fromNow') },
      ],
    }),
    radios(t, {
      name: 'reason',
      legend: { text: t('inbox:more.reasonLegend'), size: 's' },
      error: errors['reason'],
      value: sent.get('reason') ?? undefined,
      items: REASONS.map((value) => ({ value, text: t(`inbox:more.reason.${value}`) })),
    }),
    textarea(t, {
      name: 'text',
      label: t('inbox:more.reasonText'),
      hint: t('inbox:more.reasonHint'),
      error: errors['text'],
      value: sent.get('text') ?? '',
      rows: 3,
    }),
    button({ text: t('inbox:more.open'), isOnce: true }),
  )
}

/** What the person set aside beside the depth: a deeper step alone would not show it. */
function liftFields(visit: SignedInVisit, choice: Choice, sent: URLSearchParams): Html | undefined {
  const { t } = visit
  const aside = setAsideIn(choice)
  if (aside.length === 0) return undefined
  const sections = choice.optOut.map((id) => sectionName(visit, id)).join(', ')
  return checkboxes(t, {
    name: 'lift',
    legend: { text: t('inbox:more.lift'), size: 's' },
    hint: t('inbox:more.liftHint'),
    isSmall: true,
    values: sent.getAll('lift'),
    items: aside.map((one) => ({ value: one, text: t(`inbox:more.aside.${one}`, { sections }) })),
  })
}

function lessForm({ t }: SignedInVisit, id: string, { choice, depths }: DepthView): Html | undefined {
  const lower = depths.filter((depth) => isDeeper(choice.depth, depth))
  if (lower.length === 0) return undefined
  return html`<h2 class="govuk-heading-m">${t('inbox:more.lowerTitle')}</h2>
    <p class="govuk-body">${t('inbox:more.lowerHint')}</p>
    ${form(
      { action: pathOf(id, '/less') },
      radios(t, {
        name: 'less',
        legend: { text: t('inbox:more.legend'), size: 's' },
        value: lower[0],
        items: lower.map((depth) => ({ value: depth, text: t(`inbox:depth.${depth}.name`) })),
      }),
      button({ text: t('inbox:more.lower'), look: 'secondary' }),
    )}`
}
