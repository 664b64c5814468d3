/** JobQueue: calls a worker with each due job of the outbox, at least once. The outbox row is the truth. */
import type { Job } from './stored.ts'

export interface JobQueue {
  /** Says that the outbox has new rows; cheap, may be called often. */
  readonly nudge: () => void
  /** Runs until the signal; then lets the jobs in hand end. Rejects only if the store is gone for good. */
  readonly work: (handle: (job: Job) => Promise<void>, signal: AbortSignal) => Promise<void>
  /** Resolves when nothing is due and nothing is in hand. */
  readonly idle: () => Promise<void>
}
