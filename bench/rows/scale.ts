/** From the submission to the delivery by real `serve` processes: 1, 5 and 20 recipients, 5 KB, 60 KB and 1 MB, on SQLite and on PostgreSQL with Redis and 1, 2 and 4 gateways. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { jsonOf } from '#adapters/agency-kit/client.ts'
import { readHeldRegistry } from '#adapters/agency-kit/held-registry.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import type { KeyUse, PrivateKey } from '#adapters/keys/private-key-file.ts'
import { readAgencies } from '#adapters/pki/example-agencies.ts'
import type { Agencies } from '#adapters/pki/example-agencies.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { percentile, short } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { caseItems, handover } from '#bench/workload/case-summary.ts'
import { PROJECT, SENDER } from '#bench/workload/network.ts'
import { aCopySender } from '#test/support/copy-sender.ts'
import { hasPostgres, openPostgresServer } from '#test/support/postgres-server.ts'
import { hasRedis, startRedis } from '#test/support/redis-server.ts'
import { openReplicas } from '#test/support/replicas.ts'
import type { Replicas } from '#test/support/replicas.ts'

export const scaleSection: Section = { name: 'scale', measure: measureScale }

const MOST_RECIPIENTS = 20
/** Messages under way at once. */
const AT_ONCE = 4
const POLL_MS = 10
const SETTINGS = {
  PASSERELLE_LOG: 'error',
  PASSERELLE_MAX_BODY_BYTES: String(8 * 1024 * 1024),
  PASSERELLE_REQUESTS_PER_MINUTE: '1000000',
} as const

interface Load {
  readonly recipients: number
  /** Items of the message, and the size of its JSON that they come to. */
  readonly items: number
  readonly size: string
  readonly count: number
}

const SIZES = [
  { items: 16, size: '5 KB', count: 24 },
  { items: 190, size: '60 KB', count: 16 },
  { items: 3_200, size: '1 MB', count: 4 },
] as const

const loadsOf = ({ isQuick }: Plan): readonly Load[] =>
  isQuick
    ? [{ recipients: 1, ...SIZES[0], count: 2 }]
    : SIZES.flatMap((size) => [1, 5, MOST_RECIPIENTS].map((recipients) => ({ recipients, ...size })))

async function measureScale(plan: Plan): Promise<readonly Row[]> {
  const loads = loadsOf(plan)
  const rows = await onGateways('sqlite', { count: 1, databaseUrl: 'none' }, loads)
  if (plan.isQuick || !hasPostgres() || !hasRedis()) return rows
  const more: Row[] = []
  for (const count of [1, 2, 4]) {
    const postgres = await openPostgresServer()
    await using redis = await startRedis()
    try {
      const servers = { count, databaseUrl: await postgres.database(), redisUrl: redis.url }
      more.push(...(await onGateways(`postgres ${count}`, servers, loads)))
    } finally {
      await postgres.stop()
    }
  }
  return [...rows, ...more]
}

interface Servers {
  readonly count: number
  readonly databaseUrl: string
  readonly redisUrl?: string
}

async function onGateways(name: string, servers: Servers, loads: readonly Load[]): Promise<readonly Row[]> {
  await using replicas = await openReplicas({ ...servers, agencies: scaleAgencies(), settings: SETTINGS })
  for (const one of replicas.all) await one.start()
  await showEverything(replicas)
  const senders = await Promise.all(replicas.all.map((one) => replicas.member(one, SENDER)))
  const rows: Row[] = []
  for (const load of loads) {
    await timesOf(senders, await bodiesOf(replicas, { ...load, count: 1 }))
    const bodies = await bodiesOf(replicas, load)
    const startedAt = performance.now()
    const times = await timesOf(senders, bodies)
    const perSecond = (1000 * load.count) / (performance.now() - startedAt)
    rows.push({
      id: `scale ${name}, ${load.recipients}, ${load.size}`,
      what: `messages a second from submission to ${load.recipients} deliveries, ${load.size}, on ${name}`,
      value: perSecond,
      unit: '/s',
      detail: `p50 ${short(percentile(times, 0.5))} ms, p99 ${short(percentile(times, 0.99))} ms of ${load.count}, ${AT_ONCE} at once; gateways hold ${short(memoryOf(replicas))} MB at most so far`,
    })
  }
  for (const sender of senders) sender[Symbol.dispose]()
  return rows
}

/** Milliseconds from the post to the last delivery of each. */
async function timesOf(senders: readonly Member[], bodies: readonly string[]): Promise<readonly number[]> {
  const left = [...bodies]
  const times: number[] = []
  const work = async (): Promise<void> => {
    for (let body = left.pop(); body !== undefined; body = left.pop()) {
      const sender = senders[left.length % senders.length]
      if (sender === undefined) return
      const startedAt = performance.now()
      await delivered(sender, body)
      times.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return times
}

const acceptedSchema = z.looseObject({ id: z.string() })
const submissionSchema = z.looseObject({ edges: z.array(z.looseObject({ state: z.string() })) })

async function delivered(sender: Member, body: string): Promise<void> {
  const posted = { method: 'POST', path: '/v1/submissions', body, contentType: 'application/jose' } as const
  const { id } = acceptedSchema.parse(jsonOf(await sender.call(posted)))
  for (;;) {
    const answer = await sender.call({ method: 'GET', path: `/v1/submissions/${id}` })
    if (submissionSchema.parse(jsonOf(answer)).edges.every(({ state }) => state === 'delivered')) return
    await sleep(POLL_MS)
  }
}

/** Sealed beforehand; a case of its own for each. */
async function bodiesOf({ folder, audience }: Replicas, load: Load): Promise<readonly string[]> {
  const registry = await readHeldRegistry(folder)
  const from = registry.participants.find(({ id }) => id === SENDER)?.uri ?? ''
  const own = await keysIn(folder, EXAMPLE_PATHS.organisation(SENDER))
  const brokers = await keysIn(folder, EXAMPLE_PATHS.broker)
  const keys = {
    signing: keyFor(own, 'sign'),
    sealing: keyFor(brokers, 'seal'),
    presenting: keyFor(brokers, 'present'),
  }
  const copies = aCopySender(() => registry)
  const bodies: string[] = []
  for (let index = 0; index < load.count; index += 1) {
    const issued = { caseId: `SCALE-${randomUUID()}`, jti: randomUUID(), issuedAt: Date.now() }
    const message = handover({ items: caseItems(load.items, index + 1), from, to: audience, ...issued })
    const to = Array.from({ length: load.recipients }, (_, number) => recipientAt(number))
    const sealed = await copies.seal(SENDER, { ...message, to }, keys)
    if (sealed === undefined) throw new Error('a message of the bench that is none')
    bodies.push(sealed.jwe)
  }
  return bodies
}

const keysIn = (folder: string, holder: string): Promise<readonly PrivateKey[]> =>
  readPrivateKeys(join(folder, holder, EXAMPLE_PATHS.keys))

function keyFor(keys: readonly PrivateKey[], use: KeyUse): PrivateKey {
  const found = keys.find((key) => key.use === use)
  if (found === undefined) throw new Error(`no key of use ${use}`)
  return found
}

const recipientAt = (number: number): string => `probation-${number + 1}`

/** One prison, and twenty probation services that it hands over to. */
function scaleAgencies(): Agencies {
  const from = readAgencies(JSON.parse(readFileSync(join(PROJECT, 'certs-example/agencies.json'), 'utf8')))
  const numbers = Array.from({ length: MOST_RECIPIENTS }, (_, number) => recipientAt(number))
  const many = <T>(all: readonly T[], isIt: (one: T) => boolean, change: (one: T, name: string) => T): readonly T[] =>
    all.filter(isIt).flatMap((one) => numbers.map((name) => change(one, name)))
  return {
    ...from,
    participants: [
      ...from.participants.filter(({ id }) => id === SENDER),
      ...many(
        from.participants,
        ({ id }) => id === 'probation-paris',
        (entry, id) => ({ ...entry, id }),
      ),
    ],
    edges: many(
      from.edges,
      ({ id }) => id === 'prison-to-probation',
      (edge, to) => ({ ...edge, to, id: `to-${to}` }),
    ),
    mandates: many(
      from.mandates,
      ({ id }) => id === 'probation-counsellor',
      (entry, organisation) => ({ ...entry, organisation, id: `${organisation}-counsellor` }),
    ),
  }
}

/** Without a choice a practitioner is shown the contact sheet only. */
async function showEverything(replicas: Replicas): Promise<void> {
  const [first] = replicas.all
  if (first === undefined) return
  for (let number = 0; number < MOST_RECIPIENTS; number += 1) {
    const organisation = recipientAt(number)
    using member = await replicas.member(first, organisation, `${organisation}-counsellor`)
    const path = '/v1/choices/default'
    const { headers } = await member.call({ method: 'GET', path })
    const match = { 'if-match': String(headers['etag']) }
    await member.call({ method: 'PUT', path, body: JSON.stringify({ depth: 'D4' }), headers: match })
  }
}

/** The most that all gateways together have held so far, MB. */
const memoryOf = ({ all }: Replicas): number =>
  all.reduce((sum, { processId }) => {
    const status = readFileSync(`/proc/${String(processId())}/status`, 'utf8')
    return sum + Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
  }, 0)
