/** Several `passerelle serve` of one network, as child processes over one PostgreSQL and one Redis, to be killed, stopped and started one by one. */
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
import { freePort } from './free-port.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export interface OneReplica {
  /** Of the agency door. */
  readonly url: string
  readonly insideUrl: string
  readonly start: (settings?: Readonly<Record<string, string>>) => Promise<void>
  /** kill -9. */
  readonly kill: () => Promise<void>
  /** SIGTERM; resolves with the exit code when it has ended. */
  readonly stop: () => Promise<number | null>
  /** SIGSTOP and SIGCONT. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Everything that the child that was started last wrote to standard error. */
  readonly said: () => string
  /** Of the child, while it runs. */
  readonly processId: () => number | undefined
  /** What it wrote last each time that it ended without being killed or stopped. */
  readonly endedItself: () => readonly string[]
}

export interface Replicas extends AsyncDisposable {
  readonly folder: string
  readonly audience: string
  readonly all: readonly OneReplica[]
  /** As that organisation, at that replica. */
  readonly member: (at: OneReplica, organisation: string, mandate?: string) => Promise<Member>
  /** Runs a command over the shared store and answers its exit code and what it printed. */
  readonly run: (...args: readonly string[]) => Promise<{ readonly code: number; readonly text: string }>
}

export interface ReplicasOptions {
  readonly count: number
  /** `none`: each has a file of its own. */
  readonly databaseUrl: string
  readonly redisUrl?: string
  readonly settings?: Readonly<Record<string, string>>
  /** Who takes part; the example network where absent. */
  readonly agencies?: unknown
}

/** A network folder, and a folder of its own state for each; none is started. Removed at the end. */
export async function openReplicas(options: ReplicasOptions): Promise<Replicas> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-replicas-'))
  const agencies: unknown =
    options.agencies ?? JSON.parse(await readFile(join(ROOT, 'certs-example/agencies.json'), 'utf8'))
  const { broker } = await makeExampleNetwork({ folder, agencies, now: Date.now() })
  const shared = {
    ...bareEnvironment(),
    DATABASE_URL: options.databaseUrl,
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
    PASSERELLE_NETWORK: folder,
    PASSERELLE_KEK: join(folder, EXAMPLE_PATHS.kek),
    PASSERELLE_JUDGE_QUESTIONS: '100',
    PASSERELLE_PUBLISH_MS: '200',
    ...options.settings,
  }
  const all: OneReplica[] = []
  for (let index = 0; index < options.count; index += 1) all.push(await openOne(folder, index, shared))
  return {
    folder,
    audience: broker.uri,
    all,
    member: ({ url }, organisation, mandate) =>
      openMember({ home: folder, organisation, mandate, url, audience: broker.uri, clock: Date.now }),
    run: (...args) => runCommand(args, { ...shared, PASSERELLE_DATABASE: join(folder, 'command/passerelle.db') }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map(({ kill }) => kill()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function openOne(folder: string, index: number, shared: NodeJS.ProcessEnv): Promise<OneReplica> {
  const [port, insidePort] = [await freePort(), await freePort()]
  const own = {
    // What a replica keeps for itself: the head of the log and the trust lists that it has seen.
    PASSERELLE_DATABASE: join(folder, `replica-${index}/passerelle.db`),
    PASSERELLE_PORT: `${port}`,
    PASSERELLE_INSIDE_PORT: `${insidePort}`,
  }
  let child: ChildProcess | undefined
  let said: string[] = []
  const ends: string[] = []
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return null
    const ended = once(running, 'exit')
    running.kill(signal)
    await ended
    return running.exitCode
  }
  return {
    url: `https://localhost:${port}`,
    insideUrl: `http://127.0.0.1:${insidePort}`,
    said: () => said.join(''),
    processId: () => child?.pid,
    endedItself: () => ends,
    start: async (settings = {}) => {
      const words: string[] = []
      said = words
      const started = spawn(process.execPath, [MAIN, 'serve', '--demo'], {
        env: { ...shared, ...own, ...settings },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child = started
      await listening(started, words)
      started.once('close', (code) => {
        if (child === started) ends.push(`ended with ${code}: ${words.join('').slice(-1000)}`)
      })
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    signal: (signal) => void child?.kill(signal),
  }
}
