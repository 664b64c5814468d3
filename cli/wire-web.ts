/** The pages for people: where they listen, with which certificate, and under which name browsers know them. */
import { readFile } from 'node:fs/promises'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import { isIP } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createWebApp } from '#gateway/http/web/app.ts'
import { serverLimits } from '#gateway/http/shell/server-limits.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import type { WebConfig } from './config.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { addressOf, close, listen } from './listening.ts'

export interface OpenedWeb {
  /** As a browser is given it. */
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Throws CommandFailed: TLS that cannot be read, or pages without TLS for other machines. */
export async function openWeb(deps: Deps, config: WebConfig, plain: 'refused' | 'demo'): Promise<OpenedWeb> {
  const { host, port, origin: named, tls, timeZone } = config
  if (tls === undefined && !isLoopback(host))
    throw new CommandFailed(
      `${host}: pages without TLS are for this machine alone: name PASSERELLE_WEB_CERTIFICATE and PASSERELLE_WEB_KEY`,
      EXIT.usage,
    )
  const server =
    tls === undefined ? createPlainServer(serverLimits) : createServer({ ...serverLimits, ...(await read(tls)) })
  await listen(server, host, port)
  const origin = named === 'localhost' ? `http://localhost:${(server.address() as AddressInfo).port}` : named
  server.on('request', createWebApp({ ...deps, web: { origin, isDemo: plain === 'demo', timeZone } }))
  return {
    url: named === 'localhost' ? origin : `${origin} (listening on ${addressOf(server)})`,
    stop: () => close(server),
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

async function read({ certificate, key }: NonNullable<WebConfig['tls']>): Promise<{ cert: Buffer; key: Buffer }> {
  try {
    return { cert: await readFile(certificate), key: await readFile(key) }
  } catch (cause) {
    throw new CommandFailed(
      `the certificate of the pages cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      EXIT.found,
    )
  }
}
