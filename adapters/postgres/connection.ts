/** How this gateway connects to PostgreSQL: its own schema, limits on every wait, whole numbers as numbers; and what a fault of the server is. */
import { types } from 'pg'
import type { ClientConfig } from 'pg'
import { StoreUnavailable } from '#gateway/ports/store.ts'

const CONNECT_MS = 5_000
const STATEMENT_MS = 30_000
const LOCK_MS = 15_000
/** A process that is stopped in the middle of a transaction lets go of what it holds. */
const IDLE_IN_TRANSACTION_MS = 10_000
const ANSWER_MS = STATEMENT_MS + 5_000
const INT8 = 20

export interface Place {
  /** `postgres://…`; what it says of TLS (`sslmode`, `sslrootcert`) is heeded. */
  readonly url: string
  readonly schema: string
}

/** True for a place that is a database server and no file. */
export const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:\/\//.test(text)

/** The place without the password that may stand in it, for what is printed. */
export function printedUrl(url: string): string {
  if (!URL.canParse(url)) return 'the database'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** Throws where the URL is none. Its own `options` may set other limits; commits are synced whatever it or the server says. */
export function connectionTo({ url, schema }: Place, mode: 'write' | 'read'): ClientConfig {
  const target = new URL(url)
  const fixed = [`search_path=${schema}`, 'synchronous_commit=on', ...(mode === 'read' ? [READ_ONLY] : [])]
  const given = target.searchParams.get('options') ?? ''
  target.searchParams.set('options', [...LIMITS.map(flagOf), given, ...fixed.map(flagOf)].join(' '))
  return {
    connectionString: target.href,
    application_name: 'passerelle',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    types: TYPES,
  }
}

const LIMITS = [
  `statement_timeout=${STATEMENT_MS}`,
  `lock_timeout=${LOCK_MS}`,
  `idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`,
]

const flagOf = (setting: string): string => `-c ${setting}`

const READ_ONLY = 'default_transaction_read_only=on'

/** As `pg` reads them, but for the numbers that it would leave as text. */
const TYPES: NonNullable<ClientConfig['types']> = {
  getTypeParser: ((oid: number, format?: 'text'): unknown =>
    oid === INT8 ? toNumber : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
}

function toNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new RangeError('a number of the database is too great to be held exactly')
  return number
}

/**
 * Classes of SQLSTATE in which the server, and not what was asked of it, is at fault: connection lost, out of room, stopped by
 * its operator, out of order; and the states in which it does not write, waits too long, or met another's transaction.
 */
const SERVER_CLASSES = ['08', '53', '57', '58', 'XX']
const SERVER_STATES = ['25006', '25P03', '40001', '40P01', '55P03', '28000', '28P01', '3D000']
const SOCKET_FAULT = /^E[A-Z]+$/
const LOST =
  /connection|Connection|timeout|Client (was closed|has encountered)|socket|ended the pool|calling end on the pool/

/** The fault as what is thrown for it: one of the server becomes StoreUnavailable, which names its state and nothing that was stored. */
export function faultOf(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof StoreUnavailable || !isServerFault(cause)) return cause
  return new StoreUnavailable(`the database does not answer (${codeOf(cause) ?? 'connection lost'})`, { cause })
}

function isServerFault(cause: Error): boolean {
  const code = codeOf(cause)
  if (code === undefined) return LOST.test(cause.message)
  return SERVER_CLASSES.includes(code.slice(0, 2)) || SERVER_STATES.includes(code) || SOCKET_FAULT.test(code)
}

/** Five characters of the server, or the name that the system gives a fault of a socket. */
export function codeOf(cause: unknown): string | undefined {
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : undefined
}
