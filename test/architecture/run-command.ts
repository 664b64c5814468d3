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
const LINES = join(import.meta.dirname, 'run-lines.ts')
export const LIMIT_MS = 60_000
const AT_ONCE = 2

/** Settings of whoever runs the tests are none of these commands'. */
export const ENVIRONMENT = {
  PATH: process.env['PATH'],
  NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
}

/** One call; `input` is its standard input, `settings` its environment beside the path. */
export const run = (words: readonly string[], input = '', settings: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  runProgram(MAIN, words, input, settings)

function runProgram(
  program: string,
  words: readonly string[],
  input = '',
  settings: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  return new Promise((answer, reject) => {
    const child = spawn(process.execPath, [program, ...words], {
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
export const runAll = (lines: readonly Line[]): Promise<ReadonlyMap<string, Ran>> =>
  manyAtOnce(lines, async (line) => [[line.join(' '), await run(line)]])

/** The same for lines that only say something, as help does: those with the same first word share a process, which loads what that word needs and no more. */
export const runSharing = (lines: readonly Line[]): Promise<ReadonlyMap<string, Ran>> =>
  manyAtOnce([...Map.groupBy(lines, ([first]) => first).values()], async (group) => {
    const { stdout, stderr } = await runProgram(LINES, [JSON.stringify(group)])
    if (stdout === '') throw new Error(stderr)
    const each = JSON.parse(stdout) as readonly Ran[] // the one writer is run-lines.ts
    return group.flatMap((line, index) => (each[index] === undefined ? [] : [[line.join(' '), each[index]] as const]))
  })

type Line = readonly string[]

async function manyAtOnce<Work>(
  all: readonly Work[],
  done: (work: Work) => Promise<readonly (readonly [string, Ran])[]>,
): Promise<ReadonlyMap<string, Ran>> {
  const waiting = [...all]
  const results = new Map<string, Ran>()
  const worker = async (): Promise<void> => {
    for (let work = waiting.shift(); work !== undefined; work = waiting.shift())
      for (const [name, ran] of await done(work)) results.set(name, ran)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
