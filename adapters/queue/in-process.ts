/** JobQueue inside the gateway's own process: claims from the outbox, woken by a nudge or when the next job is due. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '#gateway/core/time.ts'
import { DEFAULT_RETRY, nextAttempt } from '#gateway/core/retry.ts'
import type { RetrySchedule } from '#gateway/core/retry.ts'
import type { JobQueue } from '#gateway/ports/job-queue.ts'
import type { Log } from '#gateway/ports/log.ts'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { Job } from '#gateway/ports/stored.ts'

export interface InProcessQueueOptions {
  readonly store: Store
  readonly clock: Clock
  /** How long a claimed job is hidden; longer than any job takes. */
  readonly leaseMs: number
  /** The most jobs in hand at a time. */
  readonly concurrency: number
  /** The longest wait between two looks at the outbox. */
  readonly pollMs: number
  readonly log: Log
  /** When to try a job again whose handler threw. */
  readonly retry?: RetrySchedule
}

/** Claims that fail one after another before the store counts as gone for good. */
export const MOST_FAILED_CLAIMS = 10

/**
 * A queue over the outbox of the store. `handle` finishes its job in the outbox itself, in the transaction of its effect;
 * a job whose handler throws is tried again by the schedule and is `stuck` after the last attempt (`handler-failed`).
 */
export function openInProcessQueue(options: InProcessQueueOptions): JobQueue {
  const { store, clock, leaseMs, concurrency, pollMs, log } = options
  const inHand = new Map<string, Promise<void>>()
  let isClaiming = false
  /** Wakes the worker: there may be more to claim. */
  const wake = createBell()
  /** Wakes who waits for idleness: a claim or a job has ended. */
  const ended = createBell()
  // A turn later, so that who nudges has answered its caller before the work begins.
  const nudge = (): void => void setImmediate(wake.ring)

  const isBusy = (): boolean => isClaiming || inHand.size > 0

  const msUntilDue = async (): Promise<number> => ((await store.read.outbox.nextDueAt()) ?? Infinity) - clock()

  const start = (job: Job, handle: (job: Job) => Promise<void>): void => {
    // A job that outlives its lease is claimed again while in hand: the claim has lengthened the lease, and that is all.
    if (inHand.has(job.id)) return
    const handled = handleOnce(options, job, handle).finally(() => {
      inHand.delete(job.id)
      wake.ring()
      ended.ring()
    })
    inHand.set(job.id, handled)
  }

  /** Starts what is due and there is room for; answers how many. */
  const claim = async (handle: (job: Job) => Promise<void>): Promise<number> => {
    const limit = concurrency - inHand.size
    if (limit <= 0) return 0
    isClaiming = true
    try {
      // Most looks find nothing: to see that takes a read and no transaction.
      if ((await msUntilDue()) > 0) return 0
      const jobs = await store.transaction((tx) => tx.outbox.claim({ now: clock(), leaseMs, limit }))
      for (const job of jobs) start(job, handle)
      return jobs.length
    } finally {
      isClaiming = false
      ended.ring()
    }
  }

  /** Waits for a change, the next due time or the poll, whichever is first. */
  const rest = async (changed: Promise<void>): Promise<void> => {
    const untilDue = inHand.size >= concurrency ? pollMs : await msUntilDue()
    const timer = new AbortController()
    const due = sleep(Math.min(Math.max(untilDue, 0), pollMs), undefined, { signal: timer.signal })
    await Promise.race([changed, due.catch(() => {})])
    timer.abort()
  }

  const workUntil = async (handle: (job: Job) => Promise<void>, signal: AbortSignal): Promise<void> => {
    let failedClaims = 0
    while (!signal.aborted) {
      // Taken before the claim, so that a nudge during it is not lost.
      const changed = wake.next()
      try {
        const claimed = await claim(handle)
        failedClaims = 0
        if (claimed === 0 && !signal.aborted) await rest(changed)
      } catch (cause) {
        log.alarm('outbox-claim-failed', { failedClaims: ++failedClaims })
        // A server that is away comes back; a file that cannot be read does not.
        if (failedClaims >= MOST_FAILED_CLAIMS && !(cause instanceof StoreUnavailable))
          throw new Error('the store is gone', { cause })
        await Promise.race([sleep(pollMs), changed])
      }
    }
  }

  const work: JobQueue['work'] = async (handle, signal) => {
    signal.addEventListener('abort', nudge, { once: true })
    try {
      await workUntil(handle, signal)
    } finally {
      signal.removeEventListener('abort', nudge)
      await Promise.allSettled(inHand.values())
    }
  }

  const idle = async (): Promise<void> => {
    for (;;) {
      const changed = ended.next()
      if (!isBusy() && (await msUntilDue()) > 0 && !isBusy()) return
      await Promise.race([changed, sleep(pollMs)])
    }
  }

  return { nudge, work, idle }
}

/** Many may wait for its next ring. */
export interface Bell {
  readonly next: () => Promise<void>
  readonly ring: () => void
}

export function createBell(): Bell {
  let coming = Promise.withResolvers<void>()
  return {
    next: () => coming.promise,
    ring: () => {
      coming.resolve()
      coming = Promise.withResolvers<void>()
    },
  }
}

/** Runs the handler once; what it throws becomes the next attempt, never the end of the worker. */
export async function handleOnce(
  { store, clock, log, retry = DEFAULT_RETRY }: InProcessQueueOptions,
  job: Job,
  handle: (job: Job) => Promise<void>,
): Promise<void> {
  try {
    await handle(job)
  } catch {
    const delayMs = nextAttempt({ attempts: job.attempts, ...retry })
    log.warn('job-handler-failed', { jobId: job.id, messageId: job.messageId, attempts: job.attempts, delayMs })
    await putBack(store, job, delayMs, clock()).catch(() => log.alarm('outbox-retry-failed', { jobId: job.id }))
  }
}

const putBack = (store: Store, job: Job, delayMs: number | undefined, now: number): Promise<void> =>
  store.transaction((tx) =>
    delayMs === undefined
      ? tx.outbox.finish(job.id, 'stuck', HANDLER_FAILED, now)
      : tx.outbox.retry(job.id, now + delayMs, HANDLER_FAILED),
  )

const HANDLER_FAILED = 'handler-failed'
