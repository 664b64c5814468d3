/** The pages for people: where they listen, with which certificate, and under which name browsers know them. */
import { join } from 'node:path'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import { isIP } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { OidcSettings } from '#adapters/sign-in/oidc.ts'
import { openOidc, RETURN_PATH } from '#adapters/sign-in/oidc.ts'
import { openLiveCertificate } from '#adapters/pki/live-certificate.ts'
import type { LiveCertificate } from '#adapters/pki/live-certificate.ts'
import { openSignIn } from '#adapters/sign-in/open.ts'
import { readWebFiles } from '#adapters/web-files/read-web-files.ts'
import { createWebApp } from '#gateway/http/web/app.ts'
import { limitServer, serverLimits } from '#gateway/http/shell/server-limits.ts'
import type { DemoControls, WebDeps } from '#gateway/http/web/route.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import type { WebConfig } from './config-web.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf, readText } from './files.ts'
import { addressOf, close, listen } from './listening.ts'

const FILES = join(import.meta.dirname, '../gateway/http/web/files')

export interface OpenedWeb {
  /** As a browser is given it. */
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Begins whoever vouches for people, who come back to that address. */
export type Vouch = (redirect: string) => Promise<Omit<OidcSettings, 'origin'>>

/** What a demo has for its pages to handle. */
export interface DemoHandles {
  /** Where no provider is set. */
  readonly vouch?: Vouch
  readonly clock: { readonly aheadDays: () => number; readonly move: (days: number) => boolean }
  readonly onReset: () => void
}

/** Moves the clock, and begins what has come due by then. */
export function demoControls(
  { clock, onReset }: DemoHandles,
  { queue }: Pick<Deps, 'queue'>,
  round: () => void,
): DemoControls {
  let isEnding = false
  return {
    aheadDays: clock.aheadDays,
    moveClock: async (days) => {
      if (!clock.move(days)) return false
      queue.nudge()
      round()
      return true
    },
    reset: () => {
      isEnding = true
      onReset()
    },
    isEnding: () => isEnding,
  }
}

/** Throws CommandFailed: TLS that cannot be read, or pages without TLS for other machines. */
export async function openWeb(
  deps: Deps & Pick<WebDeps, 'changing' | 'expiring' | 'quota'>,
  config: WebConfig,
  { plain, demo, vouch }: { readonly plain: 'refused' | 'demo'; readonly demo?: DemoControls; readonly vouch?: Vouch },
): Promise<OpenedWeb> {
  const { host, port, origin: named, tls, timeZone } = config
  if (tls === undefined && !isLoopback(host))
    throw new CommandFailed(
      `${host}: pages without TLS are for this machine alone: name PASSERELLE_WEB_CERTIFICATE and PASSERELLE_WEB_KEY`,
      EXIT.usage,
    )
  const secret = config.oidc === undefined ? undefined : await secretOf(config.oidc)
  using opened = new DisposableStack()
  const live = tls === undefined ? undefined : opened.use(await liveCertificate(tls, deps))
  const server = live === undefined ? createPlainServer(serverLimits) : secureServer(live)
  limitServer(server, deps)
  await listen(server, host, port)
  const origin = named === 'localhost' ? `http://localhost:${(server.address() as AddressInfo).port}` : named
  const vouching = secret ?? (await vouch?.(`${origin}${RETURN_PATH}`))
  server.on(
    'request',
    createWebApp({
      ...deps,
      web: {
        origin,
        isDemo: plain === 'demo',
        timeZone,
        isForwarded: tls === undefined && named !== 'localhost',
        ...(demo === undefined ? {} : { demo }),
      },
      signIn: openSignIn(origin, vouching && openOidc({ ...vouching, origin })),
      expiring: () => [...deps.expiring(), ...(live?.expiring() ?? [])],
      files: readWebFiles(FILES),
    }),
  )
  opened.move()
  return {
    url: named === 'localhost' ? origin : `${origin} (listening on ${addressOf(server)})`,
    stop: async () => {
      live?.[Symbol.dispose]()
      await close(server)
    },
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** Throws CommandFailed. */
async function secretOf({
  secretFile,
  ...oidc
}: NonNullable<WebConfig['oidc']>): Promise<Omit<OidcSettings, 'origin'>> {
  return { ...oidc, secret: (await readText(secretFile)).trim() }
}

/** As the files are now and as they change. Throws CommandFailed. */
const liveCertificate = (tls: NonNullable<WebConfig['tls']>, { log }: Pick<Deps, 'log'>): Promise<LiveCertificate> =>
  openLiveCertificate({ ...tls, log }).catch((cause: unknown) => {
    throw new CommandFailed(`the certificate of the pages cannot be used (${codeOf(cause)})`, EXIT.found)
  })

function secureServer(live: LiveCertificate): ReturnType<typeof createServer> {
  const server = createServer({ ...serverLimits, ...live.context() })
  live.follow(server)
  return server
}
