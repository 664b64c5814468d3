/** `?language=fr` on any page: the choice is kept, and the same page shown again without it. */
import { PAGE_LANGUAGES } from '#gateway/core/account.ts'
import { keepLanguage } from '#gateway/rooms/people.ts'
import { redirect } from './route.ts'
import type { Visit, Visitor, WebAnswer } from './route.ts'
import { LANGUAGE_COOKIE } from './visitor.ts'

const A_YEAR_SECONDS = 365 * 86_400

/** Undefined when no language of ours was asked for. Whoever is signed in finds it again on every browser. */
export async function otherLanguage(
  { deps, method, path, query }: Visit,
  visitor: Visitor | undefined,
): Promise<WebAnswer | undefined> {
  const chosen = PAGE_LANGUAGES.find((language) => language === query.get('language'))
  if (method !== 'get' || chosen === undefined) return undefined
  if (visitor !== undefined && visitor.account.language !== chosen) await keepLanguage(deps, visitor.account.id, chosen)
  const rest = new URLSearchParams(query)
  rest.delete('language')
  const to = rest.size === 0 ? path : `${path}?${rest.toString()}`
  return redirect(to, { cookies: [{ name: LANGUAGE_COOKIE, value: chosen, maxAgeSeconds: A_YEAR_SECONDS }] })
}
