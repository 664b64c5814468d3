/** The look at a real case: asked for with a reason, framed in amber, written into the audit. */
import { readPolicy } from '#gateway/rooms/read-policy.ts'
import type { PolicyRead } from '#gateway/rooms/read-policy.ts'
import { seeRealCase } from '#gateway/rooms/see-real-case.ts'
import type { SeenReal } from '#gateway/rooms/see-real-case.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, errorSummary, form, input, select, textarea, warningText } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { typeName } from '#gateway/core/cell-names.ts'
import { askedOf } from './see-as-asked.ts'
import type { SeeAsAsked } from './see-as-asked.ts'
import { seenCase } from './seen-case.ts'

/** The form of its own for a real case. */
export function realForm(visit: SignedInVisit, asked: SeeAsAsked, { set }: PolicyRead, errors: FieldErrors = {}): Html {
  const { t, language, form: sent } = visit
  return form(
    { action: '/see-as/real', hidden: { depth: asked.depth, version: asked.version, more: 'withheld' } },
    warningText(t, t('console:real.warning')),
    input(t, {
      name: 'real-case',
      label: t('console:real.case'),
      value: sent.get('real-case') ?? '',
      error: errors['real-case'],
    }),
    select(t, {
      name: 'recipient',
      id: 'real-recipient',
      label: t('console:seeAs.recipient'),
      value: asked.recipientType,
      items: set.vocabulary.recipientTypes.map((type) => ({ value: type, text: typeName(language, type) })),
    }),
    textarea(t, {
      name: 'reason',
      label: t('console:real.reason'),
      hint: t('console:real.hint'),
      rows: 3,
      value: sent.get('reason') ?? '',
      error: errors['reason'],
    }),
    button({ text: t('console:real.show'), look: 'warning', isOnce: true }),
  )
}

export async function seeRealPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, language } = visit
  const asked = askedOf(visit.form, deps.clock())
  const policy = await readPolicy(deps, asked.version === '' ? undefined : asked.version)
  if (policy === undefined) return { kind: 'problem', problem: { code: 'not-found' } }
  const caseName = visit.form.get('real-case') ?? ''
  const found = await seeRealCase(deps, policy, {
    caseName,
    recipientType: asked.recipientType,
    depth: asked.depth,
    reason: visit.form.get('reason') ?? '',
    officer: visit.visitor.account.id,
  })
  const title = t('console:real.title')
  const backTo = { href: '/see-as', text: t('console:seeAs.title') }
  if (found.kind !== 'seen') {
    const errors = errorsOf(visit, found)
    const body = html`${errorSummary(t, errors)} ${realForm(visit, asked, policy, errors)}`
    return page({ title, body, back: backTo, area: 'policy' }, { status: 422 })
  }
  const body = html`<div class="notice real-case">
    <p class="govuk-body"><strong>${t('console:real.noted')}</strong></p>
    <h2 class="govuk-heading-m">
      ${t('console:seeAs.as', { case: caseName, recipient: typeName(language, asked.recipientType), depth: asked.depth })}
    </h2>
    ${seenCase(visit, { seen: found.seen, isWithheldShown: asked.isWithheldShown })}
  </div>`
  return page({ title, body, isOfCase: true, back: backTo, area: 'policy' })
}

const errorsOf = ({ t }: SignedInVisit, found: Exclude<SeenReal, { kind: 'seen' }>): FieldErrors => {
  if (found.kind === 'no-reason') return { reason: t('console:real.noReason') }
  return { 'real-case': found.kind === 'nothing' ? t('console:real.nothing') : t('console:real.noFlow') }
}
