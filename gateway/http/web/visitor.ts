/** Who is behind a request: the session that its cookie opens, in its time, and an account that still counts. */
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { closedBy } from '#gateway/core/entitled.ts'
import { isAlive, PAGE_LANGUAGES } from '#gateway/core/account.ts'
import type { PageLanguage } from '#gateway/core/account.ts'
import type { WebDeps, Visitor } from './route.ts'

/** `__Host-`: only over TLS (or to localhost), only to this host, on every path (RFC 6265bis §4.1.3.2). */
export const SESSION_COOKIE = '__Host-passerelle'
export const LANGUAGE_COOKIE = '__Host-language'

/** How rarely a session's last sight is written, ms. */
const TOUCH_EVERY_MS = 30_000

/** Undefined: nobody, or nobody any more. `unseen`: this look is no sign that somebody is there. */
export async function visitorOf(
  { store, clock, registry }: Pick<WebDeps, 'store' | 'clock' | 'registry'>,
  cookies: ReadonlyMap<string, string>,
  sight: 'seen' | 'unseen' = 'seen',
): Promise<Visitor | undefined> {
  const word = cookies.get(SESSION_COOKIE)
  if (word === undefined) return undefined
  const at = clock()
  const session = await store.read.people.session(sha256Hex(word))
  if (session === undefined || !isAlive(session, at)) return undefined
  const account = await store.read.people.account(session.account)
  if (account === undefined || closedBy(account, registry(), at) !== undefined) return undefined
  if (sight === 'seen' && at - session.seenAt >= TOUCH_EVERY_MS)
    await store.transaction((tx) => tx.people.touchSession(session.id, { seenAt: at }))
  return { account, session }
}

/** The person's own setting, then the cookie, then what the browser asks for. */
export function languageOf(
  { account }: Partial<Visitor>,
  cookies: ReadonlyMap<string, string>,
  accepted: (among: readonly PageLanguage[]) => string | false,
): PageLanguage {
  const wanted = account?.language ?? cookies.get(LANGUAGE_COOKIE) ?? accepted(PAGE_LANGUAGES)
  return PAGE_LANGUAGES.find((language) => language === wanted) ?? 'en'
}

/** Cookies of a request; of two with one name the first counts. */
export function cookiesOf(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? '').split(';').flatMap((pair): readonly (readonly [string, string])[] => {
    const at = pair.indexOf('=')
    return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]]
  })
  return new Map(pairs.toReversed())
}
