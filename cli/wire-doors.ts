/** Where a gateway listens: the agency door, the operator's port, enrolment and the pages, each as its Config has it. */
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { join } from 'node:path'
import { openLiveTls } from '#adapters/pki/live-tls.ts'
import type { LiveTls } from '#adapters/pki/live-tls.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { AgencyDeps } from '#gateway/http/agency/operation.ts'
import { createAgencyApp, createInsideApp } from '#gateway/http/app.ts'
import { KEY_EXCHANGES, limitServer, serverLimits } from '#gateway/http/shell/server-limits.ts'
import type { DemoControls, WebDeps } from '#gateway/http/web/route.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import type { Config } from './config.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'
import { addressOf, close, listen } from './listening.ts'
import type { Ending } from './listening.ts'
import { openEnrolmentDoor } from './wire-authority.ts'
import { openWeb } from './wire-web.ts'
import type { Vouch } from './wire-web.ts'

interface DoorParts {
  readonly deps: Deps
  /** What the agency door counts, and with the quota the pages too. */
  readonly counting: Pick<AgencyDeps, 'requestsPerMinute' | 'quota'>
  /** What the pages alone are given. */
  readonly pages: Pick<WebDeps, 'changing' | 'expiring'>
  readonly plain: 'refused' | 'demo'
  readonly demo?: DemoControls
  readonly vouch?: Vouch
  readonly tls: LiveTls
  readonly ending: Ending
  /** In the form that Prometheus reads. */
  readonly metricsText: () => Promise<string>
}

/** Where they are. */
export interface Urls {
  /** `https://…` of the agency door. */
  readonly agencyUrl: string
  /** `http://…` of health and metrics. */
  readonly insideUrl: string
  /** `https://…` of the door of enrolment, where there is one. */
  readonly enrolmentUrl: string | undefined
  /** Of the pages for people, where there are any. */
  readonly webUrl: string | undefined
}

export interface Doors {
  readonly urls: Urls
  /** All but the operator's port, which tells until the end that this one ends. */
  readonly close: () => Promise<unknown>
  readonly closeInside: () => Promise<void>
}

/** Throws CommandFailed where one of them cannot listen; those before it are closed again. */
export async function openDoors(config: Config, parts: DoorParts): Promise<Doors> {
  const { deps, counting, pages, tls, ending, metricsText, plain, demo, vouch } = parts
  const { host, port, insideHost, insidePort } = config
  await using opened = new AsyncDisposableStack()
  const agency = await listen(ending.follow(agencyServer({ ...deps, ...counting }, tls)), host, port)
  opened.defer(() => close(agency))
  const inside = await listen(
    createPlainServer(createInsideApp({ ...deps, isEnding: ending.isBegun, metricsText })),
    insideHost,
    insidePort,
  )
  opened.defer(() => close(inside))
  const enrolment =
    config.authority && (await openEnrolmentDoor(deps, tls, { host, port: config.authority.enrolmentPort }))
  opened.defer(() => enrolment?.stop())
  const { quota } = counting
  const counted = quota === undefined ? {} : { quota }
  const web =
    config.web &&
    (await openWeb({ ...deps, ...pages, ...counted }, config.web, {
      plain,
      ...(demo === undefined ? {} : { demo }),
      ...(vouch === undefined ? {} : { vouch }),
    }))
  opened.move() // From here on whoever holds them closes them.
  return {
    urls: {
      agencyUrl: `https://${addressOf(agency)}`,
      insideUrl: `http://${addressOf(inside)}`,
      enrolmentUrl: enrolment?.url,
      webUrl: web?.url,
    },
    close: () => Promise.all([close(agency), enrolment?.stop(), web?.stop()]),
    closeInside: () => close(inside),
  }
}

/** Certificates and lists as the files are now and as they change (D5). Throws CommandFailed. */
export async function openTls(config: Config, clock: Clock, log: Deps['log']): Promise<LiveTls> {
  const file = (...path: readonly string[]): string => join(config.network, ...path)
  const files = {
    certificate: file(EXAMPLE_PATHS.broker, EXAMPLE_PATHS.certificate),
    key: file(EXAMPLE_PATHS.broker, EXAMPLE_PATHS.certificateKey),
    root: file(EXAMPLE_PATHS.root),
    lists: file(EXAMPLE_PATHS.revocation),
  }
  await Promise.all(Object.values(files).map(readText))
  return openLiveTls({ files, clock, log, fixed: KEY_EXCHANGES[config.keyExchange] }).catch((cause: unknown) => {
    throw new CommandFailed(`TLS: ${cause instanceof Error ? cause.message : 'cannot be used'}`, EXIT.found)
  })
}

/** TLS 1.3 only, a client certificate required, every list of revoked certificates checked by OpenSSL (D5, D7). */
function agencyServer(deps: AgencyDeps, tls: LiveTls): Server {
  const options = { ...serverLimits, ...tls.context(), requestCert: true, rejectUnauthorized: true }
  const server = createServer(options, createAgencyApp(deps))
  limitServer(server, deps)
  tls.attach(server)
  return server
}
