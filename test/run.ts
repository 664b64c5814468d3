/**
 * `npm test`: runs the test files in a child process and ends with one line, `N passed, N failed`. `--full` draws full samples,
 * `--bail` stops at the first failure, file names run those files alone.
 */
import { fork } from 'node:child_process'
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fixturesDir, hasFixtures } from './support/fixtures.ts'
import type { Failure, Tally } from './support/suite.ts'

const ROOT = resolve(import.meta.dirname, '..')
const PLAIN_RUN_MS = 20 * 60_000
const FULL_RUN_MS = 50 * 60_000
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

/** Runs the files in a child, so that a test that kills its process cannot take the verdict with it. */
async function tallyOf(files: readonly string[]): Promise<Tally> {
  const lost = (detail: string): Tally => ({
    files: files.length,
    passed: 0,
    failures: [{ title: 'the test process', detail }],
    skipped: [],
  })
  return new Promise((answer) => {
    const child = fork(join(ROOT, 'test/support/suite.ts'), files, {
      cwd: ROOT,
      env: { ...process.env, PASSERELLE_SAMPLES: isFull ? 'full' : 'few', PASSERELLE_BAIL: bails ? 'yes' : 'no' },
    })
    const limit = setTimeout(() => child.kill('SIGKILL'), isFull ? FULL_RUN_MS : PLAIN_RUN_MS)
    child.on('message', (tally) => answer(tally as Tally)) // the one sender is suite.ts
    child.on('exit', (code, signal) => {
      clearTimeout(limit)
      answer(lost(`ended without a tally (${signal ?? `exit code ${String(code)}`}); was it killed, or out of time?`))
    })
  })
}

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

async function main(): Promise<void> {
  const files = testFiles(process.argv.slice(2).filter((argument) => !argument.startsWith('--')))
  console.log(
    `${files.length} test files, Node ${process.version}, ${isFull ? 'full' : 'small'} samples from a fixed seed`,
  )
  console.log(hasFixtures() ? 'fixtures: found' : `fixtures: ABSENT at ${fixturesDir()} (set PASSERELLE_FIXTURES)`)
  const tally = await tallyOf(files)
  const failures = [...tally.failures, ...failuresOfTheRun(tally)]
  printSkipped(tally.skipped)
  printFailures(failures)
  const skips = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : ''
  console.log(`\n${tally.passed} passed, ${failures.length} failed${skips}`)
  process.exitCode = failures.length > 0 ? 1 : 0
}

await main()
