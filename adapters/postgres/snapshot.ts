/** One moment of a PostgreSQL schema, read by a cursor within a transaction that repeats its reads. */
import { Client } from 'pg'
import { connectionTo, faultOf } from './connection.ts'
import type { Place } from './connection.ts'

/** Whoever takes the rows may wait for its disk so long. */
const IDLE_MS = 5 * 60_000
const MOST_ROWS = 512
const MOST_BYTES = 2 * 1024 * 1024

export interface PostgresSnapshot extends AsyncDisposable {
  readonly rows: (sql: string) => AsyncIterable<Readonly<Record<string, unknown>>>
}

/** Rejects with StoreUnavailable where the server does not answer. */
export async function openPostgresSnapshot(place: Place): Promise<PostgresSnapshot> {
  const client = new Client(connectionTo(place, 'read'))
  client.on('error', () => {})
  const ask = async (sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    try {
      return (await client.query<Readonly<Record<string, unknown>>>(sql)).rows
    } catch (cause) {
      throw faultOf(cause)
    }
  }
  try {
    await client.connect()
    await ask('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await ask(`SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MS}`)
    // The moment is that of the first read.
    await ask('SELECT count(*) FROM pg_class')
  } catch (cause) {
    await client.end().catch(() => {})
    throw faultOf(cause)
  }
  return {
    rows: async function* (sql) {
      await ask(`DECLARE snapshot NO SCROLL CURSOR FOR ${sql}`)
      for (let count = 16; ;) {
        const rows = await ask(`FETCH ${count} FROM snapshot`)
        yield* rows
        if (rows.length < count) break
        count = nextCount(count, bytesIn(rows))
      }
      await ask('CLOSE snapshot')
    },
    [Symbol.asyncDispose]: () => client.end().catch(() => {}),
  }
}

/** As many at a time as fit into memory easily, whatever their size. */
const nextCount = (count: number, bytes: number): number =>
  bytes > MOST_BYTES ? Math.max(1, Math.floor(count / 4)) : Math.min(MOST_ROWS, count * 2)

const bytesIn = (rows: readonly Readonly<Record<string, unknown>>[]): number =>
  rows.reduce((sum, row) => sum + Object.values(row).reduce((bytes: number, cell) => bytes + sizeOf(cell), 0), 0)

const sizeOf = (cell: unknown): number => (typeof cell === 'string' || cell instanceof Uint8Array ? cell.length : 8)
