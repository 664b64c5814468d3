/** The bench runs whole and prints every row; how fast anything was is not asserted. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'mocha'
import { GOALS, verdictOf } from '#bench/goals.ts'
import { isFullRun } from '#test/support/samples.ts'

const MAIN = join(resolve(import.meta.dirname, '../..'), 'bench/main.ts')
const TIME_LIMIT_MS = 400_000

async function bench(...flags: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const child = spawn(process.execPath, [MAIN, ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: TIME_LIMIT_MS,
  })
  const closed = new Promise<number>((done) => child.once('close', (code) => done(code ?? -1)))
  return { out: await text(child.stdout), code: await closed }
}

const OTHER_ROWS = [
  'F',
  'P1 jobs',
  'P1 pack',
  'rules 60',
  'rules 600',
  'rules 6000',
  'cedar',
  'casl',
  'E1 floors',
  'walks',
  'memory',
]

/** Sections that are measured by name alone, with the figures of theirs that have a goal. */
const BY_NAME = { scale: [], 'million cases': [], replay: [], pages: ['pages', 'pages kB'] } as const

describe('bench', () => {
  it('measures every figure that has a goal, and the others that are promised', async function () {
    this.timeout(TIME_LIMIT_MS)
    const { code, out } = await bench('--quick', '--json')
    assert.equal(code, 0)
    const { rows } = JSON.parse(out) as { readonly rows: readonly { readonly id: string; readonly value: number }[] }
    const found = new Set([...rows.map(({ id }) => id), ...Object.values(BY_NAME).flat()])
    assert.deepEqual(
      [...Object.keys(GOALS), ...OTHER_ROWS].filter((id) => !found.has(id)),
      [],
    )
    assert.deepEqual(
      rows.filter(({ value }) => !Number.isFinite(value)),
      [],
    )
    assert.equal(rows.find(({ id }) => id === 'P4')?.value, 0)
  })

  // In a full run.
  for (const [section, figures] of isFullRun ? Object.entries(BY_NAME) : [])
    it(`measures ${section} where it is asked for by name`, async function () {
      this.timeout(TIME_LIMIT_MS)
      const { code, out } = await bench('--quick', '--json', '--no-record', '--only', section)
      assert.equal(code, 0)
      const { rows } = JSON.parse(out) as { readonly rows: readonly { readonly id: string; readonly value: number }[] }
      assert.deepEqual(
        figures.filter((figure) => !rows.some(({ id }) => id === figure)),
        [],
      )
      assert.ok(rows.length > 0 && rows.every(({ value }) => Number.isFinite(value)))
    })

  it('refuses a section that it does not have', async () => {
    assert.equal((await bench('--only', 'no-such-section')).code, 2)
  })
})

describe('a goal', () => {
  it('is met by little where less is better, and by much where more is', () => {
    assert.deepEqual([verdictOf('P1', 2.5), verdictOf('P1', 4), verdictOf('P1', 4.1)], ['goal', 'gate', 'missed'])
    assert.deepEqual([verdictOf('D1', 0.7), verdictOf('D1', 0.4), verdictOf('D1', 0.39)], ['goal', 'gate', 'missed'])
    assert.equal(verdictOf('memory', 1), '')
  })
})
