/**
 * `passerelle serve` as a child process over real files, to be killed and started again; and members of its network. Where the run is on replicas
 * it is two, over one PostgreSQL and one Redis, begun and killed at the same moment; members come in at the one and the other in turn.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openMember } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { EXAMPLE_PATHS, makeExampleNetwork } from '#cli/certs.ts'
import { MAIN, bareEnvironment, listening, runCommand } from './command-child.ts'
import { databaseFor, isOnReplicas } from './postgres-server.ts'
import { startRedis } from './redis-server.ts'
import { freePort } from './free-port.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Serving extends AsyncDisposable {
  readonly folder: string
  /** A file, or `postgres://…`. */
  readonly database: string
  /** Settings that say so to a gateway. */
  readonly kept: Readonly<Record<'PASSERELLE_DATABASE' | 'DATABASE_URL' | 'REDIS_URL', string>>
  readonly audience: string
  /** Of the agency door. */
  readonly url: string
  /** Of health and metrics. */
  readonly insideUrl: string
  /** The two doors of the last gateway: of two, the one that `url` is not of. The second is open where there is an authority. */
  readonly last: { readonly url: string; readonly enrolmentUrl: string }
  /** Starts the child with those settings beside its own and resolves when it listens. */
  readonly start: (settings?: Readonly<Record<string, string>>) => Promise<void>
  /** Everything that the child that was started last wrote to standard error. */
  readonly said: () => string
  /** kill -9. */
  readonly kill: () => Promise<void>
  readonly member: (organisation: string, mandate?: string) => Promise<Member>
  /** Runs a command of the line and answers its exit code and what it printed. */
  readonly run: (...args: readonly string[]) => Promise<{ readonly code: number; readonly text: string }>
}

/** A network folder, a database file and two free ports of their own; removed at the end. */
export async function openServing(): Promise<Serving> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-kill-'))
  const agencies: unknown = JSON.parse(await readFile(join(ROOT, 'certs-example/agencies.json'), 'utf8'))
  const { broker } = await makeExampleNetwork({ folder, agencies, now: Date.now() })
  const redis = isOnReplicas ? await startRedis() : undefined
  const file = join(folder, 'data/passerelle.db')
  const database = await databaseFor(file)
  // What is kept beside the database is kept where its file would be.
  const kept = {
    PASSERELLE_DATABASE: file,
    DATABASE_URL: database === file ? 'none' : database,
    REDIS_URL: redis?.url ?? 'none',
  }
  const kek = join(folder, EXAMPLE_PATHS.kek)
  const own = { PASSERELLE_NETWORK: folder, PASSERELLE_KEK: kek, ...kept }
  const first = await openChild(own)
  const second = { ...own, PASSERELLE_DATABASE: join(folder, 'second/passerelle.db') }
  const children = isOnReplicas ? [first, await openChild(second)] : [first]
  const { url, insideUrl } = first
  const last = children.at(-1) ?? first
  let members = 0
  const kill = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.kill()))
  }
  return {
    folder,
    database,
    kept,
    audience: broker.uri,
    url,
    insideUrl,
    last,
    kill,
    said: () => children.map((child) => child.said()).join(''),
    start: async (settings = {}) => {
      await Promise.all(children.map((child) => child.start(settings)))
    },
    member: (organisation, mandate) => {
      const at = children[members++ % children.length] ?? first
      return openMember({ home: folder, organisation, mandate, url: at.url, audience: broker.uri, clock: Date.now })
    },
    run: (...args) => runCommand(args),
    [Symbol.asyncDispose]: async () => {
      await kill()
      await redis?.[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Child = Pick<Serving, 'url' | 'insideUrl' | 'start' | 'said' | 'kill'> & Serving['last']

/** On free ports. */
async function openChild(own: Readonly<Record<string, string>>): Promise<Child> {
  const [port, insidePort, enrolmentPort] = [await freePort(), await freePort(), await freePort()]
  const settled = { ...own, PASSERELLE_ENROLMENT_PORT: `${enrolmentPort}`, PASSERELLE_JUDGE_QUESTIONS: '100' }
  const ports = ['--port', `${port}`, '--inside-port', `${insidePort}`]
  let child: ChildProcess | undefined
  let said: string[] = []
  return {
    url: `https://localhost:${port}`,
    insideUrl: `http://127.0.0.1:${insidePort}`,
    enrolmentUrl: `https://localhost:${enrolmentPort}`,
    said: () => said.join(''),
    kill: async () => {
      if (child === undefined || child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      child = undefined
    },
    start: async (settings = {}) => {
      said = []
      child = spawn(process.execPath, [MAIN, 'serve', '--demo', ...ports], {
        env: { ...bareEnvironment(), ...settled, PASSERELLE_LOG: 'error', ...settings },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      await listening(child, said)
    },
  }
}
