/** The folder of one member of a network that serves, as `agency join` would have left it, and `agency run` in it as a child to be killed. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { writeJoining } from '#adapters/agency-kit/joining-state.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { runCommand } from './command-child.ts'
import type { Serving } from './serving.ts'

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts')

export interface OwnHome extends AsyncDisposable {
  readonly home: string
  /** One round; answers how it ended and what it said. */
  readonly once: (...flags: readonly string[]) => ReturnType<typeof runCommand>
  /** Starts the service, and resolves when it says that it is at work. */
  readonly start: (...flags: readonly string[]) => Promise<void>
  /** kill -9, wherever it is. */
  readonly kill: () => Promise<void>
  readonly said: () => string
  /** Names in a folder below the home. */
  readonly names: (folder: string) => Promise<readonly string[]>
}

export async function openOwnHome(
  { folder, url }: Pick<Serving, 'folder' | 'url'>,
  organisation: string,
  mandates: readonly string[],
): Promise<OwnHome> {
  const home = await mkdtemp(join(tmpdir(), 'passerelle-home-'))
  for (const part of [
    'network.json',
    'trust',
    `organisations/${organisation}`,
    ...mandates.map((id) => `mandates/${id}`),
  ])
    await cp(join(folder, part), join(home, part), { recursive: true })
  await writeJoining(home, { organisation, url, enrolmentUrl: url, network: sha256Hex('') })
  let child: ChildProcess | undefined
  const said: string[] = []
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return {
    home,
    kill,
    said: () => said.join(''),
    names: async (part) => {
      const names: readonly string[] = await readdir(join(home, part)).catch(() => [])
      return names.toSorted()
    },
    once: (...flags) => runCommand(['agency', 'run', '--home', home, '--once', ...flags]),
    start: async (...flags) => {
      const running = spawn(process.execPath, [MAIN, 'agency', 'run', '--home', home, '--every', '1', ...flags], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child = running
      await new Promise<void>((done, fail) => {
        running.once('exit', () => fail(new Error(`agency run ended: ${said.join('')}`)))
        running.stderr.on('data', (chunk: Buffer) => {
          said.push(chunk.toString('utf8'))
          if (chunk.toString('utf8').includes('at work in')) done()
        })
      })
    },
    [Symbol.asyncDispose]: async () => {
      await kill()
      await rm(home, { recursive: true, force: true })
    },
  }
}
