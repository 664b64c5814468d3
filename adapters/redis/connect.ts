/** Connections to Redis: what asks is answered within a second or not at all, what works waits for ever; neither ever says the password. */
import { Redis } from 'ioredis'
import type { Log } from '#gateway/ports/log.ts'

/** Longer than any answer of a Redis that is well. */
const ANSWER_MS = 1_000
const CONNECT_TIMEOUT_MS = 2_000
const LONGEST_RETRY_MS = 2_000

export interface RedisConnection {
  /** `redis://` or `rediss://` (TLS), with user, password and number of the database where there are any. */
  readonly url: string
  /** `asks` fails at once while Redis is away, and after a second where it hangs; `works` waits for it. */
  readonly use: 'asks' | 'works'
  readonly log: Pick<Log, 'warn' | 'info'>
  /** Once aborted, nothing connects again: neither this connection nor one that was made from it. */
  readonly ended: AbortSignal
  /** The longest wait for an answer to who asks; a second where absent. */
  readonly answerMs?: number
}

/** Connects by itself, again and again. That Redis is away is logged once, with a code, and that it is back. */
export function connectRedis({ url, use, log, ended, answerMs = ANSWER_MS }: RedisConnection): Redis {
  const patience =
    use === 'asks'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: answerMs }
      : { maxRetriesPerRequest: null }
  const redis = new Redis(url, {
    ...patience,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: 10_000,
    retryStrategy: (times) => (ended.aborted ? null : Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RETRY_MS)),
  })
  let isAway = false
  redis.on('error', (cause: Error) => {
    if (!isAway && !ended.aborted) log.warn('redis is away; the outbox is read instead', { use, code: codeOf(cause) })
    isAway = true
  })
  redis.on('ready', () => {
    if (isAway) log.info('redis is back', { use })
    isAway = false
  })
  return redis
}

/** The fault without its words: they name hosts, and may quote what was sent. */
export function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown'
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  return /^(WRONGPASS|NOAUTH|NOPERM|LOADING|READONLY|OOM|MISCONF)\b/.exec(cause.message)?.[1] ?? cause.name
}

/** What may be printed of the URL. */
export function placeOf(url: string): string {
  const read = URL.canParse(url) ? new URL(url) : undefined
  return read === undefined ? 'redis' : `${read.protocol}//${read.host}${read.pathname === '/' ? '' : read.pathname}`
}
