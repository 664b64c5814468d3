/** Connections that TLS has let in: refused where the chain breaks a rule beyond OpenSSL's, and cut when a certificate of it is revoked. */
import { createHash } from 'node:crypto'

import type { DetailedPeerCertificate, Server, TLSSocket } from 'node:tls'
import type { Clock } from '#gateway/core/time.ts'
import type { Log } from '#gateway/ports/log.ts'
import { normalSerial } from './certificate.ts'
import { chainFault } from './chain-rules.ts'

const MOST_LINKS = 10
const MOST_REMEMBERED = 10_000

export interface GuardedConnections {
  /** Destroys every connection in whose chain a serial number is out; answers how many. */
  readonly drop: (isOut: (serial: string) => boolean) => number
}

export function guardConnections(
  server: Server,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
): GuardedConnections {
  const open = new Map<TLSSocket, readonly string[]>()
  const isKept = remembering()
  // Before the listener of HTTP, so that nothing of a refused connection is read.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const chain = chainOf(socket)
    const fault = isKept(socket, () =>
      chainFault({ chain: chain.map(({ raw }) => raw), at: clock(), purpose: 'client' }),
    )
    if (fault !== undefined) {
      log.warn('tls refused', { reason: `chain-${fault}` })
      socket.destroy()
      return
    }
    open.set(
      socket,
      chain.map(({ serialNumber }) => normalSerial(serialNumber)),
    )
    socket.once('close', () => open.delete(socket))
  })
  return {
    drop: (isOut) => {
      const out = [...open].filter(([, serials]) => serials.some(isOut))
      for (const [socket] of out) socket.destroy()
      return out.length
    },
  }
}

/** Leaf first. */
function chainOf(socket: TLSSocket): readonly DetailedPeerCertificate[] {
  const links: DetailedPeerCertificate[] = []
  let at: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (at?.raw !== undefined && links.length < MOST_LINKS && !links.includes(at)) {
    links.push(at)
    at = at.issuerCertificate
  }
  return links
}

/** A resumed session brings no chain along: it is taken where the full handshake of that very leaf was. */
function remembering(): (socket: TLSSocket, judge: () => string | undefined) => string | undefined {
  const kept = new Set<string>()
  return (socket, judge) => {
    const leaf = createHash('sha256')
      .update(socket.getPeerX509Certificate()?.raw ?? '')
      .digest('base64')
    if (socket.isSessionReused()) return kept.has(leaf) ? undefined : 'unseen'
    const fault = judge()
    if (kept.size >= MOST_REMEMBERED) kept.clear()
    if (fault === undefined) kept.add(leaf)
    return fault
  }
}
