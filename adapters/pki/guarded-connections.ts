/** Connections that TLS has let in: refused where the chain breaks a rule beyond OpenSSL's, and cut when a certificate of it is revoked. */
import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'

import type { Server, TLSSocket } from 'node:tls'
import type { Clock } from '#gateway/core/time.ts'
import type { Log } from '#gateway/ports/log.ts'
import { normalSerial } from './certificate.ts'
import { chainFault } from './chain-rules.ts'

/** One more than any rule takes. */
const MOST_READ = 13
const MOST_REMEMBERED = 10_000

export interface GuardedConnections {
  /** Destroys every connection in whose chain a serial number is out; answers how many. */
  readonly drop: (isOut: (serial: string) => boolean) => number
}

export function guardConnections(
  server: Server,
  { log, clock, anchors }: { readonly log: Log; readonly clock: Clock; readonly anchors: () => readonly Uint8Array[] },
): GuardedConnections {
  const open = new Map<TLSSocket, readonly string[]>()
  const isKept = remembering()
  // Before the listener of HTTP, so that nothing of a refused connection is read.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const presented = presentedBy(socket)
    const fault = isKept(socket, () =>
      chainFault({ presented: presented.map(({ raw }) => raw), anchors: anchors(), at: clock(), purpose: 'client' }),
    )
    if (fault !== undefined) {
      log.warn('tls refused', { reason: `chain-${fault}` })
      socket.destroy()
      return
    }
    open.set(
      socket,
      presented.map(({ serialNumber }) => normalSerial(serialNumber)),
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

/** All that the peer presented, its leaf first. */
export function presentedBy(socket: TLSSocket): readonly X509Certificate[] {
  const presented: X509Certificate[] = []
  for (
    let at = socket.getPeerX509Certificate();
    at !== undefined && presented.length <= MOST_READ;
    at = at.issuerCertificate
  )
    presented.push(at)
  return presented
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
