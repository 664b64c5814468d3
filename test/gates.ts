/** `npm run check`: format, lint, types and dead code. Each gate says how much it looked at, and fails on having seen nothing. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const GATE_TIMEOUT_MS = 5 * 60_000
const CODE_FOLDERS = ['policies', 'gateway', 'adapters', 'cli', 'test', 'bench']
const OUTPUT_LINES = 80
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

interface Gate {
  readonly name: string
  readonly command: readonly string[]
  /** How many files the tool says that it read. */
  readonly looked: (output: string) => number
  /** Lines that only prove that it looked, not shown when the gate fails. */
  readonly noise: RegExp
}

const linesMatching = (output: string, pattern: RegExp): number =>
  output.split('\n').filter((line) => pattern.test(line)).length
const numberIn = (output: string, pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0)

const LISTED_FILE = /^(\/|[A-Za-z]:[\\/]).*\.([cm]?tsx?|[cm]?js|json)$/
const KNIP_TABLE = /^(Name|[\w.]+( \([\w.]+\))?) +(size|-+|\d+) |^Total running time/

const GATES: readonly Gate[] = [
  {
    name: 'format',
    command: ['prettier', '--check', '.', '--log-level', 'debug'],
    looked: (output) => linesMatching(output, /\[debug\] resolve config from /),
    noise: /^\[debug\]/,
  },
  {
    name: 'lint',
    command: ['oxlint', '--type-aware', ...CODE_FOLDERS],
    looked: (output) => numberIn(output, /\bon (\d+) files\b/),
    noise: /^$/,
  },
  {
    name: 'types',
    command: ['tsc', '--listFiles'],
    looked: (output) => linesMatching(output.replaceAll(/^.*node_modules.*$/gm, ''), LISTED_FILE),
    noise: LISTED_FILE,
  },
  {
    name: 'unused',
    command: ['knip', '--performance', '--no-progress'],
    looked: (output) => numberIn(output, /^parseFile +(\d+)/m),
    noise: KNIP_TABLE,
  },
]

const environment = {
  ...process.env,
  PATH: [join(ROOT, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter),
  NO_COLOR: '1',
}

/** Runs one gate, prints its line and, where it failed, what the tool had to say. True where it passed. */
function passes({ name, command, looked, noise }: Gate, atLeast: number): boolean {
  const startedAt = performance.now()
  const [tool = '', ...rest] = command
  const limits = { timeout: GATE_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES }
  const child = spawnSync(tool, rest, { cwd: ROOT, env: environment, encoding: 'utf8', ...limits })
  const output = child.stdout + child.stderr
  const files = looked(output)
  const passed = child.status === 0 && files >= atLeast
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name}: looked at ${files} files (${seconds} s)`)
  if (files < atLeast) console.log(`       expected to look at ${atLeast} files or more`)
  const said = output.split('\n').filter((line) => line !== '' && !noise.test(line))
  if (!passed) console.log(said.slice(0, OUTPUT_LINES).join('\n'))
  return passed
}

// A gate that reads less than the code there is has been pointed at the wrong place; `unused` may find all of it unused.
const codeFiles = globSync(`{${CODE_FOLDERS.join(',')}}/**/*.ts`, { cwd: ROOT }).length
const results = GATES.map((gate) => passes(gate, Math.max(1, gate.name === 'unused' ? 1 : codeFiles)))
const failed = results.filter((passed) => !passed).length
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
