/** Opens the store of a gateway: takes the writer's lock, brings the tables up to date and puts them behind the port. */
import type { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import type { CompiledQuery, QueryResult } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Store } from '#gateway/ports/store.ts'
import { guardAppendOnly } from './append-only.ts'
import { EndedByStore, openDiskRoom } from './disk-room.ts'
import { MIGRATIONS } from './migrations.ts'
import { partsOf } from './parts.ts'
import { executeDirectly } from './prepared.ts'
import type { Schema, Tables } from './schema.ts'
import { checkpointsOf, controlsOf, executorOf, openDatabase, sqliteDialect } from './sqlite.ts'
import { createTransactions } from './transactions.ts'
import type { Transactions } from './transactions.ts'
import { takeWriterLock } from './writer-lock.ts'

export interface StoreOptions {
  /** Opens beside a running gateway, to look and never to write. The file must hold a store already. */
  readonly readonly?: boolean
}

/**
 * The store in the file at the path, made where there is none; `:memory:` for one that is gone when closed.
 * Throws when another gateway writes to it, and when a newer gateway has written it.
 */
export async function openSqliteStore(path: string, options: StoreOptions = {}): Promise<Store> {
  const mode = options.readonly === true ? 'read' : 'write'
  let unlock = (): void => {}
  let database: DatabaseSync | undefined
  try {
    if (mode === 'write' && path !== ':memory:') unlock = takeWriterLock(path)
    database = openDatabase(path, mode)
    if (mode === 'write') await bringUpToDate(database)
    return storeOver(database, { path, mode, unlock })
  } catch (cause) {
    database?.close()
    unlock()
    throw new Error(`could not open the store: ${cause instanceof Error ? cause.message : 'for no stated reason'}`, {
      cause,
    })
  }
}

/** How long a transaction that may wait does so for others to share its commit; deliveries of one message come within it. */
export const SHARED_COMMIT_MS = 5

interface Opened {
  readonly path: string
  readonly mode: 'write' | 'read'
  readonly unlock: () => void
}

function storeOver(database: DatabaseSync, { path, mode, unlock }: Opened): Store {
  const withRoom = openDiskRoom(path)
  const transactions = createTransactions(controlsOf(database), mode === 'write' ? checkpointsOf(database) : undefined)
  const execute = guarded(database, transactions)
  const tables: Tables = new Kysely<Schema>({ dialect: sqliteDialect(execute) })
  executeDirectly(tables, execute)
  const tx = partsOf(tables, transactions.isInside)
  return {
    transaction: async (work, { mayWait = false } = {}) => {
      if (mode === 'read') throw new Error('this store was opened for reading')
      return withRoom(() => transactions.run(() => work(tx), mayWait ? SHARED_COMMIT_MS : 0))
    },
    read: tx,
    ping: async () => {
      database.prepare('SELECT max(seq) FROM audit').get()
    },
    [Symbol.asyncDispose]: async () => {
      await transactions.drain()
      await transactions.between(() => {
        if (!database.isOpen) return
        if (mode === 'write') database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        database.close()
        unlock()
      })
    },
  }
}

/** Statements of a transaction run at once; reads from outside wait until none is open, so that nobody sees what may be undone. */
function guarded(
  database: DatabaseSync,
  { isInside, between }: Transactions,
): <R>(query: CompiledQuery) => Promise<QueryResult<R>> {
  const execute = executorOf(database)
  return async <R>(compiled: CompiledQuery): Promise<QueryResult<R>> => {
    if (isInside()) {
      if (!database.isTransaction) throw new EndedByStore('the transaction was ended by the store')
      return execute<R>(compiled)
    }
    if (compiled.query.kind !== 'SelectQueryNode') throw new Error('what writes belongs in a transaction that is open')
    return between(() => execute<R>(compiled))
  }
}

/** Runs the migrations that this file has not had, all of them or none. */
export async function bringUpToDate(database: DatabaseSync): Promise<void> {
  const execute = executorOf(database)
  const bare = new Kysely<Schema>({ dialect: sqliteDialect(async (query) => execute(query)) })
  database.exec('BEGIN IMMEDIATE')
  const { error } = await new Migrator({
    db: bare,
    provider: { getMigrations: async () => MIGRATIONS },
  }).migrateToLatest()
  if (error !== undefined) throw new Error('could not bring the tables up to date', { cause: error })
  guardAppendOnly(database)
  database.exec('COMMIT')
}
