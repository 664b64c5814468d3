/** The store contract on each way to open a store. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { openPostgresStore } from '#adapters/store/open-postgres.ts'
import { needsPostgres, postgresServer } from '#test/support/postgres-server.ts'
import { storeContract } from './store.contract.ts'

describe('SQLite store in memory', () => storeContract(() => openSqliteStore(':memory:')))

describe('SQLite store in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-store-'))
  let count = 0
  after(() => rmSync(folder, { recursive: true, force: true }))
  storeContract(() => openSqliteStore(join(folder, `store-${count++}.db`)))
})

describe('PostgreSQL store', () => {
  needsPostgres()
  storeContract(async () => openPostgresStore(await (await postgresServer()).database()))
})
