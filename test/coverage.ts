/** `npm run coverage`: every test at full counts under c8, then the floors below. This table is the one place for them. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

interface Floor {
  readonly of: string
  readonly folders: readonly string[]
  readonly measure: 'lines' | 'branches'
  readonly percent: number
}

/** No run may lower these but by changing this table. */
const FLOORS: readonly Floor[] = [
  { of: 'all source', folders: ['policies/', 'gateway/', 'adapters/', 'cli/'], measure: 'lines', percent: 95 },
  { of: 'all source', folders: ['policies/', 'gateway/', 'adapters/', 'cli/'], measure: 'branches', percent: 90 },
  // 100 is the aim; what is missing are alternatives that no value reaches (`unreachable`) and defaults for missing array elements.
  { of: 'policies and gateway/core', folders: ['policies/', 'gateway/core/'], measure: 'branches', percent: 97 },
  { of: 'gateway/rooms', folders: ['gateway/rooms/'], measure: 'branches', percent: 97 },
]

interface Count {
  readonly total: number
  readonly covered: number
}
type FileCounts = Readonly<Record<Floor['measure'], Count>>

const ROOT = resolve(import.meta.dirname, '..')
const SUMMARY = join(ROOT, 'coverage/coverage-summary.json')
const RUN_TIMEOUT_MS = 55 * 60_000
const WORST_SHOWN = 10

const percentOf = ({ covered, total }: Count): number => (total === 0 ? 100 : (100 * covered) / total)

function summed(files: readonly FileCounts[], measure: Floor['measure']): Count {
  const sum = (of: keyof Count): number => files.reduce((all, file) => all + file[measure][of], 0)
  return { total: sum('total'), covered: sum('covered') }
}

/** Runs the suite under c8; the report is written whether or not tests failed. True where all passed. */
function runTests(): boolean {
  rmSync(SUMMARY, { force: true })
  const c8 = join(ROOT, 'node_modules/c8/bin/c8.js')
  const command = [c8, process.execPath, join(ROOT, 'test/run.ts'), '--full', ...process.argv.slice(2)]
  return spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit', timeout: RUN_TIMEOUT_MS }).status === 0
}

/** False for a file of types alone: nothing of it is left at run time, so nothing of it can be covered. */
const hasCode = (path: string): boolean =>
  /^(export )?(async |abstract )?(const|let|function|class|await|for|if)\b|^\w+[.(]/m.test(readFileSync(path, 'utf8'))

/** Counts by path below the root; empty where c8 wrote none. */
function readCounts(): ReadonlyMap<string, FileCounts> {
  if (!existsSync(SUMMARY)) return new Map()
  const summary = JSON.parse(readFileSync(SUMMARY, 'utf8')) as Readonly<Record<string, FileCounts>> // c8's own format
  const files = Object.entries(summary).filter(([path]) => path !== 'total' && hasCode(path))
  return new Map(files.map(([path, counts]) => [relative(ROOT, path), counts]))
}

function printWorst(files: readonly (readonly [string, FileCounts])[], measure: Floor['measure']): void {
  const missing = (counts: FileCounts): number => counts[measure].total - counts[measure].covered
  const worst = files.toSorted(([, a], [, b]) => missing(b) - missing(a)).slice(0, WORST_SHOWN)
  for (const [path, counts] of worst) console.log(`         ${missing(counts)} ${measure} of ${path} never ran`)
}

function holds({ of, folders, measure, percent }: Floor, counts: ReadonlyMap<string, FileCounts>): boolean {
  const files = [...counts].filter(([path]) => folders.some((folder) => path.startsWith(folder)))
  const count = summed(
    files.map(([, file]) => file),
    measure,
  )
  const passed = files.length > 0 && count.total > 0 && percentOf(count) >= percent
  const share = `${percentOf(count).toFixed(2)} % of ${count.total} ${measure}, at least ${percent} %`
  console.log(`${passed ? 'ok    ' : 'FAILED'} coverage of ${of}: looked at ${files.length} files, ${share}`)
  if (!passed) printWorst(files, measure)
  return passed
}

const testsPassed = runTests()
console.log(`\n${testsPassed ? 'ok    ' : 'FAILED'} every test at full counts`)
const counts = readCounts()
const results = [testsPassed, ...FLOORS.map((floor) => holds(floor, counts))]
const failed = results.filter((passed) => !passed).length
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
