/** Whatever stands in Redis where ids of jobs should, the outbox is worked off, and the gateway goes on. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { Queue } from 'bullmq'
import { openBullmqQueue } from '#adapters/queue/bullmq.ts'
import { openPostgresStore } from '#adapters/store/open-postgres.ts'
import type { Store } from '#gateway/ports/store.ts'
import { aJob } from '#test/contract/stored-things.ts'
import { eventually } from '#test/support/eventually.ts'
import { needsPostgres, postgresServer } from '#test/support/postgres-server.ts'
import { needsRedis, startRedis } from '#test/support/redis-server.ts'
import type { RedisServer } from '#test/support/redis-server.ts'

const NAME = 'poisoned'
/** A text that no database of texts takes. */
const NO_TEXT = '\u0000'
const POISON: readonly unknown[] = [
  null,
  'a text',
  [],
  {},
  { id: null },
  { id: 7 },
  { id: ['a', 'b'] },
  { id: { toString: 'no' } },
  { id: '' },
  { id: 'of nobody' },
  { id: '\uD800' },
  { id: "' OR ''='" },
  { id: 'x'.repeat(1024 * 1024) },
  // More often than the store may fail before it counts as gone.
  ...Array.from({ length: 12 }, () => ({ id: NO_TEXT })),
]

describe('queue over a Redis that holds something else', () => {
  needsPostgres()
  let redis: RedisServer
  let store: Store
  beforeEach(async function () {
    needsRedis(this)
    redis = await startRedis()
    store = await openPostgresStore(await (await postgresServer()).database())
  })
  afterEach(async () => {
    await store?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
  })

  /** What was done and what was said of it, once what `ready` waits for has come and then a job as well. */
  const workOff = async (
    ready: () => Promise<unknown>,
  ): Promise<{ readonly done: number; readonly said: string[] }> => {
    const said: string[] = []
    const done: string[] = []
    const say = (event: string): void => void said.push(event)
    const stopping = new AbortController()
    const settings = { store, clock: Date.now, leaseMs: 5_000, concurrency: 2, pollMs: 50, name: NAME, url: redis.url }
    const queue = openBullmqQueue({ ...settings, log: { info: say, warn: say, alarm: say } })
    const working = queue.work(async ({ id }) => {
      done.push(id)
      await store.transaction((tx) => tx.outbox.finish(id, 'done', 'delivered', Date.now()))
    }, stopping.signal)
    try {
      await Promise.race([working, ready()])
      await store.transaction((tx) => tx.outbox.add([aJob({ dueAt: Date.now() })]))
      queue.nudge()
      await Promise.race([
        working,
        eventually(
          async () => done.length,
          (length) => length > 0,
        ),
      ])
    } finally {
      stopping.abort()
      await working
    }
    return { done: done.length, said }
  }

  it('asks the store for nothing that is no id, and does not take it for gone', async () => {
    const poison = new Queue(NAME, { connection: { host: '127.0.0.1', port: redis.port } })
    for (const data of POISON) await poison.add('due', data)
    await poison.add('x'.repeat(100_000), { id: 'of nobody' }, { jobId: `long-${'x'.repeat(100_000)}` })
    const taken = () =>
      eventually(
        () => poison.getJobCountByTypes('waiting', 'active'),
        (count) => count === 0,
      )
    assert.deepEqual(await workOff(taken), { done: 1, said: [] })
    await poison.close()
  })

  it('works without it where its keys are something else', async () => {
    const keys = ['id', 'wait', 'active', 'events', 'meta', 'marker', 'delayed', 'prioritized', 'stalled']
    await redis.ask(...keys.map((key) => `SET bull:${NAME}:${key} spoilt`))
    assert.equal((await workOff(async () => {})).done, 1)
  })
})
