/** That no call of the port has to walk a whole table of PostgreSQL's: with every other way made dear, each finds an index. */
import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { describe, it } from 'mocha'
import { Client } from 'pg'
import { openPostgresStore, SCHEMA } from '#adapters/store/open-postgres.ts'
import { callEverything, SMALL_TABLES } from '#test/support/every-store-call.ts'
import { needsPostgres, postgresServer } from '#test/support/postgres-server.ts'

describe('PostgreSQL store with many cases', () => {
  needsPostgres()

  it('can find its rows by an index in every call of the port', async () => {
    const url = await (await postgresServer()).database()
    const statements = await statementsOfEveryCall(url)
    const plans = await plansOf(url, statements)
    assert.deepEqual(
      plans.flatMap(({ statement, plan }) => walksIn(plan, false).map((walked) => `${walked}: ${statement}`)),
      [],
    )
    assert(plans.length >= 150, `the calls were seen: ${plans.length}`)
  })
})

async function statementsOfEveryCall(url: string): Promise<readonly string[]> {
  await using store = await openPostgresStore(url)
  const query = mock.method(Client.prototype, 'query')
  assert.deepEqual(await store.transaction(callEverything), [])
  query.mock.restore()
  const texts = query.mock.calls.map(({ arguments: [asked] }: { readonly arguments: readonly unknown[] }) =>
    typeof asked === 'object' && asked !== null && 'text' in asked ? String(asked.text) : '',
  )
  return [...new Set(texts.filter((text) => /^(select|update|delete|insert|with)\b/.test(text)))]
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly PlanNode[]
}

/** As for any values; a walk of the table is taken where there is no other way alone. */
async function plansOf(
  url: string,
  statements: readonly string[],
): Promise<readonly { readonly statement: string; readonly plan: PlanNode }[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      `SET search_path = ${SCHEMA}; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan`,
    )
    const plans: { readonly statement: string; readonly plan: PlanNode }[] = []
    for (const [index, statement] of statements.entries()) {
      await client.query(`PREPARE s${index} AS ${statement}`)
      const count = Math.max(0, ...[...statement.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
      const values = count === 0 ? '' : `(${Array.from({ length: count }, () => 'NULL').join()})`
      const { rows } = await client.query<{ readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
        `EXPLAIN (FORMAT JSON) EXECUTE s${index}${values}`,
      )
      const [row] = rows
      assert(row !== undefined)
      plans.push({ statement, plan: row['QUERY PLAN'][0].Plan })
    }
    return plans
  } finally {
    await client.end()
  }
}

/** Nodes that read a whole table, or a whole index where nobody stops them after some rows. */
function walksIn(node: PlanNode, isLimited: boolean): readonly string[] {
  const { 'Node Type': type, 'Relation Name': table = '', 'Index Cond': condition } = node
  const isWalk = type === 'Seq Scan' || (/^Index (Only )?Scan/.test(type) && condition === undefined && !isLimited)
  const own = isWalk && !SMALL_TABLES.has(table) ? [`${type} of ${table}`] : []
  // What sorts or groups reads all that is under it, whatever stands above.
  const limits = type === 'Limit' || (isLimited && !/^(Sort|Aggregate|HashAggregate|GroupAggregate)$/.test(type))
  return [...own, ...(node.Plans ?? []).flatMap((below) => walksIn(below, limits))]
}
