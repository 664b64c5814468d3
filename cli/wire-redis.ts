/** What Redis is for, where there is one: it tells gateways of work, and counts requests for all of them. Without it each does so by itself. */
import { openBullmqQueue } from '#adapters/queue/bullmq.ts'
import { openInProcessQueue } from '#adapters/queue/in-process.ts'
import type { InProcessQueueOptions } from '#adapters/queue/in-process.ts'
import { openSharedQuota } from '#adapters/redis/shared-quota.ts'
import type { SharedQuota } from '#adapters/redis/shared-quota.ts'
import type { JobQueue } from '#gateway/ports/job-queue.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { Config } from './config.ts'

type RedisConfig = Pick<Config, 'redisUrl'>

export const openQueue = ({ redisUrl }: RedisConfig, options: InProcessQueueOptions): JobQueue =>
  redisUrl === undefined ? openInProcessQueue(options) : openBullmqQueue({ ...options, url: redisUrl })

export const openQuota = ({ redisUrl }: RedisConfig, log: Log): SharedQuota | undefined =>
  redisUrl === undefined ? undefined : openSharedQuota({ url: redisUrl, log })
