/** P10, emergency: everything withheld from one recipient at once, on the signature of one officer; asked in two steps. */
import { sectionName, typeName } from '#gateway/core/cell-names.ts'
import type { WithheldFrom } from '#gateway/core/policy-change.ts'
import { changeHash } from '#gateway/core/policy-change.ts'
import { PASSKEY_SCRIPT } from '#gateway/http/sign-in/passkey-form.ts'
import { proofForm } from '#gateway/http/sign-in/proof.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { button, errorSummary, form, insetText, select, textarea, warningText } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'
import { prepareWithholding, withholdEverything } from '#gateway/rooms/change-emergency.ts'
import type { Prepared, ToWithhold } from '#gateway/rooms/change-emergency.ts'
import { readPolicy } from '#gateway/rooms/read-policy.ts'
import { proofOf } from './change-acts.ts'
import { officerOf } from './change-answer.ts'

export const withholdPage = (visit: SignedInVisit): Promise<WebAnswer> => asked(visit, {}, 200)

async function asked(visit: SignedInVisit, errors: FieldErrors, status: number): Promise<WebAnswer> {
  const { t, deps, language, form: sent } = visit
  const types = (await readPolicy(deps))?.set.vocabulary.recipientTypes ?? []
  const none = { value: '', text: t('changes:withhold.choose') }
  const body = html`${errorSummary(t, errors)} ${warningText(t, t('changes:withhold.intro'))}
  ${form(
    { action: '/versions/withhold' },
    select(t, {
      name: 'type',
      label: t('changes:withhold.type'),
      value: sent.get('type') ?? '',
      items: [none, ...types.map((type) => ({ value: type, text: typeName(language, type) }))],
      error: errors['type'],
    }),
    select(t, {
      name: 'organisation',
      label: t('changes:withhold.organisation'),
      value: sent.get('organisation') ?? '',
      items: [none, ...deps.registry().participants.map(({ id, name }) => ({ value: id, text: pick(language, name) }))],
    }),
    textarea(t, {
      name: 'reason',
      label: t('changes:withhold.reason'),
      hint: t('changes:withhold.reasonHint'),
      value: sent.get('reason') ?? '',
      error: errors['reason'],
    }),
    button({ text: t('changes:withhold.next') }),
  )}`
  return framed(visit, body, status)
}

const framed = ({ t }: SignedInVisit, body: Html, status: number): WebAnswer =>
  page(
    {
      title: t('changes:withhold.title'),
      body,
      area: 'changes',
      back: { href: '/versions', text: t('changes:versions.title') },
      scripts: [PASSKEY_SCRIPT],
    },
    { status },
  )

/** An organisation is meant where one is chosen, else a type. */
const fromOf = (sent: URLSearchParams): WithheldFrom => {
  const organisation = sent.get('organisation') ?? ''
  return organisation === '' ? { recipientType: sent.get('type') ?? '' } : { organisation }
}

const toWithholdOf = (visit: SignedInVisit): ToWithhold => ({
  officer: officerOf(visit),
  from: fromOf(visit.form),
  reason: visit.form.get('reason') ?? '',
})

type Refused = Extract<Prepared, { kind: 'refused' }>

const errorsOf = ({ t }: SignedInVisit, { code }: Refused): FieldErrors => ({
  [code === 'reason-short' ? 'reason' : 'type']: t(`changes:refused.${code}`),
})

/** What would be withheld and what the law keeps open, to be signed; nothing is done yet. */
export async function withholdAsk(visit: SignedInVisit): Promise<WebAnswer> {
  const { t, deps, language } = visit
  const toWithhold = toWithholdOf(visit)
  const id = deps.newId()
  const prepared = await prepareWithholding(deps, id, toWithhold)
  if (prepared.kind === 'refused') return asked(visit, errorsOf(visit, prepared), 422)
  const { organisation, recipientType = '' } = toWithhold.from
  const name = organisation ?? typeName(language, recipientType)
  const kept = prepared.kept.map((section) => sectionName(language, section)).join(', ')
  const body = html`${warningText(t, organisation === undefined ? t('changes:withhold.summaryType', { name }) : t('changes:withhold.summaryOrganisation', { name }))}
  ${kept !== '' && insetText(t('changes:withhold.kept', { sections: kept }))}
  ${await proofForm(visit, {
    challengeHash: changeHash(prepared.change),
    action: '/versions/withhold/sign',
    hidden: { id, type: recipientType, organisation: organisation ?? '', reason: toWithhold.reason },
    label: t('changes:withhold.sign'),
  })}`
  return framed(visit, body, 200)
}

export async function withholdSign(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, form: sent, t } = visit
  const id = sent.get('id') ?? ''
  const toWithhold = toWithholdOf(visit)
  const prepared = await prepareWithholding(deps, id, toWithhold)
  if (prepared.kind === 'refused') return asked(visit, errorsOf(visit, prepared), 422)
  const proof = await proofOf(visit, changeHash(prepared.change))
  if (proof === undefined) return asked(visit, { main: t('changes:refused.proof-refused') }, 422)
  const outcome = await withholdEverything(deps, id, { ...toWithhold, proof })
  if (outcome.kind === 'done') return redirect(`/changes/${id}`)
  const code = outcome.kind === 'refused' ? outcome.code : 'out-of-turn'
  return asked(visit, { main: t(`changes:refused.${code}`) }, 422)
}
