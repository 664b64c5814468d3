/** The runner itself: its last line, its exit code, and that nothing can hide from it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'mocha'
import { LONGEST } from '#test/longest.ts'
import { ROOT } from './tracked-files.ts'

const RUN_TIMEOUT_MS = 30_000

const folder = mkdtempSync(join(tmpdir(), 'passerelle run-'))

/** Runs the samples of these names and gives the exit code, the last line and all that was printed. */
function run(names: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  const files = names.map((name) => join(ROOT, `test/architecture/samples/${name}.sample.ts`))
  // A runner inside a runner: what the outer one set for coverage and samples is not passed on.
  const { NODE_V8_COVERAGE: _, ...environment } = process.env
  const child = spawnSync(process.execPath, [join(ROOT, 'test/run.ts'), ...files], {
    cwd: folder,
    env: { ...environment, CI: 'false', PASSERELLE_FIXTURES: join(folder, 'absent'), ...settings },
    encoding: 'utf8',
    timeout: RUN_TIMEOUT_MS,
  })
  return { code: child.status, printed: child.stdout, lastLine: child.stdout.trimEnd().split('\n').at(-1) }
}

describe('npm test', () => {
  after(() => rmSync(folder, { recursive: true }))

  it('ends with the counts and fails where a test fails', () => {
    const { code, printed, lastLine } = run(['mixed'])
    assert.deepEqual([code, lastLine], [1, '1 passed, 1 failed'])
    assert.match(printed, /a mixed sample does not hold/)
  })

  it('counts a file that does not load as a failure and still runs the others', () => {
    const { code, printed, lastLine } = run(['broken', 'skipping'], { PASSERELLE_SAMPLE_SKIPS: 'no' })
    assert.deepEqual([code, lastLine], [1, '2 passed, 1 failed, 1 skipped'])
    assert.match(printed, /broken\.sample\.ts does not load/)
  })

  it('counts a process that a test took down as a failure, even one that ended with 0', () =>
    assert.deepEqual([run(['dying']).code, run(['dying']).lastLine], [1, '0 passed, 1 failed']))

  it('says aloud and by name what was skipped because the fixtures are absent', () => {
    const { code, printed, lastLine } = run(['skipping'])
    assert.deepEqual([code, lastLine], [0, '2 passed, 0 failed, 1 skipped'])
    assert.match(printed, /1 SKIPPED because the fixtures are absent[^]*a sample that needs fixtures finds them/)
  })

  it('fails under CI where a test is skipped although the fixtures are there', () => {
    const fixtures = mkdtempSync(join(folder, 'fixtures-'))
    writeFileSync(join(fixtures, 'README.md'), '')
    const settings = { CI: 'true', PASSERELLE_FIXTURES: fixtures, PASSERELLE_SAMPLE_SKIPS: 'yes' }
    const { code, lastLine } = run(['skipping'], settings)
    assert.deepEqual([code, lastLine], [1, '2 passed, 1 failed, 1 skipped'])
  })

  it('begins with files that there are, longest first', () => {
    const [names, seconds] = [Object.keys(LONGEST), Object.values(LONGEST)]
    assert.deepEqual(
      names.filter((name) => !existsSync(join(ROOT, 'test', name))),
      [],
    )
    assert.deepEqual(
      seconds,
      seconds.toSorted((one, other) => other - one),
    )
  })

  it('fails where there is nothing to run', () => {
    writeFileSync(join(folder, 'empty.ts'), '')
    const child = spawnSync(process.execPath, [join(ROOT, 'test/run.ts'), join(folder, 'empty.ts')], {
      encoding: 'utf8',
    })
    assert.equal(child.status, 1)
    assert.match(child.stdout, /no test was found/)
  })
})
