/** What a page is to the web door: a row of a table, with who may come to it; and what it answers. */
import type { Account, PageLanguage, Role, Session } from '#gateway/core/account.ts'
import type { Expiring } from '#gateway/core/expiry.ts'
import type { Problem } from '#gateway/core/problem.ts'
import type { Quota } from '#gateway/ports/quota.ts'
import type { SignIn } from '#gateway/ports/sign-in.ts'
import type { WebFiles } from '#gateway/ports/web-files.ts'
import type { Changing } from '#gateway/rooms/change-outcome.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import type { Html } from './html.ts'
import type { Spent, Try } from './rate.ts'
import type { Words } from './words.ts'

export interface WebSettings {
  /** `https://…` as browsers know it, without a path. */
  readonly origin: string
  /** True where everything in it is invented: a banner says so, and people sign in by a button. */
  readonly isDemo: boolean
  /** IANA name of the zone that dates are shown in. */
  readonly timeZone: string
  /** True where something before the pages, on this machine, does TLS and tells whose request it is. */
  readonly isForwarded?: boolean
  /** What a demo lets people do with it. */
  readonly demo?: DemoControls
}

export interface DemoControls {
  /** How far ahead of the machine's its clock is, whole days. */
  readonly aheadDays: () => number
  /** False where that is too far. What has come due by then is begun. */
  readonly moveClock: (days: number) => Promise<boolean>
  /** Begins the end of this demo; another follows. */
  readonly reset: () => void
  readonly isEnding: () => boolean
}

export interface WebDeps extends Deps {
  readonly web: WebSettings
  readonly signIn: SignIn
  /** What the gateway stands on and will end: certificates, lists, keys. */
  readonly expiring: () => readonly Expiring[]
  readonly changing: Changing
  readonly files: WebFiles
  /** Absent: this process counts alone. */
  readonly quota?: Quota
}

/** Somebody signed in. */
export interface Visitor {
  readonly account: Account
  readonly session: Session
}

/** One request to a page, read. */
export interface Visit {
  readonly deps: WebDeps
  readonly language: PageLanguage
  readonly t: Words
  readonly method: 'get' | 'post'
  /** Path without query. */
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Members of the form that was sent; empty for GET. */
  readonly form: URLSearchParams
  readonly cookies: ReadonlyMap<string, string>
  readonly userAgent: string
}

export interface SignedInVisit extends Visit {
  readonly visitor: Visitor
}

/** A page around its content. */
export interface Page {
  readonly title: string
  readonly body: Html
  /** Which entry of the navigation it belongs to. */
  readonly area?: string
  /** Shows content of a case: the constant sentence stands on it, as on each page of a reader, and it is printed with the handling caveat. */
  readonly isOfCase?: boolean
  readonly back?: { readonly href: string; readonly text: string }
  /** Stands alone: no name of the service, no navigation, nobody's name. */
  readonly isBare?: true
  /** Uses the whole width: tables with many columns. */
  readonly isWide?: boolean
  /** Scripts of ours, by file name under /assets/. Every page works without. */
  readonly scripts?: readonly string[]
  /** Seconds after which the browser loads the page again, by a Refresh header. */
  readonly refreshSeconds?: number
}

export interface CookieText {
  readonly name: string
  readonly value: string
  /** Absent: until the browser is closed. 0: removed. */
  readonly maxAgeSeconds?: number
  /** Comes along from other sites by a link. Absent: `Strict`, never. */
  readonly sameSite?: 'Lax'
}

interface Extras {
  readonly cookies?: readonly CookieText[]
  readonly headers?: Readonly<Record<string, string>>
}

export type WebAnswer =
  | ({ readonly kind: 'page'; readonly page: Page; readonly status?: number } & Extras)
  /** 303 See Other, to a path of ours. */
  | ({ readonly kind: 'redirect'; readonly to: string } & Extras)
  | ({ readonly kind: 'problem'; readonly problem: Problem } & Extras)
  | ({ readonly kind: 'json'; readonly body: object; readonly status?: number } & Extras)
  | ({
      readonly kind: 'file'
      readonly name: string
      readonly type: string
      readonly body: string | Uint8Array
    } & Extras)

interface Place {
  readonly method: 'get' | 'post'
  /** As Express reads it: `/inbox/:delivery`. */
  readonly path: string
  /** Part of the sign-in: how often it may be asked from one address. */
  readonly spends?: Spent
}

/** Whom or what the request tries: one passkey, one link, one account. */
type Tries<V> = (visit: V) => readonly Try[]

export type WebRoute =
  | (Place & {
      readonly who: 'anyone'
      readonly tries?: Tries<Visit>
      readonly answer: (visit: Visit) => Promise<WebAnswer>
    })
  | (Place & {
      /** Whoever is signed in, or has one of these roles; anybody else is told that it is not there. */
      readonly who: 'signed-in' | readonly Role[]
      /** The person must have proved to be there within five minutes; else they are asked first, and what they wrote is kept. */
      readonly isSteppedUp?: true
      readonly tries?: Tries<SignedInVisit>
      readonly answer: (visit: SignedInVisit) => Promise<WebAnswer>
    })

export const page = (content: Page, extras: Extras & { readonly status?: number } = {}): WebAnswer => ({
  kind: 'page',
  page: content,
  ...extras,
})

export const redirect = (to: string, extras: Extras = {}): WebAnswer => ({ kind: 'redirect', to, ...extras })
