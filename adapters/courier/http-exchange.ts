/** One request over a connection that stands: only an answer of 2xx, ended in time and small, is a yes. No redirect is followed. */
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { codeOf, CourierFault, within } from './courier-fault.ts'

/** Nothing in an answer is read: it need not be large. */
const MAX_ANSWER_BYTES = 64 * 1024

export interface Exchange {
  readonly url: URL
  readonly method: 'POST' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}

/** The status of the whole answer. CourierFault `timed-out`, `cut-off`, `answer-too-large`, `answer-refused` for what is no HTTP. */
export function exchange(socket: Socket, { url, method, headers, body, signal }: Exchange): Promise<number> {
  const answered = new Promise<number>((resolve, reject) => {
    const fail = (cause: unknown): void => reject(faultOf(cause, signal))
    const outgoing = request(
      {
        // The connection stands already; this is what is said over it.
        createConnection: () => socket,
        method,
        host: url.hostname,
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host, connection: 'close', ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
      },
      (incoming) => {
        incoming.once('error', fail)
        readThrough(incoming, fail, () => resolve(incoming.statusCode ?? 0))
      },
    )
    outgoing.once('error', fail)
    outgoing.on('error', () => {})
    // After an answer of 101 the request would neither end nor fail.
    outgoing.once('upgrade', () => fail(new CourierFault('answer-refused')))
    outgoing.end(body)
  })
  return within(signal, answered).finally(() => socket.destroy())
}

function readThrough(incoming: IncomingMessage, fail: (cause: unknown) => void, done: () => void): void {
  let bytes = 0
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) incoming.destroy(new CourierFault('answer-too-large'))
  })
  incoming.once('end', () => (incoming.complete ? done() : fail(new CourierFault('cut-off'))))
  incoming.once('close', () => fail(new CourierFault('cut-off')))
}

function faultOf(cause: unknown, signal: AbortSignal): CourierFault {
  if (cause instanceof CourierFault) return cause
  if (signal.aborted) return new CourierFault('timed-out', cause)
  return new CourierFault(codeOf(cause).startsWith('HPE_') ? 'answer-refused' : 'cut-off', cause)
}

export const isTaken = (status: number): boolean => status >= 200 && status < 300

/** What a URL of the registry means: where to, and whether behind TLS. */
export function endpointOf(url: URL): { readonly host: string; readonly port: number; readonly isSecure: boolean } {
  const isSecure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port), isSecure }
}
