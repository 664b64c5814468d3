/** The jobs that one process has in hand: claimed in the store first, never more than there is room for, never one twice. */
import { StoreUnavailable } from '#gateway/ports/store.ts'
import type { Job } from '#gateway/ports/stored.ts'
import { createBell, handleOnce } from './in-process.ts'
import type { InProcessQueueOptions } from './in-process.ts'

export type Handle = (job: Job) => Promise<void>

export interface Desk {
  /** How many more it can take. */
  readonly room: () => number
  readonly has: (id: string) => boolean
  readonly isBusy: () => boolean
  /** Claims that job, once there is room, and works on it; resolves when it has ended, or at once where somebody else has it. */
  readonly takeOne: (id: string, handle: Handle) => Promise<void>
  /** Claims whatever is due, as much as there is room for, and begins it; answers how many. */
  readonly takeDue: (handle: Handle) => Promise<number>
  /** Claims and looks that failed since a claim succeeded. */
  readonly failures: () => number
  readonly failed: (cause: unknown) => void
  /** Whether the last one failed because the server of the store does not answer: it comes back, a file that cannot be read does not. */
  readonly isAway: () => boolean
  /** Resolves when a claim or a job has ended next. */
  readonly nextEnd: () => Promise<void>
  /** Takes no more; resolves when nothing is in hand. */
  readonly close: () => Promise<void>
}

export function openDesk(options: InProcessQueueOptions, onEnd: () => void): Desk {
  const { store, clock, leaseMs, concurrency, log } = options
  const inHand = new Map<string, Promise<void>>()
  const ended = createBell()
  let [reserved, failures, isClosed, isAway] = [0, 0, false, false]

  const room = (): number => (isClosed ? 0 : Math.max(0, concurrency - inHand.size - reserved))

  const failed = (cause: unknown): void => {
    isAway = cause instanceof StoreUnavailable
    log.alarm('outbox-claim-failed', { failedClaims: ++failures })
  }

  const start = (job: Job, handle: Handle): Promise<void> => {
    // A job that outlives its lease is claimed again while in hand: the claim has lengthened the lease, and that is all.
    const before = inHand.get(job.id)
    if (before !== undefined) return before
    const handled = handleOnce(options, job, handle).finally(() => {
      inHand.delete(job.id)
      ended.ring()
      onEnd()
    })
    inHand.set(job.id, handled)
    return handled
  }

  /** Keeps room while the store is asked, so that two who claim at once do not take too many together. */
  const claiming = async <T>(places: number, claim: () => Promise<T>): Promise<T | undefined> => {
    reserved += places
    try {
      const claimed = await claim()
      failures = 0
      return claimed
    } catch (cause) {
      failed(cause)
      return undefined
    } finally {
      reserved -= places
      ended.ring()
    }
  }

  const takeOne = async (id: string, handle: Handle): Promise<void> => {
    while (room() === 0 && !isClosed) await ended.next()
    if (isClosed || inHand.has(id)) return
    const claimOne = () => store.transaction((tx) => tx.outbox.claimOne({ id, now: clock(), leaseMs }))
    let handled: Promise<void> | undefined
    await claiming(1, async () => {
      const job = await claimOne()
      if (job !== undefined) handled = start(job, handle)
    })
    await handled
  }

  const takeDue = async (handle: Handle): Promise<number> => {
    const limit = room()
    if (limit === 0) return 0
    const taken = await claiming(limit, async () => {
      const jobs = await store.transaction((tx) => tx.outbox.claim({ now: clock(), leaseMs, limit }))
      for (const job of jobs) void start(job, handle)
      return jobs.length
    })
    return taken ?? 0
  }

  const close = async (): Promise<void> => {
    isClosed = true
    ended.ring()
    while (reserved > 0) await ended.next()
    await Promise.allSettled(inHand.values())
  }

  return {
    room,
    has: (id) => inHand.has(id),
    isBusy: () => reserved > 0 || inHand.size > 0,
    takeOne,
    takeDue,
    failures: () => failures,
    failed,
    isAway: () => isAway,
    nextEnd: ended.next,
    close,
  }
}
