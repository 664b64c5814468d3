/** Two gateways over one PostgreSQL and one Redis are one gateway to everybody: what one is told the other knows, and either may go. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import { makeAssertion } from '#adapters/agency-kit/assertion.ts'
import { jsonOf } from '#adapters/agency-kit/client.ts'
import { Refused } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import { openPostgresStore } from '#adapters/store/open-postgres.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { PROJECT_ROOT } from '#cli/project-root.ts'
import { toOrganisationId } from '#gateway/core/ids.ts'
import type { Store } from '#gateway/ports/store.ts'
import { aReferral } from '#test/support/messages.ts'
import { publishNext } from '#test/support/officers.ts'
import { needsPostgres, postgresServer } from '#test/support/postgres-server.ts'
import { needsRedis, startRedis } from '#test/support/redis-server.ts'
import type { RedisServer } from '#test/support/redis-server.ts'
import { post, sealerOf, startLoad } from '#test/support/replica-load.ts'
import { openReplicas } from '#test/support/replicas.ts'
import { readinessOf } from '#test/support/readiness.ts'
import type { OneReplica, Replicas } from '#test/support/replicas.ts'

const FRANCE = join(PROJECT_ROOT, 'policies/packs/france-prison-exit.json')
const SENDER = 'probation-paris'
const [INBOX, READER] = ['pairs-paris', 'pairs-social-worker']
const WITNESSES = ['court-paris', 'city-paris']
/** By then every gateway knows of a revocation. */
const REVOKED_MS = 30_000

describe('two gateways on one store', function () {
  this.timeout(5 * 60_000)
  needsPostgres()
  let redis: RedisServer
  let replicas: Replicas
  let store: Store
  let [one, two]: OneReplica[] = []
  const first = (): OneReplica => one ?? assert.fail('none')
  const second = (): OneReplica => two ?? assert.fail('none')

  before(async function () {
    needsRedis(this)
    redis = await startRedis()
    const databaseUrl = await (await postgresServer()).database()
    replicas = await openReplicas({ count: 2, databaseUrl, redisUrl: redis.url })
    ;[one, two] = replicas.all
    await first().start()
    await second().start()
    store = await openPostgresStore(databaseUrl, { readonly: true })
  })
  after(async () => {
    await store?.[Symbol.asyncDispose]()
    await replicas?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
  })

  const send = async (at: OneReplica): Promise<readonly string[]> => {
    using member = await replicas.member(at, SENDER)
    const seal = await sealerOf(replicas, SENDER)
    const { body, names } = await seal(aReferral({ caseId: `DEMO-TWO-${randomUUID()}` }))
    await post(member, randomUUID(), body)
    return names
  }

  /** The ids of deliveries of one of these messages, once there are some and they are published. */
  const received = async (at: OneReplica, names: readonly string[]): Promise<readonly string[]> => {
    using reader = await replicas.member(at, INBOX, READER)
    return await until(async () => {
      await witness(at)
      const listed = (await reader.list()).filter(({ messageId }) => names.includes(messageId))
      return listed.length === 0 ? undefined : listed.map(({ id }) => id)
    })
  }

  const witness = async (at: OneReplica): Promise<void> => {
    for (const organisation of WITNESSES) {
      using member = await replicas.member(at, organisation)
      await member.witness()
    }
  }

  it('deliver at one what was sent at the other, once, and acknowledge it at either', async () => {
    const names = await send(first())
    const [id = ''] = await received(second(), names)
    using at = await replicas.member(second(), INBOX, READER)
    using other = await replicas.member(first(), INBOX, READER)
    await at.open(id)
    await other.acknowledge(id)
    assert.equal((await at.list()).find((delivery) => delivery.id === id)?.state, 'acknowledged')
    assert.deepEqual(await other.list(), await at.list())
  })

  it('take the same message once when both are sent it at once, and give one receipt', async () => {
    const members = [await replicas.member(first(), SENDER), await replicas.member(second(), SENDER)]
    const seal = await sealerOf(replicas, SENDER)
    for (let times = 0; times < 10; times += 1) {
      const { body } = await seal(aReferral({ caseId: `DEMO-SAME-${times}` }))
      const key = randomUUID()
      const answers = await Promise.all(members.map((member) => post(member, key, body)))
      // Under another key the same message is the same message.
      const again = await Promise.all(members.map((member) => post(member, randomUUID(), body)))
      const taken = [...answers, ...again].map(
        (answer) => jsonOf(answer) as { readonly id: string; readonly receipt: string },
      )
      assert.equal(new Set(taken.map(({ id }) => id)).size, 1)
      assert.equal(new Set(taken.map(({ receipt }) => receipt)).size, 1)
    }
    for (const member of members) member[Symbol.dispose]()
  })

  it('let the word of a mandate be used once, at whichever it comes first', async () => {
    const keys = await readPrivateKeys(join(replicas.folder, EXAMPLE_PATHS.mandate(READER), EXAMPLE_PATHS.keys))
    const key = keys.find(({ use }) => use === 'assert') ?? assert.fail('no key')
    const assertion = await makeAssertion({ mandateId: READER, audience: replicas.audience, at: Date.now() }, key)
    const ask = async (at: OneReplica): Promise<string> => {
      using member = await replicas.member(at, INBOX)
      const path = `/v1/deliveries?mandate=${READER}`
      const asked = member.call({ method: 'GET', path, headers: { authorization: `Bearer ${assertion}` } })
      return await asked.then(
        () => 'taken',
        (error: unknown) => (error instanceof Refused ? error.code : 'lost'),
      )
    }
    assert.deepEqual(
      (await Promise.all([ask(first()), ask(second())])).toSorted((a, b) => a.localeCompare(b)),
      ['mandate-unproven', 'taken'],
    )
  })

  it('go on at the other with a list that was begun at one', async () => {
    await send(first())
    await received(second(), await send(second()))
    using here = await replicas.member(first(), INBOX)
    using there = await replicas.member(second(), INBOX)
    const page = async (member: Member, query: string): Promise<{ readonly next?: string }> =>
      jsonOf(await member.call({ method: 'GET', path: `/v1/deliveries?limit=1${query}` })) as { readonly next?: string }
    const { next } = await page(here, '')
    assert.ok(next !== undefined)
    await page(there, `&cursor=${encodeURIComponent(next)}`)
  })

  describe('when another policy comes into force', () => {
    let newer: string
    const digestOfLast = async (): Promise<string | undefined> => {
      const organisation = toOrganisationId(INBOX) ?? assert.fail('no id')
      return (await store.read.deliveries.everOf({ organisation, after: 0, limit: 1000 })).at(-1)?.policyDigest
    }
    before(async () => {
      newer = join(replicas.folder, 'newer.json')
      const text = await readFile(FRANCE, 'utf8')
      const { version } = JSON.parse(text) as { readonly version: string }
      await writeFile(newer, text.replace(`"version": "${version}"`, `"version": "${version}-next"`))
    })

    it('H067 decide by it from then on, also the one that was told nothing', async () => {
      await received(first(), await send(first()))
      const before = await digestOfLast()
      await second().stop()
      await second().start({ PASSERELLE_POLICY: newer })
      // The one that knows the new file is gone again: only the other can decide.
      await second().kill()
      const inForce = await store.read.policies.digestInForce()
      assert.notEqual(inForce, before)
      await received(first(), await send(first()))
      assert.equal(await digestOfLast(), inForce)
      await second().start({ PASSERELLE_POLICY: newer })
    })

    it('do not go back when one starts again with its old file beside another', async () => {
      const inForce = await store.read.policies.digestInForce()
      await first().kill()
      await first().start()
      assert.match(first().said(), /version that was replaced/)
      assert.equal(await store.read.policies.digestInForce(), inForce)
      await received(first(), await send(first()))
      assert.equal(await digestOfLast(), inForce)
    })
  })

  describe('duties', () => {
    const holderOf = async (duty: string): Promise<string | undefined> =>
      (await store.read.replicas.leases(Date.now())).find(({ name }) => name === duty)?.holder
    const saidBy = (holder: string): OneReplica | undefined =>
      replicas.all.find(({ said }) => said().includes(`"holder":"${holder}"`))

    it('are of one at a time, and of the other soon after that one is killed', async () => {
      const holder = await until(() => holderOf('publication'))
      const holding = saidBy(holder) ?? assert.fail('nobody said that it took the duty')
      const other = replicas.all.find((replica) => replica !== holding) ?? assert.fail('none')
      const names = await send(other)
      await holding.kill()
      const killedAt = Date.now()
      const next = await until(async () => {
        const now = await holderOf('publication')
        return now === holder ? undefined : now
      })
      assert.equal(saidBy(next), other)
      // Whatever was in hand, and its place in the log, is the other's now.
      await received(other, names)
      console.log(`    taken over and delivered ${Date.now() - killedAt} ms after the kill`)
      await holding.start()
    })

    it('are given up at once by one that is stopped', async () => {
      const holding = saidBy((await holderOf('rounds')) ?? '') ?? assert.fail('nobody has the rounds')
      assert.equal(await holding.stop(), 0)
      const now = await holderOf('rounds')
      assert.ok(now === undefined || saidBy(now) !== holding)
      await holding.start()
    })

    it('leave to each the newest head of the log in a file of its own', async () => {
      const [here, there] = await until(async () => {
        const notes = [0, 1].map((index) => join(replicas.folder, `head-of-replica-${index}/checkpoint`))
        const read = await Promise.all(notes.map((path) => readFile(path, 'utf8').catch(() => '')))
        return read[0] !== '' && read[0] === read[1] ? read : undefined
      })
      assert.equal(here, there)
    })
  })

  describe('that come and go', () => {
    it('are restarted one after the other under load without a request refused or lost', async () => {
      const load = await startLoad(replicas, 40)
      await sleep(1000)
      for (const replica of replicas.all) {
        assert.equal(await replica.stop(), 0, 'an orderly end')
        await replica.start()
        await sleep(500)
      }
      await load.settle()
      await load.check()
    })

    it('say that they are not ready before they stop listening, and end what is in hand', async () => {
      await second().stop()
      await second().start({ PASSERELLE_DRAIN_MS: '3000' })
      const stopped = second().stop()
      const codes = await until(async () => {
        const { status, code } = await readinessOf(second().insideUrl)
        return status === 503 ? code : undefined
      })
      assert.equal(codes, 'gateway-stopping')
      using member = await replicas.member(second(), SENDER)
      assert.equal((await member.call({ method: 'GET', path: '/v1/deliveries' })).headers.connection, 'close')
      assert.equal(await stopped, 0)
      await second().start()
    })

    it('count the requests of a member together', async () => {
      for (const replica of replicas.all) {
        await replica.stop()
        await replica.start({ PASSERELLE_REQUESTS_PER_MINUTE: '6' })
      }
      await redis.flush()
      let taken = 0
      for (let times = 0; times < 10; times += 1) {
        using member = await replicas.member(times % 2 === 0 ? first() : second(), 'justice-ministry')
        taken += await member
          .call({ method: 'GET', path: '/v1/deliveries' })
          .then(() => 1, refusedAs('too-many-requests'))
      }
      assert.equal(taken, 6)
      for (const replica of replicas.all) {
        await replica.stop()
        await replica.start()
      }
    })

    it('shut out within half a minute whose certificate was revoked, and who was put out of the list', async () => {
      const folder = join(replicas.folder, EXAMPLE_PATHS.authority('members'))
      const into = join(replicas.folder, EXAMPLE_PATHS.revocation)
      const revoked = await replicas.run('certs', 'revoke', 'prison-paris', '--authority', folder, '--into', into)
      assert.equal(revoked.code, 0, revoked.text)
      await publishNext(replicas, '--revoke-organisation', SENDER, '--reason', 'withdrawn')
      const begunAt = Date.now()
      for (const replica of replicas.all)
        for (const organisation of ['prison-paris', SENDER])
          await until(async () => {
            using member = await replicas.member(replica, organisation)
            return await member.call({ method: 'GET', path: '/v1/deliveries' }).then(
              () => undefined,
              () => true,
            )
          }, REVOKED_MS)
      console.log(`    both gateways knew after ${Date.now() - begunAt} ms`)
    })
  })
})

const refusedAs =
  (code: string) =>
  (error: unknown): 0 => {
    assert.ok(error instanceof Refused && error.code === code, String(error))
    return 0
  }

/** What it answers once it answers something; fails after the time. */
async function until<T>(ask: () => Promise<T | undefined>, ms = 45_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined) return answer
  }
  return assert.fail('it never came to that')
}
