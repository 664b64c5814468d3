/** Opens the store of a gateway in PostgreSQL, where any number of gateways write in turn. */
import { Kysely } from 'kysely'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import type { Place } from '#adapters/postgres/connection.ts'
import { openReads } from '#adapters/postgres/reads.ts'
import type { Reads } from '#adapters/postgres/reads.ts'
import { openWriter } from '#adapters/postgres/writer.ts'
import type { Store } from '#gateway/ports/store.ts'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import { latelyFull } from './lately-full.ts'
import { openSqliteStore, SHARED_COMMIT_MS } from './open.ts'
import type { StoreOptions } from './open.ts'
import { partsOf } from './parts.ts'
import { bringUpToDate, WRITERS_LOCK } from './postgres-tables.ts'
import { postgresDialect, routed } from './postgres.ts'
import type { Schema } from './schema.ts'
import { createTransactions } from './transactions.ts'

/** Apart from whatever else the database holds. */
export const SCHEMA = 'passerelle'
const MOST_READS = 8

/** The store at the place: a database server for `postgres://…`, else the file of that name. */
export const openStore = (place: string, options: StoreOptions = {}): Promise<Store> =>
  isPostgresUrl(place) ? openPostgresStore(place, options) : openSqliteStore(place, options)

/** The store in the database at the URL, its tables made where there are none. Throws where it cannot be reached or brought up to date. */
export async function openPostgresStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const place = { url, schema: SCHEMA }
  const mode = options.readonly === true ? 'read' : 'write'
  try {
    if (mode === 'write') await bringUpToDate(place)
    const store = storeOver(place, mode)
    await store.read.audit.head()
    return store
  } catch (cause) {
    throw new Error(`could not open the store: ${cause instanceof Error ? cause.message : 'for no stated reason'}`, {
      cause,
    })
  }
}

function storeOver(place: Place, mode: 'write' | 'read'): Store {
  const reads = openReads(place, MOST_READS, mode)
  const writer = openWriter(place, WRITERS_LOCK)
  const transactions = createTransactions(writer)
  const tables = new Kysely<Schema>({ dialect: postgresDialect(routed(transactions.isInside, writer, reads)) })
  const parts = partsOf(tables, transactions.isInside)
  const disk = latelyFull()
  return {
    transaction: async (work, { mayWait = false } = {}) => {
      if (mode === 'read') throw new Error('this store was opened for reading')
      return disk.heeding(() => transactions.run(() => work(parts), mayWait ? SHARED_COMMIT_MS : 0))
    },
    read: parts,
    ping: async () => {
      await ping(reads, mode)
      if (disk.isFull()) throw new StoreUnavailable('the disk of the database is full')
    },
    [Symbol.asyncDispose]: async () => {
      await transactions.drain()
      await transactions.between(async () => {
        await writer.end()
        await reads.end()
      })
    },
  }
}

/** A server that only reads, as a standby or by an operator's order, does not answer what a gateway has to ask of it. */
async function ping(reads: Reads, mode: 'write' | 'read'): Promise<void> {
  const { rows } = await reads.execute({
    sql: `SELECT max(seq) AS last, current_setting('transaction_read_only') AS "isReadOnly" FROM audit`,
    parameters: [],
  })
  const [row] = rows as readonly { readonly isReadOnly: string }[]
  if (mode === 'write' && row?.isReadOnly !== 'off') throw new StoreUnavailable('the database does not write')
}
