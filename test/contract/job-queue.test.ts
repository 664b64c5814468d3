/** The job queue contract on each adapter, and the schedule of attempts. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { openBullmqQueue } from '#adapters/queue/bullmq.ts'
import { openInProcessQueue } from '#adapters/queue/in-process.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { DEFAULT_RETRY, nextAttempt } from '#gateway/core/retry.ts'
import type { Store } from '#gateway/ports/store.ts'
import { needsRedis, startRedis } from '#test/support/redis-server.ts'
import type { RedisServer } from '#test/support/redis-server.ts'
import { jobQueueContract } from './job-queue.contract.ts'

describe('queue in process', () =>
  jobQueueContract(
    () => openSqliteStore(':memory:'),
    ({ firstDelayMs, ...settings }) =>
      openInProcessQueue({ ...settings, retry: { firstDelayMs, maxDelayMs: 1000, maxAttempts: 3 } }),
  ))

/** A queue of its own in Redis for each store, as there is one for each outbox. */
function queueNames(): (store: Store) => string {
  const names = new WeakMap<Store, string>()
  let last = 0
  return (store) => {
    const name = names.get(store) ?? `contract-${++last}`
    names.set(store, name)
    return name
  }
}

describe('queue over Redis', () => {
  let redis: RedisServer
  before(async function () {
    needsRedis(this)
    redis = await startRedis()
  })
  after(() => redis?.[Symbol.asyncDispose]())

  const nameOf = queueNames()
  jobQueueContract(
    () => openSqliteStore(':memory:'),
    ({ firstDelayMs, ...settings }) =>
      openBullmqQueue({
        ...settings,
        url: redis.url,
        name: nameOf(settings.store),
        retry: { firstDelayMs, maxDelayMs: 1000, maxAttempts: 3 },
      }),
  )
})

describe('queue over a Redis that is not there', () => {
  jobQueueContract(
    () => openSqliteStore(':memory:'),
    ({ firstDelayMs, ...settings }) =>
      openBullmqQueue({
        ...settings,
        // Told on a port of its own that nobody listens on.
        url: 'redis://127.0.0.1:9',
        log: {
          ...settings.log,
          warn: (event, fields) => void (event.startsWith('redis') || settings.log.warn(event, fields)),
        },
        retry: { firstDelayMs, maxDelayMs: 1000, maxAttempts: 3 },
      }),
  )
})

describe('nextAttempt', () => {
  it('gives up after the last attempt', () => {
    assert.equal(nextAttempt({ attempts: 3, firstDelayMs: 10, maxDelayMs: 1000, maxAttempts: 3 }), undefined)
    assert.equal(nextAttempt({ attempts: 1, firstDelayMs: 10, maxDelayMs: 1000, maxAttempts: 1 }), undefined)
  })

  it('doubles from the first delay up to the greatest', () => {
    const schedule = { firstDelayMs: 30, maxDelayMs: 200, maxAttempts: 9 }
    const delays = [1, 2, 3, 4, 5].map((attempts) => nextAttempt({ attempts, ...schedule }))
    assert.deepEqual(delays, [30, 60, 120, 200, 200])
  })

  it('is never shorter than the delay before it, and never negative', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 }),
        fc.nat(100_000),
        fc.nat(1_000_000),
        (attempts, firstDelayMs, more) => {
          const schedule = { firstDelayMs, maxDelayMs: firstDelayMs + more, maxAttempts: 100 }
          const [now, next] = [attempts, attempts + 1].map((made) => nextAttempt({ attempts: made, ...schedule }) ?? -1)
          assert(now !== undefined && next !== undefined && 0 <= now && now <= next && next <= schedule.maxDelayMs)
        },
      ),
    ))

  it('tries longer than a weekend by default', () => {
    let total = 0
    for (let attempts = 1; attempts < DEFAULT_RETRY.maxAttempts; attempts++) {
      total += nextAttempt({ attempts, ...DEFAULT_RETRY }) ?? 0
    }
    assert(total > 60 * 3_600_000)
  })
})
