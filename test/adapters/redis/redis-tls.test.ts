/** Redis behind TLS with an authority of its own: jobs and counts go through it for who trusts that authority; who does not is told in one line, and works without. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'mocha'
import { aServerIdentity, makeAuthorities } from '#test/support/certificates.ts'
import { needsRedis, OTHER_ADDRESS, startRedis } from '#test/support/redis-server.ts'
import type { RedisServer } from '#test/support/redis-server.ts'

const USER = join(import.meta.dirname, 'redis-user.ts')
const PASSWORD = 'not-for-any-log'
const JOBS = 5

interface Used {
  readonly done: number
  readonly hits: readonly (number | string)[]
  readonly said: readonly (readonly [string, Readonly<Record<string, unknown>>?])[]
}

describe('Redis behind TLS', () => {
  let redis: RedisServer
  let folder: string
  before(async function () {
    needsRedis(this)
    folder = mkdtempSync(join(tmpdir(), 'passerelle-redis-tls-'))
    const [own, other] = [await makeAuthorities(Date.now()), await makeAuthorities(Date.now())]
    writeFileSync(join(folder, 'own.pem'), own.root.pem)
    writeFileSync(join(folder, 'other.pem'), other.root.pem)
    const { cert, key } = await aServerIdentity(own)
    const tls = { certificate: String(cert), key: String(key), authority: own.root.pem }
    redis = await startRedis({ password: PASSWORD, tls })
  })
  after(async () => {
    await redis?.[Symbol.asyncDispose]()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  /** As an operator configures it: the authority by NODE_EXTRA_CA_CERTS. */
  const use = async (url: string, authority?: string): Promise<{ readonly used: Used; readonly errors: string }> => {
    const env = { ...process.env, ...(authority && { NODE_EXTRA_CA_CERTS: join(folder, authority) }) }
    const child = spawn(process.execPath, [USER, url, String(JOBS)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    assert.notEqual(out, '', errors)
    return { used: JSON.parse(out) as Used, errors }
  }

  it('works jobs off and counts for all through it, for who names its authority, and nothing is said', async () => {
    await redis.flush()
    const { used, errors } = await use(redis.url, 'own.pem')
    assert.deepEqual([used, errors], [{ done: JOBS, hits: [1, 2], said: [] }, ''])
    const kept = await redis.ask('KEYS *')
    assert.match(kept, /passerelle:quota:member/)
    assert.match(kept, /bull:passerelle-outbox:/)
  })

  for (const [who, authority] of [
    ['another authority', 'other.pem'],
    ['none', undefined],
  ] as const)
    it(`is not believed by who trusts ${who}: a line for each connection says why, once, and the work is done without it`, async () => {
      await redis.flush()
      const { used, errors } = await use(redis.url, authority)
      assert.deepEqual([used.done, used.hits, errors], [JOBS, ['unknown', 'unknown'], ''])
      const away = used.said.filter(([event]) => event.startsWith('redis is away'))
      // Two quotas that ask, a queue that asks and one that works.
      const uses = away.map(([, fields]) => String(fields?.['use']))
      assert.deepEqual([uses.length, uses.filter((one) => one === 'asks').length], [4, 3])
      for (const [, fields] of away) assert.match(String(fields?.['code']), /^(UNABLE_TO_|SELF_SIGNED_|CERT_)/)
      assert.equal(used.said.length, away.length)
      assert.doesNotMatch(JSON.stringify(used.said), /not-for-any-log|localhost|127\.0\.0\.1/)
      assert.doesNotMatch(await redis.ask('KEYS *'), /passerelle/)
    })

  it('is not believed under a name that its certificate does not bear', async () => {
    const elsewhere = redis.url.replace('localhost', OTHER_ADDRESS)
    const { used } = await use(elsewhere, 'own.pem')
    const codes = new Set(used.said.map(([, fields]) => fields?.['code']))
    assert.deepEqual(
      [used.done, used.hits, [...codes]],
      [JOBS, ['unknown', 'unknown'], ['ERR_TLS_CERT_ALTNAME_INVALID']],
    )
  })

  it('answers nobody who comes without TLS', async () => {
    const answered = await new Promise<string>((done) => {
      const socket = connect({ port: redis.port, host: '127.0.0.1' }, () =>
        socket.write(`AUTH ${PASSWORD}\r\nPING\r\n`),
      )
      let said = ''
      socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')))
      socket.on('error', () => {})
      socket.on('close', () => done(said))
    })
    assert.doesNotMatch(answered, /\+OK|PONG/)
  })
})
