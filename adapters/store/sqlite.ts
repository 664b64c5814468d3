/** Kysely over node:sqlite: one connection, WAL, every commit synced, statements prepared once. */
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, ValueNode } from 'kysely'
import type { CompiledQuery, Dialect, LimitNode, QueryResult } from 'kysely'
import { driverThrough } from './driver.ts'
import type { Controls } from './transactions.ts'

const BUSY_TIMEOUT_MS = 5000
/** Of a new file: a message and its parcels are some hundred kilobytes, and each page of them is written by a call of its own. */
const PAGE_BYTES = 8192
/** 4 MB of log, then a checkpoint where nobody waits for it; and 80 MB, where there was never such a moment, within a commit. */
const CHECKPOINT_PAGES = 500
const FORCED_CHECKPOINT_PAGES = 10_000
const MOST_STATEMENTS = 512

/** Opens the file, to write with foreign keys held and every commit synced, or only to read. Throws when it cannot. */
export function openDatabase(path: string, mode: 'write' | 'read'): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: mode === 'read', timeout: BUSY_TIMEOUT_MS })
  if (mode === 'read') return database
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA recursive_triggers = ON; PRAGMA wal_autocheckpoint = ${FORCED_CHECKPOINT_PAGES}; PRAGMA cache_size = -32768;`)
  return database
}

/** Writes the log into the file where enough of it has come together. A commit that someone waits for is spared it. */
export const checkpointsOf = (database: DatabaseSync): (() => void) => {
  let count: StatementSync | undefined
  return () => {
    if (!database.isOpen) return
    // NOOP only counts.
    const counted = (count ??= database.prepare('PRAGMA wal_checkpoint(NOOP)')).get()
    const waiting = Number(counted?.['log'] ?? 0) - Number(counted?.['checkpointed'] ?? 0)
    if (waiting >= CHECKPOINT_PAGES) database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  }
}

/** Prepared when first used: a store that is opened for reading never does. */
export function controlsOf(database: DatabaseSync): Controls {
  const once = (sql: string): (() => void) => {
    let statement: StatementSync | undefined
    return () => void (statement ??= database.prepare(sql)).run()
  }
  return {
    begin: once('BEGIN IMMEDIATE'),
    savepoint: once('SAVEPOINT member'),
    release: once('RELEASE member'),
    undo: () => database.exec('ROLLBACK TO member; RELEASE member'),
    commit: once('COMMIT'),
    rollback: () => database.exec('ROLLBACK'),
    isOpen: () => database.isOpen && database.isTransaction,
  }
}

/** Runs one compiled statement; booleans go in as 0 and 1. */
export type Execute = <R>(query: CompiledQuery) => QueryResult<R>

/** Execution with statements kept by their text, the oldest dropped past 512. */
export function executorOf(database: DatabaseSync): Execute {
  const prepared = new Map<string, { readonly statement: StatementSync; readonly isReader: boolean }>()
  const prepare = (sql: string): { readonly statement: StatementSync; readonly isReader: boolean } => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    const entry = { statement, isReader: statement.columns().length > 0 }
    if (prepared.size >= MOST_STATEMENTS) prepared.delete(prepared.keys().next().value ?? '')
    prepared.set(sql, entry)
    return entry
  }
  return <R>({ sql, parameters }: CompiledQuery): QueryResult<R> => {
    const { statement, isReader } = prepare(sql)
    const values = parameters.map(toColumn)
    if (isReader) return { rows: statement.all(...values) as R[] }
    return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
  }
}

/** A Kysely dialect whose every statement goes through `execute`; transactions are begun elsewhere. */
export const sqliteDialect = (execute: <R>(query: CompiledQuery) => Promise<QueryResult<R>>): Dialect => ({
  createAdapter: () => new TurnlessAdapter(),
  createDriver: () => driverThrough(execute),
  createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  createQueryCompiler: () => new FixedLimitCompiler(),
})

/** Without Kysely's own turns: a reader that waits for a transaction to end would hold back that transaction's statements. */
class TurnlessAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

/** A limit of one stands in the text: where it is a value, SQLite plans the statement anew each time that it is run. */
class FixedLimitCompiler extends SqliteQueryCompiler {
  protected override visitLimit(node: LimitNode): void {
    if (ValueNode.is(node.limit) && node.limit.value === 1) this.append('limit 1')
    else super.visitLimit(node)
  }
}

function toColumn(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`a ${typeof value} cannot be a column`)
}
