/**
 * From the submission to the delivery by real `serve` processes: 1, 5 and 20 recipients, 5 KB, 60 KB and 1 MB, on SQLite and on PostgreSQL
 * with Redis and 1, 2 and 4 gateways. Each cell has its time, and each deployment: what is over it says so, and the run goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { jsonOf } from '#adapters/agency-kit/client.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { percentile, short } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { bareFloor } from '#bench/workload/bare-floor.ts'
import type { Floor } from '#bench/workload/bare-floor.ts'
import { BENCH_AT, caseItems, handover } from '#bench/workload/case-summary.ts'
import { cpuOf, memoryOf } from '#bench/workload/gateway-processes.ts'
import { SENDER } from '#bench/workload/network.ts'
import { MOST_RECIPIENTS, scaleAgencies, sealBodies, showEverything } from '#bench/workload/scale-network.ts'
import { hasPostgres, openPostgresServer } from '#test/support/postgres-server.ts'
import { hasRedis, startRedis } from '#test/support/redis-server.ts'
import { openReplicas } from '#test/support/replicas.ts'
import type { Replicas } from '#test/support/replicas.ts'

export const scaleSection: Section = { name: 'scale', measure: measureScale }

/** Messages under way at once. */
const AT_ONCE = 8
/** Asking costs the gateways a millisecond each time: seldom enough not to be what is measured; what is told of a delivery is up to so much later. */
const POLL_MS = 25
/** Sent to each gateway before anything is measured: a process that has just started has compiled little. */
const WARM = 16
/** Of one round: for the messages of a cell, for those that a cell left behind, and for all cells of a deployment. */
const CELL_MS = 12_000
const LEFT_MS = 15_000
const DEPLOYMENT_MS = 140_000
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
  readonly cellMs: number
}

const SIZES = [
  { items: 16, size: '5 KB', count: 24 },
  { items: 190, size: '60 KB', count: 16 },
  { items: 3_200, size: '1 MB', count: 4 },
] as const

const loadsOf = ({ isQuick, rounds }: Plan): readonly Load[] =>
  isQuick
    ? [{ recipients: 1, ...SIZES[0], count: 2, cellMs: CELL_MS }]
    : SIZES.flatMap((size) =>
        [1, 5, MOST_RECIPIENTS].map((recipients) => ({
          ...size,
          recipients,
          count: size.count * rounds,
          cellMs: CELL_MS * rounds,
        })),
      )

async function measureScale(plan: Plan): Promise<readonly Row[]> {
  const loads = loadsOf(plan)
  const wholeMs = DEPLOYMENT_MS * plan.rounds
  const rows = await onGateways('sqlite', { count: 1, databaseUrl: 'none' }, { loads, wholeMs })
  if (plan.isQuick || !hasPostgres() || !hasRedis()) return rows
  const more: Row[] = []
  for (const count of [1, 2, 4]) {
    const postgres = await openPostgresServer()
    await using redis = await startRedis()
    try {
      const servers = { count, databaseUrl: await postgres.database(), redisUrl: redis.url }
      more.push(...(await onGateways(`postgres ${count}`, servers, { loads, wholeMs })))
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

interface Measuring {
  readonly loads: readonly Load[]
  readonly wholeMs: number
}

async function onGateways(name: string, servers: Servers, { loads, wholeMs }: Measuring): Promise<readonly Row[]> {
  await using replicas = await openReplicas({ ...servers, agencies: scaleAgencies(), settings: SETTINGS })
  for (const one of replicas.all) await one.start()
  await showEverything(replicas)
  const senders = await Promise.all(replicas.all.map((one) => replicas.member(one, SENDER)))
  const until = performance.now() + wholeMs
  const rows: Row[] = []
  let isBehind = false
  const [smallest] = loads
  if (smallest !== undefined && smallest.count > WARM)
    isBehind = (await measureCell(senders, replicas, { ...smallest, count: WARM * senders.length })).isBehind
  for (const load of loads) {
    process.stderr.write(`bench: scale ${name}, ${load.recipients}, ${load.size} …\n`)
    const isLate: boolean = isBehind || performance.now() > until
    const cell: Cell = isLate
      ? { times: [], seconds: 0, said: isBehind ? BEHIND : LATE, isBehind }
      : await measureCell(senders, replicas, load)
    isBehind = cell.isBehind
    rows.push(rowOf(name, load, cell, replicas))
  }
  for (const sender of senders) sender[Symbol.dispose]()
  return rows
}

const BEHIND = 'not measured: what a cell before it left behind was still not delivered'
const LATE = 'not measured: the time of this deployment was over'

interface Cell {
  /** Milliseconds from the post to the last delivery, of each that was delivered in time. */
  readonly times: readonly number[]
  readonly seconds: number
  /** Of the gateways, all together, for each delivered message. */
  readonly cpuMs?: number
  readonly floor?: Floor
  /** What went otherwise than it should. */
  readonly said: string
  /** The gateways are still at work on this cell. */
  readonly isBehind: boolean
}

/** Never rejects: what the gateways refuse, or take too long for, is said. */
async function measureCell(senders: readonly Member[], replicas: Replicas, load: Load): Promise<Cell> {
  const floor = floorOf(replicas.folder, load)
  try {
    const [warm = '', ...bodies] = await sealBodies(replicas, {
      ...load,
      count: load.count + 1,
      withinMs: load.cellMs / 2,
    })
    const first = await post(senders[0], warm, load.cellMs)
    if (first.ms === undefined) return { ...overTime(0, 1, load), floor, isBehind: !(await isDone([first], LEFT_MS)) }
    const cpuBefore = cpuOf(replicas)
    const startedAt = performance.now()
    const posted = await postAll(senders, bodies, startedAt + load.cellMs)
    const seconds = (performance.now() - startedAt) / 1000
    const times = posted.flatMap(({ ms }) => ms ?? [])
    const cell = { times, seconds, cpuMs: (cpuOf(replicas) - cpuBefore) / Math.max(1, times.length), floor }
    if (times.length === bodies.length) return { ...cell, said: '', isBehind: false }
    const isBehind = !(await isDone(posted, LEFT_MS))
    return { ...cell, said: overTime(times.length, load.count, load).said, isBehind }
  } catch (cause) {
    return {
      times: [],
      seconds: 0,
      floor,
      said: `failed: ${cause instanceof Error ? cause.message : 'unknown'}`,
      isBehind: false,
    }
  }
}

const overTime = (delivered: number, count: number, { cellMs }: Load): Pick<Cell, 'times' | 'seconds' | 'said'> => ({
  times: [],
  seconds: 0,
  said: `over its time: ${delivered} of ${count} delivered within ${short(cellMs / 1000)} s`,
})

interface Posted {
  readonly sender: Member
  readonly id: string
  /** Undefined where it was not delivered in time. */
  readonly ms: number | undefined
}

/** Several at once, by turns at each gateway; none is begun after the deadline. */
async function postAll(
  senders: readonly Member[],
  bodies: readonly string[],
  deadline: number,
): Promise<readonly Posted[]> {
  const left = [...bodies]
  const posted: Posted[] = []
  const work = async (): Promise<void> => {
    for (let body = left.pop(); body !== undefined && performance.now() < deadline; body = left.pop())
      posted.push(await post(senders[left.length % senders.length], body, deadline - performance.now()))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return posted
}

const acceptedSchema = z.looseObject({ id: z.string() })
const submissionSchema = z.looseObject({ edges: z.array(z.looseObject({ state: z.string() })) })

async function post(sender: Member | undefined, body: string, withinMs: number): Promise<Posted> {
  if (sender === undefined) throw new Error('a deployment without gateways')
  const startedAt = performance.now()
  const posting = { method: 'POST', path: '/v1/submissions', body, contentType: 'application/jose' } as const
  const answer = await sender.call(posting)
  if (answer.status !== 202) throw new Error(`a message was answered with ${answer.status}`)
  const { id } = acceptedSchema.parse(jsonOf(answer))
  while (!(await isDelivered(sender, id))) {
    if (performance.now() - startedAt > withinMs) return { sender, id, ms: undefined }
    await sleep(POLL_MS)
  }
  return { sender, id, ms: performance.now() - startedAt }
}

async function isDelivered(sender: Member, id: string): Promise<boolean> {
  const answer = await sender.call({ method: 'GET', path: `/v1/submissions/${id}` })
  return submissionSchema.parse(jsonOf(answer)).edges.every(({ state }) => state === 'delivered')
}

/** Whether what was left behind is delivered within that time. */
async function isDone(posted: readonly Posted[], withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs
  for (const { sender, id, ms } of posted)
    while (ms === undefined && !(await isDelivered(sender, id))) {
      if (performance.now() > until) return false
      await sleep(POLL_MS * 4)
    }
  return true
}

const floors = new Map<string, Floor>()

/** Measured once for each load, between its cells. */
function floorOf(folder: string, { recipients, items, size }: Load): Floor {
  const name = `${recipients}, ${size}`
  const issued = { caseId: 'SCALE', jti: '00000000-0000-4000-8000-000000000000', issuedAt: BENCH_AT }
  const json = JSON.stringify(handover({ items: caseItems(items, 1), from: 'from', to: 'to', ...issued }))
  const floor = floors.get(name) ?? bareFloor(json, recipients, { folder, budgetMs: 60 })
  floors.set(name, floor)
  return floor
}

function rowOf(name: string, { recipients, size }: Load, cell: Cell, replicas: Replicas): Row {
  const { times, seconds, cpuMs, floor, said } = cell
  const spread = `p50 ${short(percentile(times, 0.5))} ms, p99 ${short(percentile(times, 0.99))} ms of ${times.length}, ${AT_ONCE} at once`
  const work = `${short(cpuMs ?? 0)} ms of CPU of the gateways a message`
  const bare =
    floor === undefined
      ? ''
      : `floor ${short(floor.cpuMs)} ms of CPU and ${short(floor.diskMs)} ms for one synced write of it all`
  const told = [
    said,
    ...(times.length === 0 ? [] : [spread, work]),
    bare,
    `gateways hold ${short(memoryOf(replicas))} MB at most so far`,
  ]
  return {
    id: `scale ${name}, ${recipients}, ${size}`,
    what: `messages a second from submission to ${recipients} deliveries, ${size}, on ${name}`,
    value: seconds === 0 ? 0 : times.length / seconds,
    unit: '/s',
    detail: told.filter((part) => part !== '').join('; '),
  }
}
