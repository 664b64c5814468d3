/** What the pages of sign-in have between them: where somebody goes afterwards, and what their browser then holds. */
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { Account, Role } from '#gateway/core/account.ts'
import type { CookieText, Visit, WebAnswer } from '#gateway/http/web/route.ts'
import { redirect } from '#gateway/http/web/route.ts'
import { SESSION_COOKIE } from '#gateway/http/web/visitor.ts'
import type { Answer, Entered, Entry } from '#gateway/rooms/sign-in.ts'
import { keptForm } from '#gateway/rooms/sign-in-kept.ts'
import { PASSKEY_FIELDS } from './passkey-form.ts'

/** Opens what was written when a sign-in had ended; nobody else has it. */
export const KEPT_COOKIE = '__Host-kept'

/** Nothing of what was shown stays in the browser (W3C Clear Site Data). */
export const CLEARED = { 'Clear-Site-Data': '"cache", "cookies", "storage"' } as const

/** Without a value and gone at once. */
export const noCookie = (name: string): CookieText => ({ name, value: '', maxAgeSeconds: 0 })

/** The first page of each role. */
export const HOME: Readonly<Record<Role, `/${string}`>> = {
  officer: '/policy',
  reader: '/inbox',
  operator: '/operators',
  auditor: '/versions',
}

const OURS = /^\/(?![/\\])[\x21-\x7e]*$/

/** A path of ours, or the first page: nobody is sent elsewhere by a link to us. */
export const pathOf = (text: string | null): `/${string}` => (isOurs(text) ? text : '/')

const isOurs = (text: string | null): text is `/${string}` => text !== null && text.length < 2000 && OURS.test(text)

/** Members `shared` and the browser's session before: a computer is taken for shared unless it is said not to be. */
export const entryOf = ({ form, cookies }: Pick<Visit, 'form' | 'cookies'>): Entry => {
  const before = cookies.get(SESSION_COOKIE)
  return {
    computer: form.getAll('shared').includes('yes') || !form.has('shared') ? 'shared' : 'own',
    ...(before === undefined ? {} : { replaces: sha256Hex(before) }),
  }
}

export const answerOf = ({ form }: Pick<Visit, 'form'>): Answer => ({
  word: form.get(PASSKEY_FIELDS.word) ?? '',
  response: form.get(PASSKEY_FIELDS.response) ?? '',
})

/** In; first to what they had written, if their sign-in had ended in the middle of it. */
export async function goIn(visit: Visit, { word, account }: Entered, to: string): Promise<WebAnswer> {
  return redirect(await afterwards(visit, account, to), { cookies: [{ name: SESSION_COOKIE, value: word }] })
}

/** Where somebody goes who has proved who they are. */
export async function afterwards(
  { deps, cookies }: Visit,
  { id }: Pick<Account, 'id'>,
  to: string,
): Promise<`/${string}`> {
  const kept = await keptForm(deps, id, cookies.get(KEPT_COOKIE))
  return kept === undefined ? pathOf(to) : '/sign-in/kept'
}
