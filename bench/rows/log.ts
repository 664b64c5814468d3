/** L1-L2: an entry appended to the log, alone and in a shared commit, against a bare insert that is synced the same way. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '#adapters/store/open.ts'
import { openDatabase } from '#adapters/store/sqlite.ts'
import { median, medianMsOf, short } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'

const GROUP = 32
/** As long as one is. */
const LEAF = 'l'.repeat(230)

export const logSection: Section = {
  name: 'log',
  measure: async (plan) => {
    const folder = await mkdtemp(join(tmpdir(), 'passerelle-bench-'))
    try {
      return await logRows(folder, plan)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function logRows(folder: string, { rounds, isQuick }: Plan): Promise<readonly Row[]> {
  await using store = await openSqliteStore(join(folder, 'log.db'))
  const bare = openDatabase(join(folder, 'bare.db'), 'write')
  bare.exec('CREATE TABLE leaves (at INTEGER PRIMARY KEY, leaf TEXT NOT NULL)')
  const insert = bare.prepare('INSERT INTO leaves (leaf) VALUES (?)')
  const append = (): Promise<number> => store.transaction(({ log }) => log.append(LEAF))
  const appendMany = (): Promise<unknown> => Promise.all(Array.from({ length: GROUP }, append))
  const insertOne = async (): Promise<unknown> => insert.run(LEAF)
  const budgetMs = isQuick ? 40 : 300
  const taken = []
  for (let round = 0; round < rounds; round += 1)
    taken.push({
      bareMs: await medianMsOf(insertOne, budgetMs),
      oneMs: await medianMsOf(append, budgetMs),
      manyMs: (await medianMsOf(appendMany, budgetMs)) / GROUP,
    })
  bare.close()
  const bareMs = median(taken.map((one) => one.bareMs))
  const row = (id: string, what: string, ms: number): Row => ({
    id,
    what,
    value: ms / bareMs,
    unit: 'x',
    detail: `${short(ms * 1000)} µs an entry, a bare synced insert ${short(bareMs * 1000)} µs, wall`,
  })
  return [
    row('L1', 'append one entry to the log, against a bare synced insert', median(taken.map((one) => one.oneMs))),
    row('L2', `append ${GROUP} entries in a shared commit, each against it`, median(taken.map((one) => one.manyMs))),
  ]
}
