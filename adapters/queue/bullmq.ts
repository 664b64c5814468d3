/**
 * JobQueue over BullMQ and Redis, for several processes at one outbox. The outbox is the truth: what it says is due is told through
 * Redis to whoever has room, and claimed in the store before any work. Redis may be empty, slow, hung or away: what is late is
 * claimed without it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobQueue } from '#gateway/ports/job-queue.ts'
import type { DueJob } from '#gateway/ports/stored.ts'
import { openDesk } from './desk.ts'
import type { Handle } from './desk.ts'
import { createBell, MOST_FAILED_CLAIMS } from './in-process.ts'
import type { InProcessQueueOptions } from './in-process.ts'
import { openRedisJobs } from './redis-jobs.ts'
import type { RedisJobs } from './redis-jobs.ts'

export interface BullmqQueueOptions extends InProcessQueueOptions {
  /** Of Redis; may hold a password. */
  readonly url: string
  /** Of the queue in Redis; `passerelle-outbox` where absent. */
  readonly name?: string
}

/** Due for so long, while there is room here: claimed without Redis. */
const LATE_MS = 250
/** What was said so long ago and is still due is said again: Redis may have been emptied. */
const SAY_AGAIN_MS = 1_000
/** Between two looks while something is due that others may have in hand already. */
const DUE_POLL_MS = 50
/** The least time between two looks: many nudges are one. */
const LEAST_GAP_MS = 5
const MOST_SAID_AT_ONCE = 256

/** Connects when it begins to work, and not before. */
export function openBullmqQueue(options: BullmqQueueOptions): JobQueue {
  const { store, clock, pollMs } = options
  const wake = createBell()
  // A turn later, so that who nudges has answered its caller before the work begins.
  const nudge = (): void => void setImmediate(wake.ring)
  const desk = openDesk(options, wake.ring)
  const msUntilDue = async (): Promise<number> => ((await store.read.outbox.nextDueAt()) ?? Infinity) - clock()

  /** Waits for a change, the next due time or the poll, whichever is first. */
  const rest = async (changed: Promise<void>): Promise<void> => {
    const untilDue = await msUntilDue()
    const timer = new AbortController()
    const ms = Math.min(untilDue > 0 ? untilDue : DUE_POLL_MS, pollMs)
    await Promise.race([changed, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
  }

  const work: JobQueue['work'] = async (handle, signal) => {
    const said = createSaid()
    const jobs = openRedisJobs({
      ...options,
      name: options.name ?? 'passerelle-outbox',
      elapsed: () => performance.now(),
      take: (id) => desk.takeOne(id, handle),
      onLost: (job) => {
        said.forget(job)
        wake.ring()
      },
    })
    signal.addEventListener('abort', nudge, { once: true })
    let failedLooks = 0
    try {
      while (!signal.aborted) {
        // Taken before the look, so that a nudge during it is not lost.
        const changed = wake.next()
        const failedBefore = desk.failures()
        await look(options, { desk, jobs, said, handle }).catch(desk.failed)
        const hasFailed = desk.failures() > failedBefore
        // By looks: of the claims that Redis tells of, many fail at once.
        failedLooks = hasFailed && !desk.isAway() ? failedLooks + 1 : 0
        if (failedLooks >= MOST_FAILED_CLAIMS) throw new Error('the store is gone')
        if (!signal.aborted) await (hasFailed ? sleep(pollMs) : rest(changed).catch(desk.failed))
        if (!signal.aborted) await sleep(LEAST_GAP_MS)
      }
    } finally {
      signal.removeEventListener('abort', nudge)
      await desk.close()
      await jobs.close()
    }
  }

  const idle = async (): Promise<void> => {
    for (;;) {
      const changed = desk.nextEnd()
      if (!desk.isBusy() && (await msUntilDue()) > 0 && !desk.isBusy()) return
      // What is due may have been taken by another process, which tells nobody here.
      await Promise.race([changed, sleep(Math.min(pollMs, DUE_POLL_MS))])
    }
  }

  return { nudge, work, idle }
}

interface Looking {
  readonly desk: ReturnType<typeof openDesk>
  readonly jobs: RedisJobs
  readonly said: Said
  readonly handle: Handle
}

/** Says what is due and was not said lately; takes what is late, or all there is room for while Redis is away. */
async function look({ store, clock }: BullmqQueueOptions, { desk, jobs, said, handle }: Looking): Promise<void> {
  const now = clock()
  const due = (await store.read.outbox.due({ now, limit: MOST_SAID_AT_ONCE })).filter(({ id }) => !desk.has(id))
  if (due.length === 0) return
  const isReachable = jobs.isReachable()
  if (isReachable) for (const job of said.fresh(due)) jobs.say(job)
  if (!isReachable || due.some(({ since }) => now - since >= LATE_MS)) await desk.takeDue(handle)
}

/** What was said to Redis within the last second, by job and attempt. */
interface Said {
  /** Those not said lately; from now on they are. */
  readonly fresh: (due: readonly DueJob[]) => readonly DueJob[]
  readonly forget: (job: DueJob) => void
}

function createSaid(): Said {
  const at = new Map<string, number>()
  const nameOf = ({ id, attempts }: DueJob): string => `${id} ${attempts}`
  return {
    fresh: (due) => {
      const now = performance.now()
      for (const [name, saidAt] of at) if (now - saidAt >= SAY_AGAIN_MS) at.delete(name)
      const fresh = due.filter((job) => !at.has(nameOf(job)))
      for (const job of fresh) at.set(nameOf(job), now)
      return fresh
    },
    forget: (job) => void at.delete(nameOf(job)),
  }
}
