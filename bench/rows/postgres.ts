/** D1 and D2 on PostgreSQL, against the bare disk of the same folder: one gateway that writes, and two that take turns. Nothing where no server is installed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPostgresStore } from '#adapters/store/open-postgres.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Store } from '#gateway/ports/store.ts'
import { median, short } from '#bench/measure.ts'
import type { Plan, Section } from '#bench/measure.ts'
import { benchWorld } from '#bench/workload/network.ts'
import { hasPostgres, openPostgresServer } from '#test/support/postgres-server.ts'
import { acceptOne, appendGroup, GROUP, rate, rawRate } from './durable.ts'

export const postgresSection: Section = { name: 'postgres', measure: measurePostgres }

const AT_ONCE = 16

async function measurePostgres({ rounds, isQuick }: Plan): ReturnType<Section['measure']> {
  if (!hasPostgres()) return []
  const budgetMs = isQuick ? 200 : 1000
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-bench-'))
  const server = await openPostgresServer()
  try {
    const url = await server.database()
    await using first = await openPostgresStore(url)
    await using second = await openPostgresStore(url)
    const { stored } = benchWorld(200)
    const message = JSON.parse(stored) as Message
    const many = (stores: readonly Store[]) => (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) => acceptOne(stores[index % stores.length] ?? first, message)),
      )
    await rate(() => acceptOne(first, message), budgetMs)
    const taken: { readonly one: number; readonly group: number; readonly two: number; readonly audit: number }[] = []
    const raws: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const raw = rawRate(folder, Buffer.from(stored), budgetMs / 2)
      raws.push(raw)
      taken.push({
        one: (await rate(() => acceptOne(first, message), budgetMs)) / raw,
        group: (AT_ONCE * (await rate(many([first]), budgetMs))) / raw,
        two: (AT_ONCE * (await rate(many([first, second]), budgetMs))) / raw,
        audit: (GROUP * (await rate(() => appendGroup(first), budgetMs))) / raw,
      })
    }
    const raw = median(raws)
    const row = (id: string, what: string, value: number) => ({
      id,
      what,
      value,
      unit: 'x',
      detail: `${short(value * raw)}/s; append + fdatasync of the same bytes ${short(raw)}/s`,
    })
    const of = (name: 'one' | 'group' | 'two' | 'audit'): number => median(taken.map((entry) => entry[name]))
    return [
      row(
        'D1 postgres',
        'accepted messages a second on PostgreSQL, one commit each, against append + fdatasync',
        of('one'),
      ),
      row('D1 postgres 16', `the same, ${AT_ONCE} at once from one gateway`, of('group')),
      row('D1 postgres 2', `the same, ${AT_ONCE} at once from two gateways in turn`, of('two')),
      row('D2 postgres', 'audit rows a second on PostgreSQL in group commit, against append + fdatasync', of('audit')),
    ]
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
