/** A database server whose disk took nothing lately: what is small may fit again long before a message does. */
import { codeOf } from '#adapters/postgres/connection.ts'

/** SQLSTATE disk_full. */
const DISK_FULL = '53100'
const REMEMBERED_MS = 10_000

export interface LatelyFull {
  /** Runs what writes, and remembers where it found no room. Rejects as the work does. */
  readonly heeding: <T>(work: () => Promise<T>) => Promise<T>
  /** Whether something found no room within the last ten seconds. */
  readonly isFull: () => boolean
}

export function latelyFull(): LatelyFull {
  let fullAt = -Infinity
  return {
    heeding: async (work) => {
      try {
        return await work()
      } catch (cause) {
        if (isOfFullDisk(cause)) fullAt = performance.now()
        throw cause
      }
    },
    isFull: () => performance.now() - fullAt < REMEMBERED_MS,
  }
}

const isOfFullDisk = (cause: unknown): boolean =>
  codeOf(cause) === DISK_FULL || (cause instanceof Error && cause.cause !== undefined && isOfFullDisk(cause.cause))
