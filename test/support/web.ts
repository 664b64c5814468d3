/** The pages of a gateway on a port of this machine, and people who are signed in there, for tests without a browser. */
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Account, Role } from '#gateway/core/account.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'
import { verifyEvidence } from '#adapters/sign-in/passkeys.ts'
import { openSignIn } from '#adapters/sign-in/open.ts'
import { readWebFiles } from '#adapters/web-files/read-web-files.ts'
import { inventedCases } from '#cli/demo/invented-cases.ts'
import { shippedPack } from '#cli/wire-changes.ts'
import { createWebApp } from '#gateway/http/web/app.ts'
import type { WebSettings } from '#gateway/http/web/route.ts'
import { SESSION_COOKIE } from '#gateway/http/web/visitor.ts'
import type { Changing } from '#gateway/rooms/change-outcome.ts'
import type { Oidc } from '#gateway/ports/sign-in.ts'
import type { WebFiles } from '#gateway/ports/web-files.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { aPasskey } from '#test/support/passkey.ts'
import type { TestPasskey } from '#test/support/passkey.ts'

const FILES = join(import.meta.dirname, '../../gateway/http/web/files')

export interface WebReply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Somebody at a browser without scripts. */
export interface Person {
  readonly account: Account
  /** `name=value` of the session. */
  readonly cookie: string
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<WebReply>
  /** Sends a form from a page of ours. */
  readonly post: (
    path: string,
    form?: Readonly<Record<string, string | readonly string[]>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<WebReply>
}

export interface TestWeb extends AsyncDisposable {
  readonly origin: string
  /** Nobody yet. */
  readonly stranger: Person
  /** A new account of that role with a session that has just been stepped up. A reader needs a mandate of the network. */
  readonly signIn: (
    role: Role,
    given?: Partial<Pick<Account, 'name' | 'organisation' | 'mandate' | 'language'>>,
  ) => Promise<Person>
  /** A passkey that is theirs, for the forms of their pages. */
  readonly givePasskey: (person: Person) => Promise<TestPasskey>
}

/** Both engines are taken to agree, and no policy comes with examples. */
export const CHANGING: Changing = {
  judgeApart: async () => ({ asked: 1, levels: {}, errors: 0, disagreements: [] }),
  shipped: async () => [],
  shippedPack,
  verifyEvidence,
  inventedCases,
}

let files: WebFiles | undefined

/** As they are served; read once for all tests of a process. */
export const webFiles = (): WebFiles => (files ??= readWebFiles(FILES))

/** Nothing is followed: a redirect is an answer. */
export async function openTestWeb(
  deps: Deps,
  settings: Partial<WebSettings> = {},
  changing: Partial<Changing> = {},
  elsewhere?: (origin: string) => Promise<Oidc>,
): Promise<TestWeb> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const signIn = openSignIn(origin, await elsewhere?.(origin))
  server.on(
    'request',
    createWebApp({
      ...deps,
      web: { origin, isDemo: false, timeZone: 'Europe/Paris', ...settings },
      signIn,
      expiring: () => [{ what: 'gateway certificate', from: deps.clock(), until: deps.clock() + 40 * 86_400_000 }],
      changing: { ...CHANGING, ...changing },
      files: webFiles(),
    }),
  )
  return {
    origin,
    stranger: strangerAt(origin),
    signIn: async (role, given = {}) => {
      const account: Account = {
        id: randomUUID(),
        name: `DEMO ${role}`,
        role,
        organisation: 'pairs-paris' as OrganisationId,
        from: deps.clock(),
        ...(role === 'reader' ? { mandate: 'pairs-social-worker' as MandateId } : {}),
        ...given,
      }
      const word = randomBytes(32).toString('base64url')
      const at = deps.clock()
      await deps.store.transaction(async (tx) => {
        await tx.people.putAccount(account)
        await tx.people.beginSession({
          id: sha256Hex(word),
          account: account.id,
          method: 'passkey',
          computer: 'own',
          beganAt: at,
          seenAt: at,
          steppedUpAt: at,
        })
      })
      return personAt(origin, account, `${SESSION_COOKIE}=${word}`)
    },
    givePasskey: async ({ account }) => {
      const passkey = aPasskey(origin)
      await deps.store.transaction((tx) => tx.people.addCredential(passkey.credential(account.id)))
      return passkey
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Whoever is at those pages, and signed in as nobody. */
export const strangerAt = (origin: string): Person => {
  const organisation = 'none-at-all' as OrganisationId
  return personAt(origin, { id: randomUUID(), name: 'nobody', role: 'auditor', organisation, from: 0 }, undefined)
}

function personAt(origin: string, account: Account, cookie: string | undefined): Person {
  const ask = async (
    path: string,
    given: Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> },
  ): Promise<WebReply> => {
    const headers = { ...(cookie === undefined ? {} : { cookie }), 'accept-language': 'en', ...given.headers }
    const reply = await fetch(`${origin}${path}`, {
      ...given,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(20_000),
    })
    return { status: reply.status, headers: reply.headers, text: await reply.text() }
  }
  return {
    account,
    cookie: cookie ?? '',
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, form = {}, headers = {}) => {
      const pairs = Object.entries(form).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : value.map((each) => [name, each]),
      )
      return ask(path, {
        method: 'POST',
        headers: { origin, 'sec-fetch-site': 'same-origin', ...headers },
        body: new URLSearchParams(pairs),
      })
    },
  }
}
