/** A browser without scripts that keeps its cookies: for tests of signing in and out. */
import type { Person, WebReply } from '#test/support/web.ts'

export interface CookieJar {
  readonly get: (path: string) => Promise<WebReply>
  readonly post: (path: string, form?: Readonly<Record<string, string>>) => Promise<WebReply>
  /** Value of a cookie that it holds now. */
  readonly cookie: (name: string) => string | undefined
  readonly setCookie: (name: string, value: string) => void
}

/** Begins with the cookies given, as `name=value`. */
export function aBrowser(stranger: Person, ...held: readonly string[]): CookieJar {
  const jar = new Map(held.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
  const headers = (): Readonly<Record<string, string>> => ({
    cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
  })
  const keep = (reply: WebReply): WebReply => {
    for (const text of reply.headers.getSetCookie()) {
      const [pair = '', ...rest] = text.split('; ')
      const [name = '', value = ''] = pair.split('=')
      if (rest.includes('Max-Age=0')) jar.delete(name)
      else jar.set(name, value)
    }
    return reply
  }
  return {
    get: async (path) => keep(await stranger.get(path, headers())),
    post: async (path, form = {}) => keep(await stranger.post(path, form, headers())),
    cookie: (name) => jar.get(name),
    setCookie: (name, value) => jar.set(name, value),
  }
}
