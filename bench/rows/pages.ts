/** Server time of every page that people see, with a hundred thousand cases stored, and what a first view of each weighs. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { median, percentile, short } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { fillWith, modelOf } from '#bench/workload/stored-many.ts'
import { openPageStage, viewsOf } from '#test/browser/page-stage.ts'
import type { PageStage, View } from '#test/browser/page-stage.ts'
import { aCaseId, ban, employment, housing, identity, PROBATION, referral } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { hasPostgres, openPostgresServer } from '#test/support/postgres-server.ts'
import type { Person } from '#test/support/web.ts'

export const pagesSection: Section = { name: 'pages', measure: measurePages }

const DAY_MS = 86_400_000
/** Of the deliveries of a list, so many are opened. */
const MOST_OF_A_ROUTE = 3

interface Size {
  readonly cases: number
  readonly samples: number
  /** Done between filling and measuring. */
  readonly filled?: () => Promise<void>
}

async function measurePages(plan: Plan): Promise<readonly Row[]> {
  const size = plan.isQuick ? { cases: 60, samples: 2 } : { cases: 100_000, samples: 40 }
  const onSqlite = await inFolder((folder) => timesOn('sqlite', join(folder, 'bench.db'), size))
  const onPostgres = plan.isQuick || !hasPostgres() ? [] : await onPostgresServer(size)
  const all = [...onSqlite, ...onPostgres]
  return [worstOf(all, size), heaviestOf(all), ...all.map(rowOf)]
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function onPostgresServer(size: Size): Promise<readonly Timed[]> {
  // What fills it is not measured, and is made anew if the power goes; what is measured after it is synced.
  const server = await openPostgresServer({ fsync: 'off' })
  const sync = async (): Promise<void> => {
    await server.ask('ALTER SYSTEM SET fsync = on')
    await server.ask('CHECKPOINT')
    await server.ask('SELECT pg_reload_conf()')
  }
  try {
    return await timesOn('postgres', await server.database(), { ...size, filled: sync })
  } finally {
    await server.stop()
  }
}

/** One route as one kind of person sees it, all its addresses together. */
interface Timed {
  readonly store: string
  readonly route: string
  readonly role: View['role']
  readonly ms: readonly number[]
  /** Of all its requests together, CPU time of the server's thread. */
  readonly cpuMs: number
  /** Bytes of the largest page and of the files it names, gzipped. */
  readonly bytes: number
}

async function timesOn(store: string, database: string, size: Size): Promise<readonly Timed[]> {
  let copies: ReadonlySet<string> = new Set()
  await using pages = await openPageStage({ database }, async (stage, { reader }) => {
    const startedAt = performance.now()
    copies = await fill(stage, reader, size.cases)
    await size.filled?.()
    process.stderr.write(
      `bench: ${size.cases} cases in ${store} in ${short((performance.now() - startedAt) / 1000)} s\n`,
    )
  })
  const views = realViews(await viewsOf(pages), copies)
  const timed: Timed[] = []
  for (const group of Map.groupBy(views, ({ route, role }) => `${route} ${role}`).values())
    timed.push({ store, ...(await timesOf(pages, group, size.samples)) })
  return timed
}

/**
 * One case is sent and opened as any other. The rest are its rows again, over the two years before: each under a key and names of its own, so that no
 * two have the same sealed bytes, of the same length, but for what was signed in copies and for the parcel (stored-many.ts).
 */
async function fill({ gateway, send }: Stage, reader: Person, count: number): Promise<ReadonlySet<string>> {
  await send(PROBATION, referral(aCaseId(), [identity(), ban(), housing(), employment()]))
  const { store } = gateway.deps
  const at = gateway.now()
  const { organisation, mandate } = reader.account
  if (mandate === undefined) throw new Error('the reader of the bench has no mandate')
  const place = { organisation, mandate, state: 'in-mailbox', before: Number.MAX_SAFE_INTEGER, limit: 1 } as const
  const [entry] = await store.read.deliveries.inState(place)
  if (entry === undefined) throw new Error('nothing came to the reader of the bench')
  const made = await fillWith(store, await modelOf(store, entry.id), { count, from: at - 730 * DAY_MS, until: at - 1 })
  await gateway.letWitness(true)
  return made
}

/** Of a copy there is no parcel that opens: it stands in lists and counts, and its own pages are not measured. */
const realViews = (views: readonly View[], copies: ReadonlySet<string>): readonly View[] => {
  const isCopy = ({ address }: View): boolean => address.split(/[/?]/).some((part) => copies.has(part))
  const found = Map.groupBy(
    views.filter((view) => !isCopy(view)),
    ({ route, role }) => `${route} ${role}`,
  )
  return [...found.values()].flatMap((group) => group.slice(0, MOST_OF_A_ROUTE))
}

async function timesOf(
  { people, web }: PageStage,
  views: readonly View[],
  samples: number,
): Promise<Omit<Timed, 'store'>> {
  const [{ route, role } = { route: '', role: 'nobody' as const }] = views
  const person = role === 'nobody' ? web.stranger : people[role]
  const ms: number[] = []
  let [bytes, cpuMs] = [0, 0]
  for (const { address } of views) {
    const { text } = await person.get(address)
    bytes = Math.max(bytes, gzipSync(text).length + (await bytesOfFiles(web.origin, text)))
    for (let sample = 0; sample < samples; sample += 1) {
      const taken = await serverMs(() => person.get(address))
      ms.push(taken.ms)
      cpuMs += taken.cpuMs
    }
  }
  return { route, role, ms, cpuMs, bytes }
}

const FILE = /(?:href|src)="(\/assets\/[^"]+)"/g
const files = new Map<string, number>()

/** As they go over the wire. */
async function bytesOfFiles(origin: string, text: string): Promise<number> {
  let sum = 0
  for (const address of new Set([...text.matchAll(FILE)].map(([, found]) => found ?? ''))) {
    const bytes = files.get(address) ?? (await bytesOfFile(`${origin}${address}`))
    files.set(address, bytes)
    sum += bytes
  }
  return sum
}

async function bytesOfFile(url: string): Promise<number> {
  const reply = await fetch(url, { headers: { 'accept-encoding': 'gzip' }, signal: AbortSignal.timeout(10_000) })
  await reply.arrayBuffer()
  return Number(reply.headers.get('content-length'))
}

/** Time, and CPU of its thread, from the request as the server has read its head to the end of the answer; one request at a time. */
async function serverMs(ask: () => Promise<unknown>): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  let beganAt = 0
  let cpu = process.threadCpuUsage()
  const taken = { ms: Number.NaN, cpuMs: Number.NaN }
  const began = (): void => {
    cpu = process.threadCpuUsage()
    beganAt = performance.now()
  }
  const ended = (): void => {
    taken.ms = performance.now() - beganAt
    const { user, system } = process.threadCpuUsage(cpu)
    taken.cpuMs = (user + system) / 1000
  }
  subscribe('http.server.request.start', began)
  subscribe('http.server.response.finish', ended)
  try {
    await ask()
    return taken
  } finally {
    unsubscribe('http.server.request.start', began)
    unsubscribe('http.server.response.finish', ended)
  }
}

const p95 = ({ ms }: Timed): number => percentile(ms, 0.95)

const worstOf = (all: readonly Timed[], { cases }: Size): Row => {
  const [worst] = all.toSorted((one, other) => p95(other) - p95(one))
  return {
    id: 'pages',
    what: `server time of the slowest page at p95, ${cases} cases stored`,
    value: worst === undefined ? Number.NaN : p95(worst),
    unit: 'ms',
    detail: worst === undefined ? '' : `${nameOf(worst)}; ${all.length} pages`,
  }
}

const heaviestOf = (all: readonly Timed[]): Row => {
  const [heaviest] = all.toSorted((one, other) => other.bytes - one.bytes)
  return {
    id: 'pages kB',
    what: 'largest first view: the page and every file that it names, gzipped',
    value: (heaviest?.bytes ?? Number.NaN) / 1000,
    unit: 'kB',
    detail: heaviest === undefined ? '' : nameOf(heaviest),
  }
}

const nameOf = ({ store, route, role }: Timed): string => `${route} of ${role} on ${store}`

const rowOf = (one: Timed): Row => ({
  id: `page ${one.route} ${one.role} ${one.store}`,
  what: 'server time at p95',
  value: p95(one),
  unit: 'ms',
  detail: `p50 ${short(median(one.ms))} ms of ${one.ms.length}, ${short(one.cpuMs / one.ms.length)} ms of CPU; first view ${short(one.bytes / 1000)} kB`,
})
