/** A Kysely driver that hands each statement to the store, which alone begins and ends transactions. */
import type { CompiledQuery, Driver, QueryResult } from 'kysely'

export type ExecuteLater = <R>(query: CompiledQuery) => Promise<QueryResult<R>>

/** Every statement goes through `execute`, on whatever connection that chooses. */
export const driverThrough = (execute: ExecuteLater): Driver => {
  const connection = { executeQuery: execute, streamQuery: refuseStream }
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: refuseTransaction,
    commitTransaction: refuseTransaction,
    rollbackTransaction: refuseTransaction,
    releaseConnection: async () => {},
    destroy: async () => {},
  }
}

const refuseTransaction = async (): Promise<never> => {
  throw new Error('transactions are begun by the store, not by Kysely')
}

const refuseStream = (): never => {
  throw new Error('this store does not stream')
}
