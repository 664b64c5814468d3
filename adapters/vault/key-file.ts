/** keys.db: the wrapped keys of the cases in a small SQLite file of their own, so that its backups can be short-lived. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import type { KeyDatabase, KeyStatements } from './key-database.ts'

const BUSY_TIMEOUT_MS = 5000
const CHECKPOINT_TRIES = 20
const CHECKPOINT_WAIT_MS = 100
const CHUNK_BYTES = 4 * 1024 * 1024

const TABLES = `
CREATE TABLE IF NOT EXISTS field_keys (field TEXT PRIMARY KEY, kek TEXT NOT NULL, wrapped BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS case_keys (
  id INTEGER PRIMARY KEY, alias TEXT NOT NULL UNIQUE, blind TEXT NOT NULL UNIQUE, kek TEXT NOT NULL, wrapped BLOB NOT NULL,
  heldSince INTEGER, heldReason TEXT) STRICT;
CREATE INDEX IF NOT EXISTS case_keys_by_kek ON case_keys (kek, id);
CREATE TABLE IF NOT EXISTS erasures (
  alias TEXT PRIMARY KEY, commitment TEXT NOT NULL, erasedAt INTEGER NOT NULL, backupDays INTEGER NOT NULL,
  reportedAt INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS erasures_by_commitment ON erasures (commitment, erasedAt);
CREATE INDEX IF NOT EXISTS erasures_by_time ON erasures (erasedAt, commitment);`

/** Opens the file, made where there is none. What is deleted from it is overwritten; every commit is synced. */
function openFile(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;`,
  )
  database.exec(TABLES)
  return database
}

/** The keys in the file; `:memory:` for those that are gone when closed. */
export function openKeyFile(path: string): KeyDatabase {
  const database = openFile(path)
  const statements = statementsOf(database)
  const version = database.prepare('PRAGMA data_version')
  let lastTurn: Promise<unknown> = Promise.resolve()
  let isOpen = false
  /** What is asked for beside a transaction comes after it: on one connection it would be part of it. */
  const apart =
    <Given extends readonly unknown[], T>(work: (...given: Given) => Promise<T>) =>
    (...given: Given): Promise<T> =>
      isOpen ? lastTurn.then(() => work(...given)) : work(...given)
  const inTransaction = async <T>(work: (within: KeyStatements) => Promise<T>): Promise<T> => {
    isOpen = true
    database.exec('BEGIN IMMEDIATE')
    try {
      const value = await work(statements)
      database.exec('COMMIT')
      return value
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw cause
    } finally {
      isOpen = false
    }
  }
  return {
    all: apart(statements.all),
    run: apart(statements.run),
    version: async () => version.get()?.['data_version'],
    transaction: (work) => {
      const turn = lastTurn.then(() => inTransaction(work))
      lastTurn = turn.catch(() => {})
      return turn
    },
    leaveNoTrace: apart(async () => leaveNoTrace(database)),
    filesHolding: (secrets) => filesHolding(path, secrets),
    destroys: [
      'wrapped key in the key file',
      'its traces in write-ahead log and free pages',
      'unwrapped key in memory',
    ],
    [Symbol.asyncDispose]: async () => {
      await lastTurn
      if (database.isOpen) database.close()
    },
  }
}

function statementsOf(database: DatabaseSync): KeyStatements {
  const known = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const statement = known.get(sql) ?? database.prepare(sql)
    known.set(sql, statement)
    return statement
  }
  return {
    all: async (sql, ...values) => prepare(sql).all(...values),
    run: async (sql, ...values) => Number(prepare(sql).run(...values).changes),
  }
}

/**
 * Leaves in the files what the tables hold and nothing older: the file is written anew, the log emptied. Throws where another
 * process reads for so long that the log cannot be emptied.
 */
function leaveNoTrace(database: DatabaseSync): void {
  // Deleted cells are overwritten, but pages that were split or merged may keep old copies beside their cells.
  database.exec('VACUUM')
  for (let tries = 0; tries < CHECKPOINT_TRIES; tries += 1) {
    if (Number(database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy']) === 0) return
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CHECKPOINT_WAIT_MS)
  }
  throw new Error('the log of the key file could not be emptied: another process reads it; try again')
}

/** Which of the files beside that path hold one of the byte strings. */
function filesHolding(path: string, secrets: readonly Uint8Array[]): readonly string[] {
  if (path === ':memory:') return []
  return [path, `${path}-wal`, `${path}-journal`].filter((file) => existsSync(file) && holds(file, secrets))
}

/** Reads in pieces that overlap by the longest of what is looked for. */
function holds(file: string, secrets: readonly Uint8Array[]): boolean {
  const overlap = Math.max(...secrets.map(({ length }) => length))
  const piece = Buffer.alloc(CHUNK_BYTES + overlap)
  const descriptor = openSync(file, 'r')
  try {
    let kept = 0
    for (;;) {
      const read = readSync(descriptor, piece, kept, CHUNK_BYTES, null)
      if (read === 0) return false
      const seen = piece.subarray(0, kept + read)
      if (secrets.some((secret) => seen.includes(secret))) return true
      const tail = seen.subarray(Math.max(0, seen.length - overlap))
      kept = tail.length
      piece.copyWithin(0, seen.length - kept, seen.length)
    }
  } finally {
    closeSync(descriptor)
  }
}
