/** One writing process for each store: a lock on a file beside it, which the system lets go of when the process ends, however it ends. */
import { DatabaseSync } from 'node:sqlite'

/** Takes the lock `<path>.lock` and answers how to let it go. Throws when another gateway has it. */
export function takeWriterLock(path: string): () => void {
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new Error('another gateway already writes to this store; stop it first, or open the store for reading', {
      cause,
    })
  }
  return () => lock.close()
}
