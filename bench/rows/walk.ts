/** E1, E2, E3: the walk end to end through the real gateway: one sender, five recipients, durable, over mTLS, from a second process. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createCipheriv, generateKeyPairSync, hash, randomUUID, sign, verify } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openClient } from '#adapters/agency-kit/client.ts'
import type { Client } from '#adapters/agency-kit/client.ts'
import { meanMs, median, percentile, short, yardstickMs } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { caseItems, handover } from '#bench/workload/case-summary.ts'
import { OF_TWO_TYPES, RECIPIENTS, SENDER, benchAgencies, benchWorld } from '#bench/workload/network.ts'
import { makeNetworkFolder } from '#bench/workload/network-folder.ts'
import type { NetworkFolder } from '#bench/workload/network-folder.ts'
import { measureEnvelopes, copiesForBroker } from './crypto.ts'
import { rawRate } from './durable.ts'
import { disclosuresOfCopy } from './sd-jwt.ts'
import { measureReceive } from './http.ts'

export const walkSection: Section = { name: 'walk', measure: measureWalk }

interface Used {
  readonly cpuMs: number
  /** Of it, in the kernel: sockets and synced writes. */
  readonly systemMs: number
  readonly peakMb: number
  readonly outbox: { readonly done: number; readonly stopped: number; readonly stuck: number }
}

const AT_ONCE = 2
const PAUSE_MS = 40

async function measureWalk(plan: Plan): Promise<readonly Row[]> {
  return [...(await measureClasses(plan)), ...(await measureTwoTypes(plan))]
}

/** Five recipients of five types. */
async function measureClasses(plan: Plan): Promise<readonly Row[]> {
  await using network = await makeNetworkFolder()
  await using gateway = await startGateway(network)
  using client = openClient({ url: gateway.url, ...(await network.identity(SENDER)) })
  const walks = await measureRounds(client, network, gateway, plan)
  const latencies = await idleLatencies(client, network, gateway, plan.isQuick ? 4 : 100)
  const { peakMb } = await gateway.used('idle')
  const p99 = percentile(latencies, 0.99)
  return [
    {
      id: 'E1',
      what: 'CPU of the gateway per walk: received, recorded, judged, sealed and delivered to five of five types',
      value: walks.ratio,
      unit: 'F',
      detail: detailOf(walks),
    },
    ...againstFloors('E1 floors', walks.cpuMs, await floorsOf(network, plan, RECIPIENTS.length)),
    walksRow('walks', walks),
    {
      id: 'E2',
      what: 'accept with a durable receipt on an idle gateway, p99',
      value: p99 / walks.fMs,
      unit: 'F',
      detail: `${short(p99)} ms, median ${short(median(latencies))} ms, of ${latencies.length} posts, as the client sees them`,
    },
    {
      id: 'memory',
      what: 'peak memory of the gateway in this run',
      value: peakMb,
      unit: 'MB',
      detail: 'resident, from process start',
    },
  ]
}

/** Five recipients of two types: what E3 speaks of. */
async function measureTwoTypes(plan: Plan): Promise<readonly Row[]> {
  await using network = await makeNetworkFolder(benchAgencies(OF_TWO_TYPES))
  await using gateway = await startGateway(network)
  using client = openClient({ url: gateway.url, ...(await network.identity(SENDER)) })
  const walks = await measureRounds(client, network, gateway, plan)
  await using five = await makeNetworkFolder()
  const floors = await floorsOf(five, plan, 2)
  return [
    {
      id: 'E3',
      what: 'sum of the floors of the full walk (two copies, log, receipts, sealed store) against the walk, in CPU of the gateway',
      value: floors.sumMs / walks.cpuMs,
      unit: 'x',
      detail: `${detailOf(walks)}; floors ${short(floors.sumMs)} ms: ${floors.detail}`,
    },
    walksRow('E3 walks', walks),
  ]
}

interface Walks {
  readonly cpuMs: number
  readonly systemMs: number
  readonly perSecond: number
  readonly fMs: number
  readonly ratio: number
}

const detailOf = ({ cpuMs, systemMs, fMs }: Walks): string =>
  `${short(cpuMs)} ms of CPU (all threads, ${short(systemMs)} in the kernel), F ${short(fMs)} ms`

const againstFloors = (id: string, cpuMs: number, { sumMs, detail }: Floors): readonly Row[] => [
  {
    id,
    what: 'the walk against the sum of its floors in the same run',
    value: cpuMs / sumMs,
    unit: 'x',
    detail: `floors ${short(sumMs)} ms: ${detail}`,
  },
]

const walksRow = (id: string, { perSecond }: Walks): Row => ({
  id,
  what: `walks a second, ${AT_ONCE} posts at once, client and gateway on this machine`,
  value: perSecond,
  unit: '/s',
  detail: 'every parcel in its mailbox; client seals beforehand',
})

/** Warm, then rounds of many messages; medians over the rounds. */
async function measureRounds(client: Client, network: NetworkFolder, gateway: Running, plan: Plan): Promise<Walks> {
  await postAll(client, await sealMany(network, gateway, plan.isQuick ? 3 : 40), AT_ONCE)
  await gateway.used('idle')
  const perRound = plan.isQuick ? 4 : 40
  const rounds: Omit<Walks, 'ratio'>[] = []
  for (let round = 0; round < (plan.isQuick ? 1 : plan.rounds); round += 1) {
    const fMs = yardstickMs(benchWorld(200).sent, 300)
    const bodies = await sealMany(network, gateway, perRound)
    const before = await gateway.used('idle')
    const start = performance.now()
    await postAll(client, bodies, AT_ONCE)
    const after = await gateway.used('idle')
    const delivered = after.outbox.done - before.outbox.done
    if (delivered !== perRound * RECIPIENTS.length) throw new Error(`${delivered} deliveries for ${perRound} messages`)
    rounds.push({
      cpuMs: (after.cpuMs - before.cpuMs) / perRound,
      systemMs: (after.systemMs - before.systemMs) / perRound,
      perSecond: (perRound * 1000) / (performance.now() - start),
      fMs,
    })
  }
  return {
    cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
    systemMs: median(rounds.map(({ systemMs }) => systemMs)),
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    fMs: median(rounds.map(({ fMs }) => fMs)),
    ratio: median(rounds.map(({ cpuMs, fMs }) => cpuMs / fMs)),
  }
}

interface Running extends AsyncDisposable {
  readonly url: string
  readonly audience: string
  readonly used: (when: 'now' | 'idle') => Promise<Used>
}

async function startGateway({ path }: NetworkFolder): Promise<Running> {
  const script = join(import.meta.dirname, '../processes/gateway.ts')
  const child = fork(script, [path, join(path, 'data/bench.db')], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const { url, audience } = (await messageFrom(child)) as { readonly url: string; readonly audience: string } // the one sender is processes/gateway.ts
  return {
    url,
    audience,
    used: async (when) => {
      child.send(when)
      return (await messageFrom(child)) as Used
    },
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** The next thing that a child says. Rejects when it ends instead. */
function messageFrom(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error('a process of the bench ended before it answered'))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message)
    })
  })
}

/** So many messages of 200 items, each of its own case, sealed before anything is measured. */
async function sealMany(
  { registry, ...network }: NetworkFolder,
  { audience }: Running,
  count: number,
): Promise<readonly string[]> {
  const from = registry.participants.find(({ id }) => id === SENDER)?.uri ?? ''
  const bodies: string[] = []
  for (let index = 0; index < count; index += 1) {
    const jti = randomUUID()
    const message = handover({
      items: caseItems(200, index + 1),
      from,
      to: audience,
      caseId: `bench-${jti}`,
      jti,
      issuedAt: Date.now(),
    })
    bodies.push(await copiesForBroker({ registry, ...network }, message))
  }
  return bodies
}

/** Milliseconds of each post. Throws where one is refused. */
async function postAll(
  client: Client,
  bodies: readonly string[],
  atOnce: number,
  pauseMs = 0,
): Promise<readonly number[]> {
  const waiting = [...bodies]
  const times: number[] = []
  const work = async (): Promise<void> => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      const start = performance.now()
      const { status, text } = await client.call({
        method: 'POST',
        path: '/v1/submissions',
        body,
        contentType: 'application/jose',
      })
      if (status !== 202) throw new Error(`the gateway refused a message of the bench: ${status} ${text.slice(0, 300)}`)
      times.push(performance.now() - start)
      if (pauseMs > 0) await sleep(pauseMs)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return times
}

/** One post at a time, each after the gateway has come to rest. */
async function idleLatencies(
  client: Client,
  network: NetworkFolder,
  gateway: Running,
  count: number,
): Promise<readonly number[]> {
  const times: number[] = []
  for (const body of await sealMany(network, gateway, count)) {
    times.push(...(await postAll(client, [body], 1, PAUSE_MS)))
    await gateway.used('idle')
  }
  return times
}

interface Floors {
  readonly sumMs: number
  readonly detail: string
}

/**
 * What no gateway that does all this can do without: receive, open and seal, read and write JSON, hash each disclosure of each copy and
 * verify what signs it, bind each parcel to its recipient, encrypt what is stored, sign the log, and put the bytes on the disk.
 */
async function floorsOf(network: NetworkFolder, plan: Plan, copies: number): Promise<Floors> {
  const few = { ...plan, rounds: 1 }
  const { sent } = benchWorld(200)
  const receive = await measureReceive(network, few)
  const before = process.cpuUsage()
  const start = performance.now()
  const { openMs, sealMs, fMs } = await measureEnvelopes(network, few)
  const { user, system } = process.cpuUsage(before)
  const cpuPerWall = (user + system) / 1000 / (performance.now() - start)
  const joseMs = (openMs + sealMs) * cpuPerWall
  const budgetMs = plan.isQuick ? 20 : 150
  const printMs =
    5 * meanMs(() => JSON.stringify(JSON.parse(sent)), budgetMs) - 4 * meanMs(() => JSON.parse(sent), budgetMs)
  const parts = {
    'TLS and HTTP': receive.cpuMs,
    JOSE: joseMs,
    'JSON read once, written five times': printMs,
    'copies hashed and verified': copies * (await copyFloorMs(budgetMs)),
    'five key bindings, a receipt and a checkpoint signed': 7 * signatureMs(budgetMs),
    'encrypted at rest': encryptionMs(budgetMs),
    'synced writes': appendCpuMs(network.path, plan.isQuick ? 100 : 500),
  }
  const sumMs = Object.values(parts).reduce((a, b) => a + b, 0)
  return {
    sumMs,
    detail: `${Object.entries(parts)
      .map(([name, ms]) => `${name} ${short(ms)}`)
      .join(', ')} (F ${short(fMs)})`,
  }
}

/** As many disclosures as a copy of 200 items has, of their mean length: each printed in base64url and hashed; and one signature verified. */
async function copyFloorMs(budgetMs: number): Promise<number> {
  const { count, chars } = await disclosuresOfCopy()
  const bytes = Buffer.alloc(Math.round((chars * 3) / 4 / count), 'd')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signature = sign('sha256', bytes, privateKey)
  const hashing = meanMs(() => {
    for (let index = 0; index < count; index += 1) hash('sha256', bytes.toString('base64url'), 'base64url')
  }, budgetMs)
  return hashing + meanMs(() => verify('sha256', bytes, publicKey, signature), budgetMs)
}

function signatureMs(budgetMs: number): number {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const bytes = Buffer.alloc(400, 's')
  return meanMs(() => sign('sha256', bytes, privateKey), budgetMs)
}

/** AES-256-GCM of a message and five records of it, bare. */
function encryptionMs(budgetMs: number): number {
  const [key, bytes] = [Buffer.alloc(32, 'k'), Buffer.alloc(64_000, 'b')]
  const one = meanMs(() => {
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12))
    return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
  }, budgetMs)
  return one * (1 + RECIPIENTS.length)
}

/** CPU of one synced append of the message and five of its size as sealed. */
function appendCpuMs(folder: string, budgetMs: number): number {
  const cost = (bytes: number): number => {
    const before = process.cpuUsage()
    const start = performance.now()
    const perSecond = rawRate(folder, Buffer.alloc(bytes, 'A'), budgetMs)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000 / ((perSecond * (performance.now() - start)) / 1000)
  }
  return cost(64_000) + RECIPIENTS.length * cost(112_000)
}
