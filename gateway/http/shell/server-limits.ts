/** What a listener of this gateway takes before Express sees it: times, sizes, and strict HTTP; and how a refusal there reads. */
import type { IncomingMessage, Server as PlainServer, ServerResponse } from 'node:http'
import type { Server, ServerOptions } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Problem, ProblemCode } from '#gateway/core/problem.ts'
import type { Log } from '#gateway/ports/log.ts'
import { problemMessage } from './problem-response.ts'

export interface LimitTimes {
  /** All headers must have come by then, in ms. */
  readonly headersMs: number
  /** And then the body, in ms. */
  readonly bodyMs: number
}

const DEFAULT_TIMES: LimitTimes = { headersMs: 5_000, bodyMs: 15_000 }

const MAX_HEADER_BYTES = 8 * 1024
const HANDSHAKE_MS = 10_000
const KEEP_ALIVE_MS = 5_000
const CHECKS_IN_HEADER_TIME = 5
const MAX_REQUESTS_PER_CONNECTION = 1_000

/** Options for `https.createServer`; the wiring adds keys, certificates and revocation lists. */
export function serverLimitsOf(times: LimitTimes): ServerOptions {
  return {
    headersTimeout: times.headersMs,
    requestTimeout: times.headersMs + times.bodyMs,
    connectionsCheckingInterval: Math.min(1_000, times.headersMs / CHECKS_IN_HEADER_TIME),
    handshakeTimeout: HANDSHAKE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    // Checked in guards.ts, so that the refusal is a problem like all others.
    requireHostHeader: false,
    joinDuplicateHeaders: false,
  }
}

/** Key exchanges of TLS that may be asked for: what Node and OpenSSL prefer (hybrid first), or hybrid post-quantum and nothing else. */
export const KEY_EXCHANGES = {
  preferred: {},
  hybrid: { ecdhCurve: 'X25519MLKEM768' },
} as const satisfies Readonly<Record<string, ServerOptions>>

export type KeyExchange = keyof typeof KEY_EXCHANGES

export const serverLimits: ServerOptions = serverLimitsOf(DEFAULT_TIMES)

export interface ServerGuard {
  readonly newId: () => string
  readonly log: Log
}

/** Limits that are properties of a server, and an answer for what the parser or the clock refuses. */
export function limitServer(server: Server | PlainServer, { newId, log }: ServerGuard): void {
  // Node drops headers beyond a count in silence; guards.ts counts them and refuses.
  server.maxHeadersCount = 0
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const problem = clientProblem(error)
    const requestId = newId()
    if (problem !== undefined) log.warn('request refused by the parser', { requestId, code: problem.code })
    answerRaw(socket, problem, requestId)
  })
  server.on('tlsClientError', (_error: Error, socket: TLSSocket) => {
    // The peer sees a hang-up only; the reason is for the operator.
    const reason: unknown = socket.authorizationError
    log.warn('tls refused', { reason: typeof reason === 'string' ? reason : 'handshake-failed' })
  })
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    answerRaw(response.socket ?? undefined, { code: 'request-malformed' }, newId())
  })
}

const PARSER_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'header-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'message-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

/** undefined where the peer is gone and nobody would read an answer. */
export function clientProblem({ code = '' }: { readonly code?: string | undefined }): Problem | undefined {
  const known = PARSER_PROBLEMS[code]
  if (known !== undefined) return { code: known }
  return code.startsWith('HPE_') ? { code: 'request-malformed', errors: [{ pointer: '', code: 'http' }] } : undefined
}

function answerRaw(socket: Duplex | undefined, problem: Problem | undefined, requestId: string): void {
  if (socket === undefined) return
  const hasAnswered = socket instanceof Socket && socket.bytesWritten > 0 && isAnswering(socket)
  if (problem === undefined || !socket.writable || hasAnswered) {
    socket.destroy()
    return
  }
  socket.end(problemMessage(problem, { requestId, language: 'en' }))
}

/** Whether an answer is on its way on this socket, in whose middle nothing may be written. */
const isAnswering = (socket: Socket): boolean => {
  const message: unknown = '_httpMessage' in socket ? socket._httpMessage : undefined
  return typeof message === 'object' && message !== null && 'headersSent' in message && message.headersSent === true
}
