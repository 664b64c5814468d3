/** Pushes the sealed parcel to the member's own server over mutual TLS: its certificate must name the member, and so must ours name us. */
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import type { Carrier, CarryOutcome, Errand } from '#gateway/ports/courier.ts'
import { CourierFault, outcomeOf, OwnFault } from './courier-fault.ts'
import { dialSecure } from './dial.ts'
import type { Reachable } from './dial.ts'
import { endpointOf, exchange, isTaken } from './http-exchange.ts'

export interface HttpsPushOptions {
  readonly reachable: Reachable
  /** Own certificate and key, the network's root and its lists as they are now. */
  readonly tls: () => ConnectionOptions
  /** Whether the chain that OpenSSL has verified is that of the member with this URI, and none of it revoked. */
  readonly isMember: (socket: TLSSocket, uri: string) => boolean
}

/** A carrier of the way `https`. TLS 1.3 only; the parcel leaves its mailbox once the handshake has shown who is there. */
export function openHttpsPush(options: HttpsPushOptions): Carrier {
  return {
    carry: ({ recipient, deliveryId, take, signal }) =>
      outcomeOf(signal, async () => {
        const { url, socket } = await doorOf(options, recipient, signal)
        const taken = await take().catch((cause: unknown) => {
          socket.destroy()
          throw new OwnFault('the parcel could not be had', { cause })
        })
        if (taken === undefined) {
          socket.destroy()
          return { kind: 'withheld' }
        }
        const headers = {
          'content-type': 'application/jose',
          'idempotency-key': deliveryId,
          'passerelle-delivery': deliveryId,
          'passerelle-log-receipt': Buffer.from(taken.logReceipt).toString('base64url'),
        }
        const status = await exchange(socket, { url, method: 'POST', headers, body: taken.parcel, signal })
        return isTaken(status) ? { kind: 'taken' } : { kind: 'failed', fault: 'answer-refused' }
      }),
    ping: ({ recipient, signal }) =>
      outcomeOf(signal, async (): Promise<CarryOutcome> => {
        const { url, socket } = await doorOf(options, recipient, signal)
        // Whatever it answers to HEAD, it is there and it is the member.
        const status = await exchange(socket, { url, method: 'HEAD', headers: {}, body: '', signal })
        return status < 500 ? { kind: 'taken' } : { kind: 'failed', fault: 'answer-refused' }
      }),
  }
}

async function doorOf(
  { reachable, tls, isMember }: HttpsPushOptions,
  { courier, uri }: Errand['recipient'],
  signal: AbortSignal,
): Promise<{ readonly url: URL; readonly socket: TLSSocket }> {
  if (courier.way !== 'https') throw new CourierFault('not-set-up')
  const url = new URL(courier.url)
  const { host, port, isSecure } = endpointOf(url)
  if (!isSecure) throw new CourierFault('address-refused')
  // The name that counts is the member's URI, which its certificate bears and the trust list knows (D6); hosts may be called anything.
  const options: ConnectionOptions = { ...tls(), minVersion: 'TLSv1.3', checkServerIdentity: () => undefined }
  const socket = await dialSecure(reachable, { host, port, signal, options, isMeant: (one) => isMember(one, uri) })
  return { url, socket }
}
