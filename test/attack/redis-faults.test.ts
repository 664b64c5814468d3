/** Redis, a replica or both fail under load: what was acknowledged to a sender is never lost, what a recipient acknowledged never comes twice. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import { needsPostgres, openPostgresServer } from '#test/support/postgres-server.ts'
import type { PostgresServer } from '#test/support/postgres-server.ts'
import { needsRedis, startRedis } from '#test/support/redis-server.ts'
import type { RedisServer } from '#test/support/redis-server.ts'
import { startLoad } from '#test/support/replica-load.ts'
import type { Load } from '#test/support/replica-load.ts'
import { openReplicas } from '#test/support/replicas.ts'
import type { Replicas } from '#test/support/replicas.ts'
import { samples } from '#test/support/samples.ts'

/** 50 in a full run. */
const FAULTS = samples(5)
const LEAST_LIFE_MS = 200
const LONGEST_LIFE_MS = 900
const PAUSE_MS = 1_500

describe('gateways on one store whose Redis and whose neighbours fail', () => {
  needsPostgres()
  let postgres: PostgresServer
  let redis: RedisServer
  let replicas: Replicas
  let load: Load
  const counts = new Map<string, number>()

  const faults: Readonly<Record<string, () => Promise<void>>> = {
    'kills of Redis': async () => {
      await redis.kill()
      await sleep(randomInt(LONGEST_LIFE_MS))
      await redis.start()
    },
    'kills of a gateway with its worker': async () => {
      const one = replicas.all[randomInt(replicas.all.length)] ?? assert.fail('none')
      await one.kill()
      await sleep(randomInt(LONGEST_LIFE_MS))
      await one.start()
    },
    'emptyings of Redis': () => redis.flush(),
    'pauses of Redis': async () => {
      redis.pause()
      await sleep(PAUSE_MS)
      redis.resume()
    },
    'kills of both': async () => {
      const one = replicas.all[randomInt(replicas.all.length)] ?? assert.fail('none')
      await Promise.all([redis.kill(), one.kill()])
      await Promise.all([redis.start(), one.start()])
    },
  }

  before(async function () {
    this.timeout(20 * 60_000)
    needsRedis(this)
    redis = await startRedis({ password: 'of-this-test' })
    postgres = await openPostgresServer()
    replicas = await openReplicas({
      count: 2,
      databaseUrl: await postgres.database(),
      redisUrl: redis.url,
      settings: { PASSERELLE_LOG: 'warn' },
    })
    for (const one of replicas.all) await one.start()
    load = await startLoad(replicas)
    const kinds = Object.entries(faults)
    for (let count = 0; count < FAULTS; count += 1) {
      await sleep(LEAST_LIFE_MS + randomInt(LONGEST_LIFE_MS))
      // Each of them in turn, so that a small sample has them all; when each comes is chance.
      const [name, fault] = kinds[count % kinds.length] ?? assert.fail('none')
      await fault()
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    await sleep(LONGEST_LIFE_MS)
    await load.settle()
  })

  after(async () => {
    await replicas?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
    await postgres?.stop()
  })

  it('lose no acknowledged submission and repeat no acknowledged delivery', async () => {
    console.log(`    ${[...counts].map(([name, times]) => `${times} ${name}`).join(', ')}`)
    await load.check()
  })

  it('keep one audit chain, whole', async () => {
    const { code, text } = await replicas.run('check', 'audit')
    console.log(`    ${text.trim()}`)
    assert.equal(code, 0, text)
  })

  it('leave nothing in Redis but ids and counts', async () => {
    const held = await redis.ask('KEYS *')
    assert.ok(!/DEMO|paris/.test(held.replaceAll(/passerelle:quota:[a-z-]+/g, '')), held)
  })

  it('say nothing of the password of Redis, nor of what it held', () => {
    for (const { said } of replicas.all) assert.ok(!said().includes('of-this-test') && !said().includes('DEMO-LOAD'))
  })
})
