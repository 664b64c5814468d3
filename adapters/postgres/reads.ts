/** Reads outside transactions: a few connections, a lost one made again, each read tried once more where its connection was lost. */
import { Pool } from 'pg'
import type { QueryResult } from 'pg'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import { connectionTo, faultOf } from './connection.ts'
import type { Place } from './connection.ts'
import { toQuery } from './statements.ts'
import type { Statement } from './statements.ts'

const IDLE_MS = 30_000

export interface Reads {
  /** Only for what changes nothing: it may run twice. Rejects with StoreUnavailable where the server does not answer. */
  readonly execute: (statement: Statement) => Promise<QueryResult>
  readonly end: () => Promise<void>
}

/** Connects when first asked. */
export function openReads(place: Place, most: number, mode: 'write' | 'read'): Reads {
  const pool = new Pool({ ...connectionTo(place, mode), max: most, idleTimeoutMillis: IDLE_MS, allowExitOnIdle: true })
  // A connection that is lost while nobody uses it is no news: the next read makes a new one.
  pool.on('error', () => {})
  let isEnded = false
  const once = async (statement: Statement): Promise<QueryResult> => {
    if (isEnded) throw new Error('the store is closed')
    return pool.query(toQuery(statement)).catch((cause: unknown) => {
      throw faultOf(cause)
    })
  }
  return {
    execute: (statement) =>
      once(statement).catch((cause: unknown) => {
        if (cause instanceof StoreUnavailable && !isEnded) return once(statement)
        throw cause
      }),
    end: async () => {
      if (isEnded) return
      isEnded = true
      await pool.end()
    },
  }
}
