/** `?language=fr` on any page: the choice is kept, and the same page shown again without it. */
import { PAGE_LANGUAGES } from '#gateway/core/account.ts'
import { redirect } from './route.ts'
import type { Visit, WebAnswer } from './route.ts'
import { LANGUAGE_COOKIE } from './visitor.ts'

const A_YEAR_SECONDS = 365 * 86_400

/** Undefined when no language of ours was asked for. */
export function otherLanguage({ method, path, query }: Visit): WebAnswer | undefined {
  const chosen = PAGE_LANGUAGES.find((language) => language === query.get('language'))
  if (method !== 'get' || chosen === undefined) return undefined
  const rest = new URLSearchParams(query)
  rest.delete('language')
  const to = rest.size === 0 ? path : `${path}?${rest.toString()}`
  return redirect(to, { cookies: [{ name: LANGUAGE_COOKIE, value: chosen, maxAgeSeconds: A_YEAR_SECONDS }] })
}
