/** A process that works jobs off and counts requests through the Redis at the URL: `node redis-user.ts URL JOBS`. Prints what it did, and what was logged, as JSON. */
import { openBullmqQueue } from '#adapters/queue/bullmq.ts'
import { openSharedQuota } from '#adapters/redis/shared-quota.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import type { LogFields } from '#gateway/ports/log.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { aJob } from '#test/contract/stored-things.ts'

const [url = '', count = '0'] = process.argv.slice(2)
/** Longer than it takes to connect, or to try several times. */
const PATIENCE_MS = 2_000

const said: (readonly [string, LogFields?])[] = []
const say = (event: string, fields?: LogFields): void =>
  void said.push(fields === undefined ? [event] : [event, fields])
const log = { info: say, warn: say, alarm: say }
await using store = await openSqliteStore(':memory:')
const quotas = [openSharedQuota({ url, log }), openSharedQuota({ url, log })]
const stopping = new AbortController()
const queue = openBullmqQueue({ store, clock: Date.now, leaseMs: 5_000, concurrency: 2, pollMs: 50, log, url })
let done = 0
const working = queue.work(async ({ id }) => {
  await store.transaction((tx) => tx.outbox.finish(id, 'done', 'delivered', Date.now()))
  done += 1
}, stopping.signal)

await sleep(PATIENCE_MS)
const jobs = Array.from({ length: Number(count) }, () => aJob({ dueAt: Date.now() }))
await store.transaction((tx) => tx.outbox.add(jobs))
queue.nudge()
await queue.idle()
const hits: (number | undefined)[] = []
for (const quota of quotas) hits.push((await quota.count('member', 60_000))?.hits)
stopping.abort()
await working
for (const quota of quotas) quota.close()
process.stdout.write(JSON.stringify({ done, hits: hits.map((hit) => hit ?? 'unknown'), said }))
