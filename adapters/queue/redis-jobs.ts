/** BullMQ as a messenger: it says to one of many processes that a row of the outbox is due, by its id. It may lose all of it. */
import { Queue, Worker } from 'bullmq'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#gateway/ports/log.ts'
import type { DueJob } from '#gateway/ports/stored.ts'
import { connectRedis } from '#adapters/redis/connect.ts'

/** How long nothing more is said to a Redis that did not answer. */
const AWAY_MS = 2_000
const CLOSING_MS = 150
/** The outbox decides when to give up; BullMQ's own count, 1 by default, would after the second crash. */
const MAX_STALLED = 1_000_000

export interface RedisJobsOptions {
  readonly url: string
  /** Of the queue; two gateways that share a Redis need two names, or two numbers of database. */
  readonly name: string
  readonly concurrency: number
  readonly log: Pick<Log, 'warn' | 'info'>
  /** Milliseconds that only ever grow. */
  readonly elapsed: () => number
  /** Called with the id of each job that comes. Never rejects. */
  readonly take: (id: string) => Promise<void>
  /** Told when Redis did not take a job. */
  readonly onLost: (job: DueJob) => void
}

export interface RedisJobs {
  /** False while Redis is not connected, or did not answer a moment ago. */
  readonly isReachable: () => boolean
  /** Says that the job is due; what is said already is not said twice. Never throws. */
  readonly say: (job: DueJob) => void
  readonly close: () => Promise<void>
}

/** One job for each claim that is to come: after a failed attempt the same row is another job. */
const jobIdOf = ({ id, attempts }: DueJob): string => `${id}-${attempts}`

/** Ids of jobs are UUIDs; what else stands there is of no outbox, and the store is not asked for it. */
const ID = /^[0-9a-f-]{36}$/

async function takeFrom(data: unknown, take: RedisJobsOptions['take']): Promise<void> {
  if (typeof data !== 'object' || data === null || !('id' in data)) return
  const { id } = data
  if (typeof id === 'string' && ID.test(id)) await take(id)
}

export function openRedisJobs(options: RedisJobsOptions): RedisJobs {
  const { url, name, concurrency, log, elapsed, take, onLost } = options
  const ending = new AbortController()
  const asking = connectRedis({ url, use: 'asks', log, ended: ending.signal })
  const working = connectRedis({ url, use: 'works', log, ended: ending.signal })
  const queue = new Queue(name, {
    connection: asking,
    skipVersionCheck: true,
    skipWaitingForReady: true,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
  })
  const worker = new Worker<unknown>(name, ({ data }) => takeFrom(data, take), {
    connection: working,
    skipVersionCheck: true,
    concurrency,
    maxStalledCount: MAX_STALLED,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  })
  // The connections tell what is wrong, once; without these, every retry would print a stack.
  queue.on('error', () => {})
  worker.on('error', () => {})
  let awayUntil = 0

  const isReachable = (): boolean => asking.status === 'ready' && elapsed() >= awayUntil

  return {
    isReachable,
    say: (job) => {
      queue.add('due', { id: job.id }, { jobId: jobIdOf(job) }).catch(() => {
        awayUntil = elapsed() + AWAY_MS
        onLost(job)
      })
    },
    close: async () => {
      // Nothing is in hand any more; where Redis is away, there is nobody to wait for.
      const isAway = !isReachable()
      const closed = Promise.all([worker.close(isAway), queue.close()]).catch(() => {})
      const timer = new AbortController()
      const patienceMs = isAway ? 0 : CLOSING_MS
      await Promise.race([closed, sleep(patienceMs, undefined, { signal: timer.signal }).catch(() => {})])
      timer.abort()
      ending.abort()
      for (const end of [worker.disconnect(), queue.disconnect()]) end.catch(() => {})
      asking.disconnect()
      working.disconnect()
    },
  }
}
