/** Servers that listen, stop and say where they are. */
import type { Server as PlainServer } from 'node:http'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommandFailed, EXIT } from './exit-codes.ts'

/** What is in hand may take so long. */
const CLOSING_MS = 5_000

/** Throws CommandFailed where the address is taken or none of this machine. */
export function listen<S extends Server | PlainServer>(server: S, host: string, port: number): Promise<S> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error & { readonly code?: string }) =>
      reject(new CommandFailed(`${host}:${port}: cannot listen (${cause.code ?? 'unknown fault'})`, EXIT.unreachable)),
    )
    server.listen(port, host, () => resolve(server))
  })
}

/** Stops taking connections, lets requests in hand end, and closes what stays idle. */
export function close(server: Server | PlainServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), CLOSING_MS).unref()
  })
}

/** The end of a gateway, in the order that its callers notice least. */
export interface Ending {
  readonly isBegun: () => boolean
  /** The same server; once the end has begun, every answer of it says that its connection ends. */
  readonly follow: <S extends Server>(server: S) => S
  /** From now on it says that it is not ready; resolves after those milliseconds, when whoever spreads the load has seen it. */
  readonly begin: (drainMs: number) => Promise<void>
}

export function openEnding(): Ending {
  let isBegun = false
  return {
    isBegun: () => isBegun,
    follow: (server) =>
      server.prependListener('request', (_request, response) => {
        if (isBegun) response.setHeader('Connection', 'close')
      }),
    begin: async (drainMs) => {
      isBegun = true
      await sleep(drainMs)
    },
  }
}

/** `host:port`. */
export const addressOf = (server: Server | PlainServer): string => {
  const { address, port, family } = server.address() as AddressInfo
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
