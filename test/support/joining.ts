/** A gateway that serves and enrols, or two, its officers, and a member that comes in by the commands that docs/join.md shows. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from './command-child.ts'
import { openServing } from './serving.ts'
import type { Serving } from './serving.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'cli/main.ts')
export const NEW_MEMBER = join(ROOT, 'docs/examples/new-member.json')
export const NEWCOMER = 'visits-paris'
const TRIES = 12

export interface Joining extends AsyncDisposable {
  readonly serving: Serving
  /** Of the new member. */
  readonly home: string
  /** A command of the line that has to end well; answers what it printed. */
  readonly run: (...words: readonly string[]) => Promise<string>
  /** The same, whatever comes of it. */
  readonly tried: (...words: readonly string[]) => ReturnType<typeof runCommand>
  /** The code that `agency invite` prints. */
  readonly invite: () => Promise<string>
  /** Joins with the code; an officer confirms the fingerprint that is read out. */
  readonly join: (code: string) => Promise<string>
  /** Two officers sign the list with the new member in it, and it is published. */
  readonly list: () => Promise<void>
  readonly start: () => Promise<void>
  /** Every command that was run, word for word. */
  readonly commands: readonly (readonly string[])[]
}

export async function openJoining(): Promise<Joining> {
  const serving = await openServing()
  const away = await mkdtemp(join(tmpdir(), 'passerelle-join-'))
  const home = join(away, 'home')
  const authority = join(serving.folder, 'authority/members')
  const network = serving.folder
  const commands: (readonly string[])[] = []
  const tried: Joining['tried'] = (...words) => {
    commands.push(words)
    return runCommand(words)
  }
  const run = async (...words: readonly string[]): Promise<string> => {
    const { code, text } = await tried(...words)
    if (code !== 0) throw new Error(`${words.slice(0, 3).join(' ')} ended with ${code}: ${text}`)
    return text
  }
  const doors = ['--url', serving.url, '--enrolment-url', serving.last.enrolmentUrl]
  return {
    serving,
    home,
    run,
    tried,
    commands,
    start: () => serving.start({ PASSERELLE_AUTHORITY: authority }),
    invite: async () => {
      const text = await run('agency', 'invite', NEWCOMER, '--network', network, '--authority', authority, ...doors)
      return text.split('\n').find((line) => line.length > 300) ?? ''
    },
    join: async (code) => {
      commands.push(['agency', 'join', '-', '--home', home])
      const child = spawn(process.execPath, [MAIN, 'agency', 'join', '-', '--home', home], { stdio: 'pipe' })
      const said: string[] = []
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
      const ended = once(child, 'close')
      child.stdin.end(code)
      const fingerprint = await seen(said, /by telephone: ([0-9a-f-]+)\n/)
      await run('certs', 'confirm', NEWCOMER, fingerprint, '--authority', authority)
      await ended
      return said.join('')
    },
    list: async () => {
      const requests = join(away, 'requests')
      const next = join(away, 'next.json')
      await run('trust', 'requests', '--authority', authority, '--out', requests)
      const file = join(requests, `${NEWCOMER}.json`)
      await run('trust', 'propose', '--network', network, '--out', next, '--admit', file)
      for (const officer of ['ana', 'ben']) {
        const folder = join(network, `officers/demo-officer-${officer}`)
        const [key = ''] = await readdir(folder)
        await run('trust', 'sign', next, '--key', join(folder, key), '--network', network)
      }
      await run('trust', 'publish', next, '--network', network)
    },
    [Symbol.asyncDispose]: async () => {
      await serving[Symbol.asyncDispose]()
      await rm(away, { recursive: true, force: true })
    },
  }
}

async function seen(said: readonly string[], pattern: RegExp): Promise<string> {
  for (let tries = 0; tries < TRIES * 20; tries += 1) {
    const found = pattern.exec(said.join(''))?.[1]
    if (found !== undefined) return found
    await sleep(250)
  }
  throw new Error(`never said ${pattern}: ${said.join('')}`)
}

/** What comes of it once it is true; asked again for half a minute. */
export async function until<T>(work: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const value = await work()
    if (value !== undefined) return value
    await sleep(500)
  }
  throw new Error('it did not come about')
}
