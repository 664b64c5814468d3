/** E1, E2: the walk end to end through the real gateway: one sender, five recipients, durable, over mTLS, from a second process. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openClient } from '#adapters/agency-kit/client.ts'
import type { Client } from '#adapters/agency-kit/client.ts'
import { median, meanMs, percentile, short, yardstickMs } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { caseItems, handover } from '#bench/workload/case-summary.ts'
import { RECIPIENTS, SENDER, benchWorld } from '#bench/workload/network.ts'
import { makeNetworkFolder } from '#bench/workload/network-folder.ts'
import type { NetworkFolder } from '#bench/workload/network-folder.ts'
import { measureEnvelopes, copiesForBroker } from './crypto.ts'
import { rawRate } from './durable.ts'
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
  await using network = await makeNetworkFolder()
  await using gateway = await startGateway(network)
  using client = openClient({ url: gateway.url, ...(await network.identity(SENDER)) })
  const post = (count: number): Promise<readonly number[]> => postMany(client, network, gateway, count)
  await post(plan.isQuick ? 3 : 40)
  await gateway.used('idle')
  const perRound = plan.isQuick ? 4 : 40
  const rounds: {
    readonly cpuMs: number
    readonly systemMs: number
    readonly perSecond: number
    readonly fMs: number
  }[] = []
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
  const cpuMs = median(rounds.map((round) => round.cpuMs))
  const systemMs = median(rounds.map((round) => round.systemMs))
  const ratio = median(rounds.map((round) => round.cpuMs / round.fMs))
  const perSecond = median(rounds.map((round) => round.perSecond))
  const latencies = await idleLatencies(client, network, gateway, plan.isQuick ? 4 : 100)
  const { peakMb } = await gateway.used('idle')
  const floors = await floorsOf(network, plan)
  const fMs = median(rounds.map((round) => round.fMs))
  const p99 = percentile(latencies, 0.99)
  return [
    {
      id: 'E1',
      what: 'CPU of the gateway per walk: received, recorded, judged, sealed and delivered to five',
      value: ratio,
      unit: 'F',
      detail: `${short(cpuMs)} ms of CPU (all threads, ${short(systemMs)} in the kernel), F ${short(fMs)} ms`,
    },
    {
      id: 'E1 floors',
      what: 'the walk against the sum of its floors in the same run',
      value: cpuMs / floors.sumMs,
      unit: 'x',
      detail: `floors ${short(floors.sumMs)} ms: ${floors.detail}`,
    },
    {
      id: 'walks',
      what: `walks a second, ${AT_ONCE} posts at once, client and gateway on this machine`,
      value: perSecond,
      unit: '/s',
      detail: `every parcel in its mailbox; client seals beforehand`,
    },
    {
      id: 'E2',
      what: 'accept with a durable receipt on an idle gateway, p99',
      value: p99 / fMs,
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

async function postMany(
  client: Client,
  network: NetworkFolder,
  gateway: Running,
  count: number,
): Promise<readonly number[]> {
  return postAll(client, await sealMany(network, gateway, count), AT_ONCE)
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

/** What no gateway can do without: receive, open and seal, read and write JSON, and put the bytes on the disk. */
async function floorsOf(
  network: NetworkFolder,
  plan: Plan,
): Promise<{ readonly sumMs: number; readonly detail: string }> {
  const few = { ...plan, rounds: 1 }
  const { sent } = benchWorld(200)
  const receive = await measureReceive(network, few)
  const before = process.cpuUsage()
  const start = performance.now()
  const { openMs, sealMs, fMs } = await measureEnvelopes(network, few)
  const { user, system } = process.cpuUsage(before)
  const cpuPerWall = (user + system) / 1000 / (performance.now() - start)
  const joseMs = (openMs + sealMs) * cpuPerWall
  const printMs = 5 * meanMs(() => JSON.stringify(JSON.parse(sent)), 100) - 4 * meanMs(() => JSON.parse(sent), 100)
  const writeMs = appendCpuMs(network.path, plan.isQuick ? 100 : 500)
  const parts = {
    'TLS and HTTP': receive.cpuMs,
    JOSE: joseMs,
    'JSON read once, written five times': printMs,
    'synced writes': writeMs,
  }
  const sumMs = Object.values(parts).reduce((a, b) => a + b, 0)
  return {
    sumMs,
    detail: `${Object.entries(parts)
      .map(([name, ms]) => `${name} ${short(ms)}`)
      .join(', ')} (F ${short(fMs)})`,
  }
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
