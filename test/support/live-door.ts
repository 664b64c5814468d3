/** An agency door over files that change, as `serve` has it, and what it has told the operator. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { TLSSocket } from 'node:tls'
import type { Instant } from '#policies/language/instant.ts'
import type { LogFields } from '#gateway/ports/log.ts'
import { PROBLEMS } from '#gateway/core/problem.ts'
import { identify } from '#gateway/rooms/identify.ts'
import { openLiveTls } from '#adapters/pki/live-tls.ts'
import type { LiveTls, TlsFiles } from '#adapters/pki/live-tls.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { aParticipant, TEST_BROKER_URI, TEST_NETWORK } from '#test/support/certificates.ts'
import type { TestAuthorities } from '#test/support/certificates.ts'
import { listening } from '#test/support/listening.ts'

/** Between two looks at the files. */
export const EVERY_MS = 40

/** A door over files, as `serve` has it, and what it has told the operator. */
export interface Door extends AsyncDisposable {
  readonly port: number
  readonly live: LiveTls
  readonly alarms: string[]
  readonly warnings: unknown[]
  readonly stored: () => number
  readonly setClock: (at: Instant) => void
}

/** On a port of its own. With `ticketKeys`: a door that takes back tickets of another one, and follows no files. */
export async function openDoor(authorities: TestAuthorities, files: TlsFiles, ticketKeys?: Buffer): Promise<Door> {
  let at = authorities.at
  let stored = 0
  const alarms: string[] = []
  const warnings: unknown[] = []
  const warn = (_event: string, fields: LogFields = {}): void => void warnings.push(fields['reason'])
  const log = { info: () => undefined, warn, alarm: (event: string) => void alarms.push(event) }
  const live = await openLiveTls({ files, clock: () => at, log, everyMs: EVERY_MS })
  const trust = createTrust({ revocation: live.revocation, clock: () => at })
  const broker = { id: 'broker-1', uri: TEST_BROKER_URI, url: 'https://localhost' }
  const participants = [aParticipant('prison', authorities.at)]
  const registry = { network: TEST_NETWORK, broker, participants, edges: [], mandates: [] }
  const deps = { trust, registry: () => registry, clock: () => at }
  const tickets = ticketKeys === undefined ? {} : { ticketKeys }
  const options = { ...live.context(), ...tickets, requestCert: true, rejectUnauthorized: true }
  const server = createServer(options, (incoming, response) => {
    assert.ok(incoming.socket instanceof TLSSocket)
    const { raw, serialNumber } = incoming.socket.getPeerCertificate()
    const known = identify(deps, { raw, serialNumber })
    incoming.on('error', () => undefined).resume()
    incoming.on('end', () => {
      if (known.ok) stored += 1
      response.writeHead(known.ok ? 200 : PROBLEMS[known.problem.code].status).end()
    })
  })
  if (ticketKeys === undefined) live.attach(server)
  server.on('tlsClientError', () => undefined)
  return {
    port: await listening(server),
    live,
    alarms,
    warnings,
    stored: () => stored,
    setClock: (to) => void (at = to),
    [Symbol.asyncDispose]: async () => {
      live[Symbol.dispose]()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
