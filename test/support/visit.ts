/** A visit without a request, for pages and layouts that only read it. */
import type { PageLanguage } from '#gateway/core/account.ts'
import type { Visit, WebSettings } from '#gateway/http/web/route.ts'
import { wordsIn } from '#gateway/http/web/words.ts'
import { webFiles } from './web.ts'

/** 14 March 2027, 09:30 UTC. */
export const VISIT_AT = 1_805_016_600_000

/** What asks its store or its keys ends in an error: there are none. */
export function aVisit({
  language,
  web = {},
}: {
  readonly language: PageLanguage
  readonly web?: Partial<WebSettings>
}): Visit {
  const deps = {
    clock: () => VISIT_AT,
    files: webFiles(),
    web: { origin: 'https://passerelle.example', isDemo: false, timeZone: 'Europe/Paris', ...web },
  } as unknown as Visit['deps']
  return {
    deps,
    language,
    t: wordsIn(language),
    method: 'get',
    path: '/here',
    params: {},
    query: new URLSearchParams(),
    form: new URLSearchParams(),
    cookies: new Map(),
    userAgent: '',
  }
}
