/** The child of test/run.ts: loads the test files it is given into mocha, runs them, and sends the tally to its parent. */
import Mocha from 'mocha'
import { isFullRun } from './samples.ts'

/** Ten times the samples may take ten times as long. */
const TEST_TIMEOUT_MS = isFullRun ? 600_000 : 60_000

/** Stop at the first failure: all that mutation testing wants to know. */
const BAIL = process.env['PASSERELLE_BAIL'] === 'yes'

export interface Failure {
  readonly title: string
  readonly detail: string
}

/** What a run came to. `skipped` holds titles, so that a skipped test is named and never only counted. */
export interface Tally {
  readonly files: number
  readonly passed: number
  readonly failures: readonly Failure[]
  readonly skipped: readonly string[]
}

const passedTitles: string[] = []
const failures: Failure[] = []
const skipped: string[] = []

const detailOf = (cause: unknown): string => (cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))

/** One file at a time: a file that does not load is one failure, and the others still run. */
async function load(mocha: Mocha, file: string): Promise<void> {
  mocha.files = [file]
  await mocha.loadFilesAsync().catch((cause: unknown) => {
    failures.push({ title: `${file} does not load`, detail: detailOf(cause) })
  })
}

const countsNow = (): readonly number[] => [passedTitles.length, failures.length, skipped.length]

/** One line for each top-level `describe`, printed when it ends. */
function printSuites(runner: Mocha.Runner): void {
  let before = countsNow()
  let startedAt = performance.now()
  runner.on('suite end', (suite) => {
    if (suite.parent?.root !== true) return
    const [passed = 0, failed = 0, skips = 0] = countsNow().map((count, index) => count - (before[index] ?? 0))
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    const rest = `${failed > 0 ? `, ${failed} FAILED` : ''}${skips > 0 ? `, ${skips} skipped` : ''}`
    console.log(`  ${failed > 0 ? '✗' : '✓'} ${suite.title}: ${passed} passed${rest} (${seconds} s)`)
    before = countsNow()
    startedAt = performance.now()
  })
}

async function main(files: readonly string[]): Promise<void> {
  const mocha = new Mocha({ forbidOnly: true, timeout: TEST_TIMEOUT_MS, reporter: Mocha.reporters.Base, bail: BAIL })
  for (const file of files) await load(mocha, file)
  const runner = mocha.run(() => {
    const tally: Tally = { files: files.length, passed: passedTitles.length, failures, skipped }
    // Exits whatever a test has left open; a test that leaves a server behind must not hold up the others.
    process.send?.(tally, undefined, undefined, () => process.exit(failures.length > 0 ? 1 : 0))
  })
  runner.on('pass', (test) => passedTitles.push(test.fullTitle()))
  runner.on('pending', (test) => skipped.push(test.fullTitle()))
  runner.on('fail', (test, cause) => failures.push({ title: test.fullTitle(), detail: detailOf(cause) }))
  printSuites(runner)
}

await main(process.argv.slice(2))
