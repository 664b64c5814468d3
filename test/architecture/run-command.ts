/** Runs `passerelle` as its own process, from another folder and without the settings of whoever runs the tests. */
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './tracked-files.ts'

export interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export const MAIN = join(ROOT, 'cli/main.ts')
export const LIMIT_MS = 60_000
const AT_ONCE = 2

/** Settings of whoever runs the tests are none of these commands'. */
export const ENVIRONMENT = {
  PATH: process.env['PATH'],
  NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
}

/** One call; `input` is its standard input, `settings` its environment beside the path. */
export function run(words: readonly string[], input = '', settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((answer, reject) => {
    const child = spawn(process.execPath, [MAIN, ...words], {
      cwd: tmpdir(),
      env: { ...ENVIRONMENT, ...settings },
      timeout: LIMIT_MS,
    })
    const chunks = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (chunks.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (chunks.stderr += text))
    child.once('error', reject).once('close', (exitCode) => answer({ exitCode, ...chunks }))
    child.stdin.on('error', () => undefined).end(input)
  })
}

/** All of them, a few at a time: starting a command costs more than what most of these do. */
export async function runAll(lines: readonly (readonly string[])[]): Promise<ReadonlyMap<string, Ran>> {
  const waiting = [...lines]
  const results = new Map<string, Ran>()
  const worker = async (): Promise<void> => {
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift())
      results.set(line.join(' '), await run(line))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
