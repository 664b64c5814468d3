/** A link that lets one person in once: they make a passkey, and are signed in. To open it spends nothing, so that mail scanners may. */
import { html } from '#gateway/http/web/html.ts'
import { isolated } from '#gateway/http/web/isolated.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { input } from '#gateway/http/web/kit.ts'
import { page } from '#gateway/http/web/route.ts'
import type { Visit, WebAnswer } from '#gateway/http/web/route.ts'
import type { Problem } from '#gateway/core/problem.ts'
import { askPasskey, enterByLink, readLink } from '#gateway/rooms/sign-in-passkeys.ts'
import { fault, shared } from './enter.ts'
import { PASSKEY_SCRIPT, passkeyForm } from './passkey-form.ts'
import { answerOf, entryOf, goIn } from './ways-in.ts'

const wordOf = ({ params }: Visit): string => params['word'] ?? ''

export const linkPage = (visit: Visit): Promise<WebAnswer> => linkWith(visit)

async function linkWith(visit: Visit, problem?: Problem): Promise<WebAnswer> {
  const { deps, t } = visit
  const read = await readLink(deps, wordOf(visit))
  if (!read.ok) return { kind: 'problem', problem: read.problem }
  const { account, asks } = read.value
  if (asks === 'confirmation') return waitingPage(visit)
  const asked = await askPasskey(deps, account)
  const body = html`${problem !== undefined && fault(visit, problem)}
    <p class="govuk-body">${t('sign-in:link.lead', { name: isolated(account.name) })}</p>
    <p class="govuk-body">${t('sign-in:link.what')}</p>
    ${passkeyForm(visit, {
      kind: 'create',
      action: `/sign-in/link/${wordOf(visit)}`,
      label: t('sign-in:link.make'),
      fields: html`${asks === 'code' && codeField(visit)} ${labelField(visit)} ${shared(visit)}`,
      ...asked,
    })}`
  return page(
    { title: t('sign-in:link.title'), body, scripts: [PASSKEY_SCRIPT] },
    problem === undefined ? {} : { status: 403 },
  )
}

/** Two people have to let this one in, and one of them has not yet. */
const waitingPage = ({ t }: Visit): WebAnswer =>
  page({ title: t('sign-in:link.title'), body: html`<p class="govuk-body">${t('sign-in:link.waiting')}</p>` })

/** What an officer told them, beside the link that an operator gave them. */
const codeField = ({ t, form }: Visit): Html =>
  input(t, {
    name: 'code',
    label: t('sign-in:link.code'),
    hint: t('sign-in:link.codeHint'),
    value: form.get('code') ?? '',
    width: 20,
    autocomplete: 'off',
  })

/** What its owner calls the passkey. */
export const labelField = ({ t, form }: Visit): Html =>
  input(t, {
    name: 'label',
    label: t('sign-in:passkey.label'),
    hint: t('sign-in:passkey.labelHint'),
    value: form.get('label') ?? t('sign-in:passkey.labelFirst'),
    width: 20,
  })

/** Members: those of a passkey form, `code`, `label`, `shared`. */
export async function linkPosted(visit: Visit): Promise<WebAnswer> {
  const given = {
    ...answerOf(visit),
    ...entryOf(visit),
    linkWord: wordOf(visit),
    code: visit.form.get('code') ?? '',
    label: visit.form.get('label') ?? '',
  }
  const entered = await enterByLink(visit.deps, given)
  if (entered.ok) return goIn(visit, entered.value, '/')
  return entered.problem.code === 'proof-refused'
    ? linkWith(visit, entered.problem)
    : { kind: 'problem', problem: entered.problem }
}
