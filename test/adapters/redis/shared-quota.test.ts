/** One quota for all replicas: counted in Redis, by each alone where Redis is away or hangs, and never without end. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import { codeOf, placeOf } from '#adapters/redis/connect.ts'
import { openSharedQuota } from '#adapters/redis/shared-quota.ts'
import type { SharedQuota } from '#adapters/redis/shared-quota.ts'
import type { AgencyDeps } from '#gateway/http/agency/operation.ts'
import type { Log } from '#gateway/ports/log.ts'
import { bootGateway } from '#test/support/gateway.ts'
import { needsRedis, startRedis } from '#test/support/redis-server.ts'
import type { RedisServer } from '#test/support/redis-server.ts'

const PASSWORD = 'not-for-any-log'
const MINUTE_MS = 60_000

describe('a quota shared through Redis', () => {
  let redis: RedisServer
  const said: string[] = []
  const note = (event: string, fields?: object): void => void said.push(JSON.stringify([event, fields]))
  const log: Log = { info: note, warn: note, alarm: note }
  const quotas: SharedQuota[] = []
  const open = async (): Promise<SharedQuota> => {
    const quota = openSharedQuota({ url: redis.url, log })
    quotas.push(quota)
    await counts(quota)
    return quota
  }
  const counts = async (quota: SharedQuota): Promise<void> => {
    for (let tries = 0; (await quota.count('warm', 1000)) === undefined; tries += 1) {
      assert.ok(tries < 1000, 'it never counted')
      await sleep(5)
    }
  }

  before(async function () {
    needsRedis(this)
    redis = await startRedis({ password: PASSWORD })
  })
  after(async () => {
    for (const quota of quotas) quota.close()
    await redis?.[Symbol.asyncDispose]()
  })

  it('counts what two processes let in as one number, for each member by itself', async () => {
    const [one, two] = [await open(), await open()]
    const hits = [await one.count('a', MINUTE_MS), await two.count('a', MINUTE_MS), await two.count('b', MINUTE_MS)]
    assert.deepEqual(
      hits.map((counted) => counted?.hits),
      [1, 2, 1],
    )
    assert.ok((hits[1]?.windowEndsAt ?? 0) > Date.now() + MINUTE_MS / 2)
  })

  it('says within a moment that it cannot tell, while Redis hangs, and counts again after', async () => {
    const quota = await open()
    redis.pause()
    const askedAt = performance.now()
    assert.equal(await quota.count('hung', MINUTE_MS), undefined)
    assert.ok(performance.now() - askedAt < 1000)
    const again = performance.now()
    assert.equal(await quota.count('hung', MINUTE_MS), undefined)
    assert.ok(performance.now() - again < 20, 'a Redis that hangs is not asked by every request')
    redis.resume()
    await counts(quota)
  })

  it('counts again after Redis was killed, and after it was emptied of its scripts', async () => {
    const quota = await open()
    await redis.kill()
    assert.equal(await quota.count('killed', MINUTE_MS), undefined)
    await redis.start()
    await counts(quota)
    await redis.ask('SCRIPT FLUSH', 'FLUSHALL')
    await counts(quota)
    assert.equal((await quota.count('emptied', MINUTE_MS))?.hits, 1)
  })

  it('never says where Redis is with its password, nor what it answered', () => {
    assert.ok(said.length > 0)
    for (const line of said) assert.ok(!line.includes(PASSWORD) && !line.includes('127.0.0.1'), line)
    assert.equal(placeOf(`rediss://user:${PASSWORD}@redis.example:6380/2`), 'rediss://redis.example:6380/2')
    assert.equal(codeOf(new Error(`WRONGPASS ${PASSWORD}`)), 'WRONGPASS')
    assert.equal(codeOf(new Error(PASSWORD)), 'Error')
  })
})

describe('the limit on requests with a shared quota', () => {
  const limited = async (quota: NonNullable<AgencyDeps['quota']>): Promise<readonly number[]> => {
    await using gateway = await bootGateway({ requestsPerMinute: 3, quota })
    const statuses: number[] = []
    for (let times = 0; times < 6; times += 1)
      statuses.push((await gateway.request('probation-paris', 'get', '/v1/deliveries')).status)
    return statuses
  }

  it('refuses what all replicas together let in too often', async () => {
    let hits = 2
    const statuses = await limited({ count: async () => ({ hits: (hits += 1), windowEndsAt: Date.now() + MINUTE_MS }) })
    assert.deepEqual(statuses, [200, 429, 429, 429, 429, 429])
  })

  it('counts alone where nothing can be told, and is never open-ended', async () => {
    assert.deepEqual(await limited({ count: async () => undefined }), [200, 200, 200, 429, 429, 429])
  })

  it('holds to its own count where Redis was emptied', async () => {
    const statuses = await limited({ count: async () => ({ hits: 1, windowEndsAt: Date.now() + MINUTE_MS }) })
    assert.deepEqual(statuses, [200, 200, 200, 429, 429, 429])
  })
})
