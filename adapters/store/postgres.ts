/** Kysely over PostgreSQL: statements go out through the writing connection within a transaction, through a few others outside. */
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { CompiledQuery, Dialect, QueryResult } from 'kysely'
import type { QueryResult as Answer } from 'pg'
import type { Reads } from '#adapters/postgres/reads.ts'
import type { Writer } from '#adapters/postgres/writer.ts'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import { driverThrough } from './driver.ts'
import type { ExecuteLater } from './driver.ts'

/** A Kysely dialect whose every statement goes through `execute`; transactions are begun elsewhere. */
export const postgresDialect = (execute: ExecuteLater): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => driverThrough(execute),
  createIntrospector: (kysely) => new PostgresIntrospector(kysely),
  createQueryCompiler: () => new PostgresQueryCompiler(),
})

/** Where a statement runs: in the caller's open transaction, or by itself where it only reads. */
export const routed =
  (isInside: () => boolean, writer: Writer, reads: Reads): ExecuteLater =>
  async <R>(compiled: CompiledQuery): Promise<QueryResult<R>> => {
    if (isInside()) {
      if (!writer.isOpen()) throw new StoreUnavailable('the connection was lost within a transaction')
      return toResult<R>(await writer.execute(compiled))
    }
    if (compiled.query.kind !== 'SelectQueryNode') throw new Error('what writes belongs in a transaction that is open')
    return toResult<R>(await reads.execute(compiled))
  }

/** What the server answered, as Kysely has it. */
export const toResult = <R>({ rows, rowCount }: Answer): QueryResult<R> => ({
  rows: rows as R[],
  numAffectedRows: BigInt(rowCount ?? 0),
})
