/** The passkeys of whoever is signed in: two at least, so that one may be lost. */
import type { Problem } from '#gateway/core/problem.ts'
import { html } from '#gateway/http/web/html.ts'
import { button, dateTime, form, insetText, linkButton, table } from '#gateway/http/web/kit.ts'
import { page, redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { addPasskey, askPasskey, passkeysOf, removePasskey } from '#gateway/rooms/sign-in-passkeys.ts'
import { fault } from './enter.ts'
import { labelField } from './link.ts'
import { PASSKEY_SCRIPT, passkeyForm } from './passkey-form.ts'
import { answerOf } from './ways-in.ts'

export async function passkeysPage(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, visitor, t } = visit
  const own = await passkeysOf(deps, visitor.account)
  const rows = own.map(({ id, label, addedAt, usedAt }) => [
    html`<bdi>${label}</bdi>`,
    dateTime(visit, addedAt, 'day'),
    usedAt === undefined ? t('sign-in:passkeys.never') : dateTime(visit, usedAt),
    own.length > 1 &&
      form(
        { action: '/passkeys/remove', hidden: { id } },
        button({ text: t('sign-in:passkeys.remove', { label }), look: 'warning' }),
      ),
  ])
  const body = html`<p class="govuk-body">${t('sign-in:passkeys.lead')}</p>
    ${own.length === 0 ? insetText(t('sign-in:passkeys.empty')) : table({ caption: t('sign-in:passkeys.title'), isCaptionHidden: true, head: [t('sign-in:passkeys.label'), t('sign-in:passkeys.added'), t('sign-in:passkeys.used'), { text: t('sign-in:passkeys.act'), isHidden: true }], rows })}
    ${linkButton({ text: t('sign-in:passkey.add'), href: '/passkeys/new' })}`
  return page({ title: t('sign-in:passkeys.title'), body })
}

export const newPasskeyPage = (visit: SignedInVisit): Promise<WebAnswer> => newPasskeyWith(visit)

async function newPasskeyWith(visit: SignedInVisit, problem?: Problem): Promise<WebAnswer> {
  const { deps, visitor, t } = visit
  const asked = await askPasskey(deps, visitor.account)
  const body = html`${problem !== undefined && fault(visit, problem)}
    <p class="govuk-body">${t('sign-in:link.what')}</p>
    ${passkeyForm(visit, {
      kind: 'create',
      action: '/passkeys/new',
      label: t('sign-in:link.make'),
      fields: labelField(visit),
      ...asked,
    })}`
  return page(
    {
      title: t('sign-in:passkey.add'),
      body,
      scripts: [PASSKEY_SCRIPT],
      back: { href: '/passkeys', text: t('sign-in:passkeys.title') },
    },
    problem === undefined ? {} : { status: 403 },
  )
}

/** Members: those of a passkey form, `label`. */
export async function newPasskeyPosted(visit: SignedInVisit): Promise<WebAnswer> {
  const { deps, visitor, form: sent } = visit
  const added = await addPasskey(deps, visitor.account, { ...answerOf(visit), label: sent.get('label') ?? '' })
  return added.ok ? redirect('/passkeys') : newPasskeyWith(visit, added.problem)
}

/** Member `id`. */
export async function removePasskeyPosted({ deps, visitor, form: sent }: SignedInVisit): Promise<WebAnswer> {
  const removed = await removePasskey(deps, visitor.account, sent.get('id') ?? '')
  return removed.ok ? redirect('/passkeys') : { kind: 'problem', problem: removed.problem }
}
