/** That no call of the port walks a whole table of SQLite's, so that each takes as long among many cases as among few. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { mock } from 'node:test'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { callEverything, SMALL_TABLES } from '#test/support/every-store-call.ts'

describe('SQLite store with many cases', () => {
  it('finds its rows by an index in every call of the port', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'passerelle-plans-'))
    const path = join(folder, 'store.db')
    const statements = await statementsOfEveryCall(path)
    const database = new DatabaseSync(path)
    const planOf = (statement: string): string =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${statement}`)
        .all()
        .map((row) => String(row['detail']))
        .join('; ')
    const walks = statements.filter(
      (statement) => isWalk(planOf(statement)) && !isLastRow(statement, planOf(statement)),
    )
    assert.deepEqual(
      walks.map((statement) => `${statement}: ${planOf(statement)}`),
      [],
    )
    assert(statements.length >= 150, `the calls were seen: ${statements.length}`)
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })
})

const isWalk = (plan: string): boolean =>
  [...plan.matchAll(/SCAN (?!CONSTANT)(\w+)/g)].some(([, table]) => !SMALL_TABLES.has(table ?? ''))

/** The last row by an index: SQLite calls it a scan, and reads one row. Of checkpoints only the last can be unpublished. */
const isLastRow = (statement: string, plan: string): boolean =>
  !plan.includes('TEMP B-TREE') &&
  /^select [^()]* from "\w+"( where "published" is not null)? order by "\w+" desc limit (\?|1)$/.test(statement)

/** Calls everything that the port has once, and answers the statements that it took. */
async function statementsOfEveryCall(path: string): Promise<readonly string[]> {
  await using store = await openSqliteStore(path)
  const prepare = mock.method(DatabaseSync.prototype, 'prepare')
  assert.deepEqual(await store.transaction(callEverything), [])
  prepare.mock.restore()
  return [...new Set(prepare.mock.calls.map((call) => String(call.arguments[0])))]
}
