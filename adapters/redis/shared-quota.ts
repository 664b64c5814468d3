/** Quota over Redis: one count for all replicas. A Redis that is away or slow is asked no more for a while, and nobody waits for it. */
import { RedisStore } from 'rate-limit-redis'
import type { Log } from '#gateway/ports/log.ts'
import type { Quota } from '#gateway/ports/quota.ts'
import { codeOf, connectRedis } from './connect.ts'

/** Requests wait for this answer: what takes longer is done without it. */
const ANSWER_MS = 100
const AWAY_MS = 2_000
const PREFIX = 'passerelle:quota:'

export interface SharedQuota extends Quota {
  readonly close: () => void
}

export function openSharedQuota({
  url,
  log,
}: {
  readonly url: string
  readonly log: Pick<Log, 'warn' | 'info'>
}): SharedQuota {
  const ending = new AbortController()
  const redis = connectRedis({ url, use: 'asks', log, ended: ending.signal, answerMs: ANSWER_MS })
  const stores = new Map<number, RedisStore>()
  let awayUntil = 0
  redis.on('close', () => stores.clear())

  /** A store holds the name of its script for good, also where it never learned it: a new one for each connection. */
  const storeFor = async (windowMs: number): Promise<RedisStore> => {
    const known = stores.get(windowMs)
    if (known !== undefined) return known
    const store = new RedisStore({
      prefix: PREFIX,
      sendCommand: async (command = '', ...words) => asReply(await redis.call(command, ...words)),
    })
    store.windowMs = windowMs
    store.incrementScriptSha = store.loadIncrementScript()
    await store.incrementScriptSha
    stores.set(windowMs, store)
    return store
  }

  return {
    count: async (name, windowMs) => {
      if (redis.status !== 'ready' || performance.now() < awayUntil) return undefined
      try {
        const store = await storeFor(windowMs)
        const { totalHits, resetTime } = await store.increment(name)
        return resetTime === undefined ? undefined : { hits: totalHits, windowEndsAt: resetTime.getTime() }
      } catch (cause) {
        awayUntil = performance.now() + AWAY_MS
        stores.clear()
        log.warn('requests are counted by this process alone', { code: codeOf(cause) })
        return undefined
      }
    },
    close: () => {
      ending.abort()
      redis.disconnect()
    },
  }
}

type Reply = string | number | boolean | (string | number | boolean)[]

function asReply(value: unknown): Reply {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map((one) => (typeof one === 'number' ? one : String(one)))
  throw new TypeError('redis answered something else')
}
