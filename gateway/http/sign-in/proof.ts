/** Four eyes: a form whose passkey signs the hash of what is approved, and the reading of what came (D25, H115). */
import type { Result } from '#gateway/core/problem.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html, Shown } from '#gateway/http/web/html.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { askProof, takeProof } from '#gateway/rooms/sign-in-proof.ts'
import type { Proof } from '#gateway/rooms/sign-in-proof.ts'
import { PASSKEY_FIELDS, passkeyForm } from './passkey-form.ts'

/** The page names PASSKEY_SCRIPT among its scripts. Whoever has no passkey is told how to add one instead. */
export async function proofForm(
  visit: SignedInVisit,
  given: {
    /** SHA-256 of what is approved, hex. */
    readonly challengeHash: string
    readonly action: string
    readonly hidden?: Readonly<Record<string, string>>
    readonly label: string
    readonly fields?: Shown
  },
): Promise<Html> {
  const { deps, visitor, t } = visit
  const asked = await askProof(deps, visitor.account.id, given.challengeHash)
  if (asked !== undefined) return passkeyForm(visit, { kind: 'get', ...given, ...asked })
  return html`<p class="govuk-body">${t('sign-in:passkey.none')}</p>
    <p class="govuk-body"><a class="govuk-link" href="/passkeys">${t('sign-in:passkey.add')}</a></p>`
}

/** What such a form brought, of a passkey of the visitor's own, once. Problem `proof-refused`. */
export const readProof = ({ deps, visitor, form }: SignedInVisit, challengeHash: string): Promise<Result<Proof>> =>
  takeProof(deps, {
    account: visitor.account.id,
    challengeHash,
    word: form.get(PASSKEY_FIELDS.word) ?? '',
    response: form.get(PASSKEY_FIELDS.response) ?? '',
  })
