/** P11, the answer to one request: section by section given once, given until a day, or refused, with the way to the rule. */
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { REFUSAL_REASONS } from '#gateway/core/message.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Ask } from '#gateway/core/ask.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, buttonGroup, form, input, link, radios, select, textarea } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { sectionName } from '#gateway/http/inbox/names.ts'

/** One request with what was sent of its form. */
export interface RequestPage {
  readonly ask: Ask
  readonly sent: URLSearchParams
  readonly errors: FieldErrors
}

/** All its fields, with what was typed. */
export function answerForm(visit: SignedInVisit, { ask, sent, errors }: RequestPage): Html {
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
