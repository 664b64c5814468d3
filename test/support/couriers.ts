/** Recipients as tests play them: servers that answer, are slow, cut, shout or say nothing; and errands to them. */
import { once } from 'node:events'
import { createServer as createPlainServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server as PlainServer, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { ServerOptions } from 'node:https'
import type { AddressInfo, Server as NetServer } from 'node:net'
import type { Socket } from 'node:net'
import type { CourierEntry } from '#gateway/core/courier-ways.ts'
import { EVENT_TYPES } from '#gateway/core/webhook.ts'
import type { Errand, TakenParcel } from '#gateway/ports/courier.ts'
import { newDeliveryId, organisation } from '#test/contract/stored-things.ts'

export interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Manner = (heard: Heard, response: ServerResponse) => void

export const takes: Manner = (_heard, response) => void response.writeHead(204).end()

export interface Peer extends AsyncDisposable {
  readonly port: number
  /** Every request that came in whole, in order. */
  readonly heard: readonly Heard[]
  /** From now on it answers so. */
  readonly behave: (manner: Manner) => void
}

/** A server on a free port of 127.0.0.1, behind TLS where it is given an identity. */
export async function openPeer(
  options: { readonly tls?: ServerOptions; readonly manner?: Manner } = {},
): Promise<Peer> {
  let manner = options.manner ?? takes
  const heard: Heard[] = []
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      heard.push(one)
      manner(one, response)
    })
    request.on('error', () => {})
    response.on('error', () => {})
  }
  const server: PlainServer =
    options.tls === undefined ? createPlainServer(listener) : createServer(options.tls, listener)
  const opened = await listening(server)
  return {
    ...opened,
    heard,
    behave: (next) => {
      manner = next
    },
  }
}

/** Whatever listens, on a free port of 127.0.0.1; all its connections end with it. */
export async function listening(server: NetServer): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

export const A_PARCEL: TakenParcel = { parcel: 'e30..AAAA.AAAA.AAAA', logReceipt: 'c2sp.org/tlog-proof@v1\nindex 0\n' }

export interface TestErrand extends Errand {
  /** How often the parcel was taken out of its mailbox. */
  readonly taken: () => number
}

/** An errand to that entry, with a parcel that may be taken, and two seconds. */
export function anErrand(courier: CourierEntry, changes: Partial<Errand> & { readonly uri?: string } = {}): TestErrand {
  let taken = 0
  const id = changes.deliveryId ?? newDeliveryId()
  const { uri = 'spiffe://net.test/org/pairs-paris', ...rest } = changes
  return {
    recipient: { organisation: organisation('pairs-paris'), uri, courier },
    deliveryId: id,
    notice: { id, type: EVENT_TYPES.delivery, subject: `/v1/deliveries/${id}`, time: '2026-11-21T09:00:00.000Z' },
    take: async () => {
      taken += 1
      return A_PARCEL
    },
    signal: AbortSignal.timeout(2_000),
    taken: () => taken,
    ...rest,
  }
}
