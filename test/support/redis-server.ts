/** A redis-server of a test's own: a free port of 127.0.0.1, a folder of its own, an append-only file; stopped by its process id. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import type { Context } from 'mocha'
import { endsWithUs } from './ends-with-us.ts'
import { needsProgram } from './needs.ts'
import { freePort } from './free-port.ts'

const START_MS = 10_000
/** Of this machine, and in no certificate. */
export const OTHER_ADDRESS = '127.0.0.2'

export interface RedisServer extends AsyncDisposable {
  /** `redis://…` or `rediss://…`, with the password where there is one. */
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

export interface RedisOptions {
  readonly password?: string
  /** It speaks TLS alone, on `localhost`: PEM texts. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly authority: string }
}

export async function startRedis({ password, tls }: RedisOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-redis-'))
  const port = await freePort()
  const words = [
    ...(await wordsOfPort(folder, port, tls)),
    '--bind',
    '127.0.0.1',
    ...(tls === undefined ? [] : [OTHER_ADDRESS]),
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--save',
    '',
  ]
  const secret = password === undefined ? [] : ['--requirepass', password]
  let child: ChildProcess | undefined
  const ask = (...commands: readonly string[]): Promise<string> =>
    askAt(opening(port, tls), [...(password === undefined ? [] : [`AUTH ${password}`]), ...commands, 'QUIT'])
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
    url: urlOf(port, { password, tls }),
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

function urlOf(
  port: number,
  { password, tls }: { readonly [Name in keyof RedisOptions]: RedisOptions[Name] | undefined },
): string {
  const place = tls === undefined ? `127.0.0.1:${port}` : `localhost:${port}`
  return `${tls === undefined ? 'redis' : 'rediss'}://${password === undefined ? '' : `:${password}@`}${place}`
}

/** How it is told where to listen; certificate and key as files of its folder. */
async function wordsOfPort(folder: string, port: number, tls: RedisOptions['tls']): Promise<readonly string[]> {
  if (tls === undefined) return ['--port', `${port}`]
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  await writeFile(certificate, tls.certificate)
  await writeFile(key, tls.key, { mode: 0o600 })
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no']
  return ['--port', '0', '--tls-port', `${port}`, ...files]
}

const opening =
  (port: number, tls: RedisOptions['tls']) =>
  (opened: () => void): Socket =>
    tls === undefined
      ? connect({ port, host: '127.0.0.1' }, opened)
      : connectTls({ port, host: 'localhost', ca: tls.authority }, opened)

/** Rejects where nobody answers within a second. */
function askAt(open: (opened: () => void) => Socket, commands: readonly string[]): Promise<string> {
  return new Promise((answer, fail) => {
    const socket = open(() => socket.write(commands.map((line) => `${line}\r\n`).join('')))
    let said = ''
    socket.setTimeout(1000, () => socket.destroy(new Error('redis does not answer')))
    socket.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
    socket.on('error', fail)
    socket.on('close', () => answer(said))
  })
}
