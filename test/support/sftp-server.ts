/** Debian's own sshd on a private port, with keys of its own; absent, a test says so and is skipped, and under CI it fails. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { once } from 'node:events'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'mocha'
import { needs } from './needs.ts'
import { freePort } from './free-port.ts'

const SSHD = '/usr/sbin/sshd'
const START_TRIES = 100

export interface SftpServer extends AsyncDisposable {
  readonly port: number
  readonly user: string
  /** As `ssh-keygen -lf` prints it. */
  readonly hostKey: string
  /** Of whoever may log in. */
  readonly privateKey: string
  /** Where uploads are to go; absolute. */
  readonly folder: string
}

export const needsSshd = (context: Context): void => needs(context, existsSync(SSHD), 'sshd is not installed')

function keyIn(path: string): void {
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path], { timeout: 20_000 })
  if (made.status !== 0) throw new Error('ssh-keygen made no key')
}

const fingerprintOf = (path: string): string =>
  spawnSync('ssh-keygen', ['-lf', path], { encoding: 'utf8', timeout: 20_000 }).stdout.split(' ')[1] ?? ''

export async function startSftpServer(): Promise<SftpServer> {
  const home = await mkdtemp(join(tmpdir(), 'passerelle-sshd-'))
  const [hostKey, userKey, folder] = [join(home, 'host'), join(home, 'user'), join(home, 'in')]
  await mkdir(folder)
  // The folder that sshd drops its rights in; Debian's starter makes it otherwise.
  await mkdir('/run/sshd', { recursive: true }).catch(() => {})
  keyIn(hostKey)
  keyIn(userKey)
  await writeFile(join(home, 'authorized'), await readFile(`${userKey}.pub`))
  await chmod(join(home, 'authorized'), 0o600)
  const port = await freePort()
  const settings = [
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${join(home, 'authorized')}`,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `PidFile ${join(home, 'pid')}`,
    'PasswordAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'Subsystem sftp internal-sftp',
  ]
  await writeFile(join(home, 'config'), `${settings.join('\n')}\n`)
  const child = spawn(SSHD, ['-D', '-e', '-f', join(home, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr.resume()
  await answering(port)
  return {
    port,
    folder,
    user: userInfo().username,
    hostKey: fingerprintOf(hostKey),
    privateKey: await readFile(userKey, 'utf8'),
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < START_TRIES; tries += 1) {
    const socket = createConnection(port, '127.0.0.1')
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isOpen) return
    await sleep(50)
  }
  throw new Error('sshd does not answer')
}
