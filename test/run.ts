/**
 * `npm test`: runs the test files in child processes and ends with one line, `N passed, N failed`. `--full` draws full samples,
 * `--bail` stops at the first failure, file names run those files alone.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { LONGEST } from './longest.ts'
import { fixturesDir, hasFixtures } from './support/fixtures.ts'
import type { Failure, Tally } from './support/suite.ts'

const ROOT = resolve(import.meta.dirname, '..')
const PLAIN_RUN_MS = 20 * 60_000
const FULL_RUN_MS = 50 * 60_000
/** Tells a child that nothing is left. */
const END = {}
const DETAIL_LINES = 40
const DETAIL_WIDTH = 2_000

const isFull = process.argv.includes('--full') || process.env['PASSERELLE_SAMPLES'] === 'full'
const bails = process.argv.includes('--bail')
const isCi = process.env['CI'] === 'true'

const testFiles = (named: readonly string[]): readonly string[] =>
  named.length > 0
    ? named.map((file) => resolve(file))
    : globSync('test/**/*.test.ts', { cwd: ROOT })
        .toSorted()
        .map((file) => join(ROOT, file))

/** Files that run beside each other: more than two cores, because many wait for programs that they started. */
const LANES = Math.max(3, Math.min(4, availableParallelism()))

/** Of the files that are not known to be long, those that start programs are longer. */
const STARTS_PROGRAMS = /support\/(serving|replicas|postgres-server|redis-server|browser)\.ts|spawn(Sync)?\(/
const STARTS_PROGRAMS_S = 5

/** Files that load the whole machine, and measure what it bears by time limits: never two of them at once. */
const LOADS_MACHINE = /test\/(attack\/(hammer|kill|redis-faults)|browser\/every-page)\.test\.ts$/

const longestFirst = (files: readonly string[]): string[] => {
  const seconds = new Map(files.map((file) => [file, secondsOf(file)]))
  return files.toSorted((one, other) => (seconds.get(other) ?? 0) - (seconds.get(one) ?? 0))
}

/** As a run measured it, or about so much. */
const secondsOf = (file: string): number =>
  LONGEST[relative(join(ROOT, 'test'), file)] ?? (startsPrograms(file) ? STARTS_PROGRAMS_S : 0)

const startsPrograms = (file: string): boolean => existsSync(file) && STARTS_PROGRAMS.test(readFileSync(file, 'utf8'))

/** Runs the files in children, so that a test that kills its process cannot take the verdict with it; each takes the next file when it has ended one. */
async function tallyOf(files: readonly string[], temporary: string): Promise<Tally> {
  const heavy = files.filter((file) => LOADS_MACHINE.test(file))
  const waiting = longestFirst(files.filter((file) => !LOADS_MACHINE.test(file)))
  const signal = AbortSignal.timeout(isFull ? FULL_RUN_MS : PLAIN_RUN_MS)
  const tallies: Tally[] = []
  const lane = async (...queues: readonly string[][]): Promise<void> => {
    for (const queue of queues)
      while (queue.length > 0) tallies.push(...(await runIn(startChild(temporary), queue, signal)))
  }
  const others = Array.from({ length: Math.min(LANES, files.length) - 1 }, () => lane(waiting))
  await Promise.all([lane(heavy, waiting), ...others])
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failures: tallies.flatMap(({ failures }) => failures),
    skipped: tallies.flatMap(({ skipped }) => skipped),
  }
}

/**
 * The many programs that tests start compile the same source: what the first has compiled, the next reads (not under coverage, which it
 * would make less exact).
 */
const startChild = (temporary: string): ChildProcess =>
  fork(join(ROOT, 'test/support/suite.ts'), {
    cwd: ROOT,
    env: {
      ...process.env,
      ...(process.env['NODE_V8_COVERAGE'] === undefined ? { NODE_COMPILE_CACHE: join(temporary, 'compiled') } : {}),
      TMPDIR: temporary,
      PASSERELLE_SAMPLES: isFull ? 'full' : 'few',
      PASSERELLE_BAIL: bails ? 'yes' : 'no',
    },
  })

/** For what tests leave behind, those too that were killed. PostgreSQL, which never runs as root, must be able to pass through. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-tests-'))
  chmodSync(folder, 0o711)
  return folder
}

/** Until nothing waits, or the child ends by itself: then the file that it had in hand is a failure. */
function runIn(child: ChildProcess, waiting: string[], signal: AbortSignal): Promise<readonly Tally[]> {
  const tallies: Tally[] = []
  let file: string | undefined
  const next = (): void => {
    file =
      signal.aborted || (bails && tallies.some(({ failures }) => failures.length > 0)) ? undefined : waiting.shift()
    child.send(file ?? END)
  }
  return new Promise((answer) => {
    const kill = (): void => void child.kill('SIGKILL')
    signal.addEventListener('abort', kill, { once: true })
    child.on('message', (tally) => {
      tallies.push(tally as Tally) // the one sender is suite.ts
      next()
    })
    child.on('exit', (code, killedBy) => {
      signal.removeEventListener('abort', kill)
      if (file === undefined) answer(tallies)
      else answer([...tallies, lost(file, killedBy ?? `exit code ${String(code)}`)])
      if (signal.aborted || bails) waiting.length = 0
    })
    next()
  })
}

const lost = (file: string, how: string): Tally => ({
  passed: 0,
  failures: [
    { title: 'the test process', detail: `ended in ${relative(ROOT, file)} (${how}); was it killed, or out of time?` },
  ],
  skipped: [],
})

/** Failures that no test could report: nothing ran, or under CI a test was skipped although its fixtures are there. */
function failuresOfTheRun(tally: Tally): readonly Failure[] {
  const ran = tally.passed + tally.failures.length + tally.skipped.length
  if (ran === 0) return [{ title: 'the run', detail: 'no test was found' }]
  if (!isCi || !hasFixtures()) return []
  return tally.skipped.map((title) => ({ title, detail: 'skipped under CI=true although the fixtures are there' }))
}

function printSkipped(titles: readonly string[]): void {
  if (titles.length === 0) return
  const reason = hasFixtures() ? '' : ' because the fixtures are absent'
  console.log(`\n${titles.length} SKIPPED${reason}; these facts were not checked:`)
  for (const title of titles) console.log(`  - ${title}`)
}

const shortened = (detail: string): string =>
  detail
    .split('\n')
    .slice(0, DETAIL_LINES)
    .map((line) => (line.length > DETAIL_WIDTH ? `${line.slice(0, DETAIL_WIDTH)} …` : line))
    .join('\n')

function printFailures(failures: readonly Failure[]): void {
  for (const [index, { title, detail }] of failures.entries())
    console.log(`\n${index + 1}) ${title}\n${shortened(detail)}`)
}

const OPTIONS: ReadonlySet<string> = new Set(['--full', '--bail'])

async function main(): Promise<void> {
  const unknown = process.argv.slice(2).find((argument) => argument.startsWith('-') && !OPTIONS.has(argument))
  if (unknown !== undefined) {
    process.stderr.write(`npm test: takes ${[...OPTIONS].join(', ')} and test files, not ${unknown}\n`)
    process.exitCode = 2
    return
  }
  const files = testFiles(process.argv.slice(2).filter((argument) => !argument.startsWith('--')))
  console.log(
    `${files.length} test files, Node ${process.version}, ${isFull ? 'full' : 'small'} samples from a fixed seed`,
  )
  console.log(hasFixtures() ? 'fixtures: found' : `fixtures: ABSENT at ${fixturesDir()} (set PASSERELLE_FIXTURES)`)
  const temporary = temporaryFolder()
  const tally = await tallyOf(files, temporary).finally(() =>
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }),
  )
  const failures = [...tally.failures, ...failuresOfTheRun(tally)]
  printSkipped(tally.skipped)
  printFailures(failures)
  const skips = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : ''
  console.log(`\n${tally.passed} passed, ${failures.length} failed${skips}`)
  process.exitCode = failures.length > 0 ? 1 : 0
}

await main()
