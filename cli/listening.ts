/** Servers that listen, stop and say where they are. */
import type { Server as PlainServer } from 'node:http'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { CommandFailed, EXIT } from './exit-codes.ts'

const CLOSING_MS = 2_000

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

/** `host:port`. */
export const addressOf = (server: Server | PlainServer): string => {
  const { address, port, family } = server.address() as AddressInfo
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
