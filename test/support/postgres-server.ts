/** A private PostgreSQL: its own folder and port, one a test process, a database for each suite; absent, tests say so and under CI fail. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { before } from 'mocha'
import { Client } from 'pg'
import { endsWithUs } from './ends-with-us.ts'
import { needs } from './needs.ts'
import { freePort } from './free-port.ts'

const START_MS = 30_000
const STOP_MS = 15_000

export interface PostgresServer {
  /** Folder of the data, with the log of writes and all else. */
  readonly data: string
  readonly port: number
  /** A new, empty database; its URL. */
  readonly database: () => Promise<string>
  /** Statements as the owner of the server, in `postgres` or the database at the URL. */
  readonly ask: (sql: string, url?: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
  /** kill -9 of every process of the server at once. */
  readonly kill: () => Promise<void>
  /** Ends it in order, with its connections; it may be started again. */
  readonly halt: () => Promise<void>
  /** For good. */
  readonly stop: () => Promise<void>
  /** Starts it again, with these settings on top; resolves when it answers. */
  readonly start: (settings?: Readonly<Record<string, string>>) => Promise<void>
}

const programs = (): string | undefined =>
  globSync('/usr/lib/postgresql/*/bin/postgres')
    .toSorted()
    .at(-1)
    ?.replace(/\/postgres$/, '')

export const hasPostgres = (): boolean => programs() !== undefined

/** Put first in a `describe` that needs the server. */
export function needsPostgres(): void {
  before(function () {
    needs(this, hasPostgres(), 'postgresql is not installed')
  })
}

let shared: Promise<PostgresServer> | undefined

/** The one server of this test process; it ends with it. */
export const postgresServer = (): Promise<PostgresServer> => (shared ??= openPostgresServer(HASTY))

/** Nobody cuts the power of that one: what is killed has its own, which syncs. */
const HASTY = { fsync: 'off', full_page_writes: 'off', autovacuum: 'off' } as const

/** Whom the server runs as: it refuses to be root. */
interface Owner {
  readonly uid: number
  readonly gid: number
}

function ownerOf(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}

/** A server of its own, for tests that kill it. It is stopped, and its folder removed, by `stop`. */
export async function openPostgresServer(own: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const bin = programs()
  if (bin === undefined) throw new Error('postgresql is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-postgres-'))
  const [data, owner, port] = [join(folder, 'data'), ownerOf(), await freePort()]
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(join(folder, 'log'), '')
  if (owner !== undefined) for (const path of [folder, data]) chownSync(path, owner.uid, owner.gid)
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'passerelle', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    { encoding: 'utf8', ...owner, cwd: folder },
  )
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const lines = Object.entries({ ...SETTINGS, port: String(port), unix_socket_directories: '', ...own })
  writeFileSync(join(data, 'postgresql.auto.conf'), lines.map(([name, value]) => `${name} = '${value}'\n`).join(''))
  let child: ChildProcess | undefined
  let databases = 0
  const urlOf = (database: string): string => `postgres://passerelle@127.0.0.1:${port}/${database}`
  const ask: PostgresServer['ask'] = async (sql, url = urlOf('postgres')) => {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: START_MS })
    client.on('error', () => {})
    await client.connect()
    try {
      const answered: unknown = await client.query(sql)
      const last = Array.isArray(answered) ? (answered as readonly unknown[]).at(-1) : answered
      return (last as { readonly rows: readonly Readonly<Record<string, unknown>>[] }).rows
    } finally {
      await client.end()
    }
  }
  const ended = (one: ChildProcess): Promise<unknown> =>
    one.exitCode === null && one.signalCode === null
      ? new Promise((resolve) => one.once('exit', resolve))
      : Promise.resolve()
  const start: PostgresServer['start'] = async (settings = {}) => {
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    child = spawn(join(bin, 'postgres'), ['-D', data, ...flags], { ...owner, cwd: folder, stdio: 'ignore' })
    // It holds nobody up who has nothing else to do.
    child.unref()
    endsWithUs(child, folder)
    const until = Date.now() + START_MS
    for (;;) {
      const answers = await ask('SELECT 1').then(
        () => true,
        () => false,
      )
      if (answers) return
      if (child.exitCode !== null || Date.now() > until) throw new Error('the server does not start')
      await sleep(25)
    }
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child
    child = undefined
    if (running === undefined) return
    running.kill(signal)
    const timer = setTimeout(() => running.kill('SIGQUIT'), STOP_MS)
    await ended(running)
    clearTimeout(timer)
  }
  process.once('exit', () => {
    if (child === undefined) return
    child.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  await start()
  return {
    data,
    port,
    ask,
    start,
    database: async () => {
      const name = `suite_${databases++}`
      await ask(`CREATE DATABASE ${name}`)
      return urlOf(name)
    },
    kill: async () => {
      const all = child?.pid === undefined ? [] : [child.pid, ...childrenOf(child.pid)]
      for (const pid of all) process.kill(pid, 'SIGKILL')
      await end('SIGKILL')
      while (all.some(isAlive)) await sleep(5)
    },
    halt: () => end('SIGINT'),
    stop: async () => {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const SETTINGS = { listen_addresses: '127.0.0.1', max_connections: '200', shared_buffers: '32MB' } as const

const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

/** A process that ended and that nobody has asked about is no longer alive. */
const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

/** True where the run was asked to play one gateway as two, on one PostgreSQL and one Redis: `PASSERELLE_TEST_DATABASE=replicas`. */
export const isOnReplicas = process.env['PASSERELLE_TEST_DATABASE'] === 'replicas'

/** True where the run was asked to keep everything in PostgreSQL, as one gateway (`PASSERELLE_TEST_DATABASE=postgres`) or as two. */
export const isOnPostgres = isOnReplicas || process.env['PASSERELLE_TEST_DATABASE'] === 'postgres'

/** A new database where the run is on PostgreSQL, else what is given. */
export const databaseFor = async (file: string): Promise<string> =>
  isOnPostgres ? (await postgresServer()).database() : file
