/** A redis-server of a test's own: a free port of 127.0.0.1, a folder of its own, an append-only file; stopped by its process id. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'mocha'
import { endsWithUs } from './ends-with-us.ts'
import { needsProgram } from './needs.ts'

const START_MS = 10_000

export interface RedisServer extends AsyncDisposable {
  /** `redis://…`, with the password where there is one. */
  readonly url: string
  readonly port: number
  /** On the same port and folder as before. */
  readonly start: () => Promise<void>
  /** kill -9. */
  readonly kill: () => Promise<void>
  /** It keeps its connections and answers nothing. */
  readonly pause: () => void
  readonly resume: () => void
  /** Sends commands in Redis' inline form, and answers what came back. */
  readonly ask: (...commands: readonly string[]) => Promise<string>
  readonly flush: () => Promise<void>
}

/** First line of a test or `before` that needs one. */
export const needsRedis = (context: Context): void => needsProgram(context, 'redis-server', '--version')

export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).error === undefined

export async function startRedis({ password }: { readonly password?: string } = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-redis-'))
  const port = await freePort()
  const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', '']
  const secret = password === undefined ? [] : ['--requirepass', password]
  let child: ChildProcess | undefined
  const ask = (...commands: readonly string[]): Promise<string> =>
    askAt(port, [...(password === undefined ? [] : [`AUTH ${password}`]), ...commands, 'QUIT'])
  const start = async (): Promise<void> => {
    child = spawn('redis-server', [...words, ...secret], { stdio: 'ignore' })
    endsWithUs(child, folder)
    const deadline = Date.now() + START_MS
    while (!(await ask('PING').catch(() => '')).includes('+PONG')) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error('redis-server did not start')
      await sleep(20)
    }
  }
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    port,
    start,
    kill,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    ask,
    flush: async () => void (await ask('FLUSHALL')),
    [Symbol.asyncDispose]: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Rejects where nobody answers within a second. */
function askAt(port: number, commands: readonly string[]): Promise<string> {
  return new Promise((answer, fail) => {
    const socket = connect({ port, host: '127.0.0.1' }, () =>
      socket.write(commands.map((line) => `${line}\r\n`).join('')),
    )
    let said = ''
    socket.setTimeout(1000, () => socket.destroy(new Error('redis does not answer')))
    socket.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
    socket.on('error', fail)
    socket.on('close', () => answer(said))
  })
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
