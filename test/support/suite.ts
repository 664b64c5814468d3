/** A child of test/run.ts: runs one test file after another in mocha, as its parent names them, and sends the tally of each. */
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
  readonly passed: number
  readonly failures: readonly Failure[]
  readonly skipped: readonly string[]
}

const detailOf = (cause: unknown): string => (cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))

/** One line for each top-level `describe`, printed when it ends. */
function printSuites(runner: Mocha.Runner, counts: () => readonly number[]): void {
  let before = counts()
  let startedAt = performance.now()
  runner.on('suite end', (suite) => {
    if (suite.parent?.root !== true) return
    const [passed = 0, failed = 0, skips = 0] = counts().map((count, index) => count - (before[index] ?? 0))
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    const rest = `${failed > 0 ? `, ${failed} FAILED` : ''}${skips > 0 ? `, ${skips} skipped` : ''}`
    console.log(`  ${failed > 0 ? '✗' : '✓'} ${suite.title}: ${passed} passed${rest} (${seconds} s)`)
    before = counts()
    startedAt = performance.now()
  })
}

/** A file that does not load is one failure. */
async function runFile(file: string): Promise<Tally> {
  const mocha = new Mocha({ forbidOnly: true, timeout: TEST_TIMEOUT_MS, reporter: Mocha.reporters.Base, bail: BAIL })
  const passed: string[] = []
  const failures: Failure[] = []
  const skipped: string[] = []
  mocha.addFile(file)
  await mocha.loadFilesAsync().catch((cause: unknown) => {
    failures.push({ title: `${file} does not load`, detail: detailOf(cause) })
  })
  await new Promise<void>((done) => {
    const runner = mocha.run(() => done())
    runner.on('pass', (test) => passed.push(test.fullTitle()))
    runner.on('pending', (test) => skipped.push(test.fullTitle()))
    runner.on('fail', (test, cause) => failures.push({ title: test.fullTitle(), detail: detailOf(cause) }))
    printSuites(runner, () => [passed.length, failures.length, skipped.length])
  })
  mocha.dispose()
  return { passed: passed.length, failures, skipped }
}

process.on('message', (file) => {
  // Exits whatever a test has left open; a test that leaves a server behind must not hold up the end.
  if (typeof file !== 'string') process.exit(0)
  void runFile(file).then((tally) => process.send?.(tally))
})
