/** What a member runs: posts sealed messages, lists and collects its parcels, acknowledges them, sets its choices; over mTLS. */
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:https'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls'
import { z } from 'zod'
import { serverNameFault } from '#adapters/pki/server-name.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'

/** Where the gateway is, and the TLS identity to meet it with. PEM texts. */
export interface ClientIdentity {
  readonly url: string
  /** Certificate and key are absent where there are none yet: in enrolment. */
  readonly certificate?: string
  readonly key?: string
  readonly authority: string
  /**
   * Why the gateway's chain is not to be believed although OpenSSL found no fault in it, in words for a screen: asked with its DER, leaf
   * first, at every connection, and again before each call on one that is open. Absent: never asked.
   */
  readonly revoked?: (chain: readonly Uint8Array[]) => string | undefined
}

/** A mandate's assertion, made anew for each request (each is good for one). */
export type Assertion = () => Promise<string>

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: string
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly mandate?: { readonly id: string; readonly assertion: Assertion } | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** A problem as the gateway told it (RFC 9457), for one line on a screen. */
export const problemSchema = z.looseObject({
  title: z.string(),
  code: z.string().optional(),
  errors: z.array(z.looseObject({ pointer: z.string(), code: z.string() })).optional(),
})

export interface Client extends Disposable {
  readonly call: (call: Call) => Promise<Answer>
}

const TIMEOUT_MS = 20_000
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** Keeps connections open between calls. Rejects only when there is no answer; a problem is an answer. */
export function openClient({ url, certificate, key, authority, revoked = () => undefined }: ClientIdentity): Client {
  const identity = certificate === undefined || key === undefined ? {} : { cert: certificate, key }
  const check: Check = (peer) => {
    const fault = revoked(chainOf(peer))
    return fault === undefined ? undefined : new Error(fault)
  }
  const agent = new Agent({
    ...identity,
    ca: authority,
    keepAlive: true,
    minVersion: 'TLSv1.3',
    // A resumed session brings no certificate along that could be looked at.
    maxCachedSessions: 0,
    checkServerIdentity: (host, peer) => checkServerIdentity(host, peer) ?? check(peer),
  })
  return {
    call: async (call) => {
      const place = new URL(pathOf(call), url)
      // The same key, so that it is one request to the gateway; each time a new assertion, for each is good once.
      const key = randomUUID()
      const once = async (): Promise<Answer> => send(place, { agent, check }, call, await headersOf(call, key))
      return once().catch((cause: unknown) => {
        // A PUT that was heard would now be told that its revision is gone by.
        if (cause instanceof StaleConnection && call.method !== 'PUT') return once()
        throw cause
      })
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** The gateway is known by its alternative names alone; a common name or part of a wildcard's label names nobody. */
function checkServerIdentity(host: string, { raw }: PeerCertificate): Error | undefined {
  return serverNameFault(host, raw) === undefined ? undefined : new Error(`the certificate does not name ${host}`)
}

type Check = (peer: PeerCertificate) => Error | undefined

const MOST_PRESENTED = 12

/** DER of leaf and issuers, as far as TLS shows them; the last is its own issuer. */
function chainOf(leaf: PeerCertificate): readonly Uint8Array[] {
  const chain: Uint8Array[] = []
  let at: Partial<DetailedPeerCertificate> | undefined = leaf
  while (at?.raw !== undefined && chain.length < MOST_PRESENTED) {
    chain.push(at.raw)
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate
  }
  return chain
}

/** Lists may have changed since the connection was opened. */
function checkAgain(outgoing: ClientRequest, check: Check): void {
  outgoing.once('socket', (socket) => {
    if (!outgoing.reusedSocket || !(socket instanceof TLSSocket)) return
    const fault = check(socket.getPeerCertificate(true))
    if (fault !== undefined) outgoing.destroy(fault)
  })
}

/** A connection that was kept open ended just as it was used again: the gateway closed it unread, or was killed. */
class StaleConnection extends Error {}

const faultOf = ({ reusedSocket }: ClientRequest, cause: Error & { readonly code?: string }): Error =>
  reusedSocket && cause.code === 'ECONNRESET' ? new StaleConnection(cause.message, { cause }) : cause

const pathOf = ({ path, mandate }: Call): string =>
  mandate === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}mandate=${encodeURIComponent(mandate.id)}`

async function headersOf(
  { method, body, contentType, headers, mandate }: Call,
  key: string,
): Promise<Record<string, string>> {
  return {
    accept: 'application/json, application/jose, application/problem+json',
    ...(body === undefined
      ? {}
      : { 'content-type': contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...(method === 'POST' ? { 'idempotency-key': key } : {}),
    ...(mandate === undefined ? {} : { authorization: `Bearer ${await mandate.assertion()}` }),
    ...headers,
  }
}

function send(
  url: URL,
  { agent, check }: { readonly agent: Agent; readonly check: Check },
  { method, body }: Call,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent, headers, signal: AbortSignal.timeout(TIMEOUT_MS) }, (incoming) => {
      const chunks: Buffer[] = []
      let bytes = 0
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_ANSWER_BYTES) outgoing.destroy(new Error('the answer is larger than this client takes'))
        else chunks.push(chunk)
      })
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      )
      incoming.on('error', reject)
    })
    outgoing.on('error', (cause) => reject(faultOf(outgoing, cause)))
    checkAgain(outgoing, check)
    outgoing.end(body)
  })
}

/** The JSON of an answer, strictly read; undefined where it is none. */
export function jsonOf({ text }: Answer): unknown {
  const read = readStrictJson(text)
  return read.ok ? read.value : undefined
}
