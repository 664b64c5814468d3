/** The one connection that a process writes through: it is made again when it was lost, and begins by waiting for its turn among all processes. */
import { Client } from 'pg'
import type { QueryResult } from 'pg'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import { codeOf, connectionTo, faultOf } from './connection.ts'
import type { Place } from './connection.ts'
import { toQuery } from './statements.ts'
import type { Statement } from './statements.ts'

/** lock_not_available: another process holds the turn for too long, and asking again would only wait as long again. */
const TURN_NEVER_CAME = '55P03'

export interface Writer {
  /** Begins a transaction; holds the lock until it ends. Nothing was done where it rejects, so it is tried on a new connection once. */
  readonly begin: () => Promise<void>
  readonly savepoint: () => void
  /** Rejects where a statement since the savepoint failed, even if nobody heeded that. */
  readonly release: () => Promise<void>
  readonly undo: () => Promise<void>
  /** Rejects where the server rolled back instead, and where its answer was lost: then nobody may be told of success. */
  readonly commit: () => Promise<void>
  readonly rollback: () => Promise<void>
  readonly isOpen: () => boolean
  /** In the transaction that is open. */
  readonly execute: (statement: Statement) => Promise<QueryResult>
  readonly end: () => Promise<void>
}

/** `lock` is a number that all processes that write there share: one transaction of all of them is open at a time. */
export function openWriter(place: Place, lock: number): Writer {
  let client: Client | undefined
  let isOpen = false
  let isEnded = false
  let hasFailed = false
  const inFlight = new Set<Promise<unknown>>()

  /** Without waiting for a server that may not answer. */
  const drop = (): void => {
    const lost = client
    client = undefined
    isOpen = false
    lost?.end().catch(() => {})
  }

  const connected = async (): Promise<Client> => {
    if (isEnded) throw new Error('the store is closed')
    if (client !== undefined) return client
    const made = new Client({ ...connectionTo(place, 'write'), pipeline: true })
    const forget = (): void => {
      if (client === made) client = undefined
    }
    made.on('error', forget)
    made.on('end', forget)
    await made.connect()
    client = made
    return made
  }

  const tryBegin = async (): Promise<void> => {
    const turn = await connected()
    // READ COMMITTED: each statement sees what was committed before its turn, and nobody else writes during it.
    await turn.query(`BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(${lock})`)
    isOpen = true
    hasFailed = false
  }

  const now = (): Client => {
    if (client === undefined || !isOpen) throw new StoreUnavailable('the connection was lost within a transaction')
    return client
  }

  const tell = async <T>(asked: Promise<T>): Promise<T> => {
    inFlight.add(asked)
    try {
      return await asked
    } catch (cause) {
      hasFailed = true
      throw faultOf(cause)
    } finally {
      inFlight.delete(asked)
    }
  }

  const control = async (sql: string): Promise<void> => {
    try {
      await now().query(sql)
    } catch (cause) {
      throw faultOf(cause)
    }
  }

  return {
    begin: async () => {
      await tryBegin().catch(async (first: unknown) => {
        drop()
        if (isEnded || codeOf(first) === TURN_NEVER_CAME || !(faultOf(first) instanceof StoreUnavailable))
          throw faultOf(first)
        await tryBegin().catch((second: unknown) => {
          drop()
          throw faultOf(second)
        })
      })
    },
    savepoint: () => {
      hasFailed = false
      // Not waited for: what comes behind it on the wire fails with it.
      control('SAVEPOINT member').catch(() => {
        hasFailed = true
      })
    },
    release: async () => {
      await Promise.allSettled(inFlight)
      if (hasFailed) throw new Error('a statement of the transaction failed')
      control('RELEASE SAVEPOINT member').catch(() => {})
    },
    undo: () => control('ROLLBACK TO SAVEPOINT member; RELEASE SAVEPOINT member'),
    commit: async () => {
      const ending = now()
      isOpen = false
      const ended = await ending.query('COMMIT').catch((cause: unknown) => {
        drop()
        throw faultOf(cause)
      })
      if (ended.command !== 'COMMIT') throw new Error('the transaction was ended by the store')
    },
    rollback: async () => {
      const ending = client
      isOpen = false
      if (ending !== undefined) await ending.query('ROLLBACK').catch(drop)
    },
    isOpen: () => isOpen && client !== undefined,
    execute: async (statement) => tell(now().query(toQuery(statement))),
    end: async () => {
      const last = client
      isEnded = true
      client = undefined
      await last?.end().catch(() => {})
    },
  }
}
