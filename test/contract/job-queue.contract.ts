/** What every job queue does over an outbox: called by job-queue.test.ts with each way to open one. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { samples } from '#test/support/samples.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { JobQueue } from '#gateway/ports/job-queue.ts'
import type { Log } from '#gateway/ports/log.ts'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { Job, JobState } from '#gateway/ports/stored.ts'
import { aJob, newMessageId } from './stored-things.ts'

export interface QueueSettings {
  readonly store: Store
  readonly clock: Clock
  readonly leaseMs: number
  readonly concurrency: number
  readonly pollMs: number
  readonly log: Log
  /** The gap before the second attempt; the third is twice as far. Three attempts in all. */
  readonly firstDelayMs: number
}

/** A queue at work, its store, and what a test asks of them. */
interface Bench extends AsyncDisposable {
  readonly store: Store
  readonly queue: JobQueue
  readonly warned: readonly string[]
  readonly add: (...jobs: readonly Omit<Job, 'attempts'>[]) => Promise<void>
  readonly work: (handle: (job: Job, store: Store) => Promise<void>) => void
  /** Stops the worker and resolves when it has ended. */
  readonly stop: () => Promise<void>
  readonly stateOf: (job: Pick<Job, 'messageId' | 'id'>) => Promise<JobState | undefined>
}

/** Waits until the condition holds; fails after 2 s. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 2000; Date.now() < end; await sleep(2)) if (await holds()) return
  assert.fail('it never came to that')
}

const finish = (job: Job, store: Store): Promise<void> =>
  store.transaction((tx) => tx.outbox.finish(job.id, 'done', 'delivered', Date.now()))

const newJob = (changes: Partial<Job> = {}): Omit<Job, 'attempts'> =>
  aJob({ messageId: newMessageId(), dueAt: Date.now(), ...changes })

/** Runs the contract on queues that `openQueue` makes over stores that `openStore` makes empty. */
export function jobQueueContract(
  openStore: () => Promise<Store>,
  openQueue: (settings: QueueSettings) => JobQueue,
): void {
  const bench = async (changes: Partial<QueueSettings> = {}): Promise<Bench> => {
    const store = changes.store ?? (await openStore())
    const warned: string[] = []
    const note = (event: string): void => void warned.push(event)
    const log: Log = { info: () => {}, warn: note, alarm: note }
    const settings = { store, clock: Date.now, leaseMs: 5000, concurrency: 4, pollMs: 5000, log, firstDelayMs: 10 }
    const queue = openQueue({ ...settings, ...changes })
    const stopping = new AbortController()
    let working: Promise<void> = Promise.resolve()
    const stop = async (): Promise<void> => {
      stopping.abort()
      await working
    }
    return {
      store,
      queue,
      warned,
      add: (...jobs) => store.transaction((tx) => tx.outbox.add(jobs)),
      work: (handle) => {
        working = queue.work((job) => handle(job, store), stopping.signal)
      },
      stop,
      stateOf: async ({ messageId, id }) =>
        (await store.read.outbox.ofMessage(messageId)).find(({ job }) => job.id === id)?.state,
      [Symbol.asyncDispose]: async () => {
        await stop()
        await store[Symbol.asyncDispose]()
      },
    }
  }

  describe('waking', () => wakingContract(bench))
  describe('work in hand', () => inHandContract(bench))
  describe('failing handlers', () => failureContract(bench))
}

type OpenBench = (changes?: Partial<QueueSettings>) => Promise<Bench>

function wakingContract(bench: OpenBench): void {
  it('handles what is due when it starts, and is idle after', async () => {
    await using at = await bench()
    const jobs = Array.from({ length: 10 }, () => newJob())
    await at.add(...jobs)
    const seen: string[] = []
    at.work(async (job, store) => {
      seen.push(job.id)
      await finish(job, store)
    })
    await at.queue.idle()
    assert.deepEqual(new Set(seen), new Set(jobs.map(({ id }) => id)))
    assert.equal(seen.length, 10)
    assert.deepEqual(await at.store.read.outbox.count(), { waiting: 0, done: 10, stopped: 0, stuck: 0 })
  })

  it('wakes at a nudge, long before it would look again', async () => {
    await using at = await bench()
    at.work(finish)
    await at.queue.idle()
    const job = newJob()
    await at.add(job)
    at.queue.nudge()
    await until(async () => (await at.stateOf(job)) === 'done')
  })

  it('wakes when a job becomes due, and not before', async () => {
    await using at = await bench()
    const job = newJob({ dueAt: Date.now() + 60 })
    let handledAt = 0
    await at.add(job)
    at.work(async (claimed, store) => {
      handledAt = Date.now()
      await finish(claimed, store)
    })
    await until(() => handledAt > 0)
    assert(handledAt >= job.dueAt)
  })

  it('finds what was added without a nudge when it looks again', async () => {
    await using at = await bench({ pollMs: 10 })
    at.work(finish)
    await at.queue.idle()
    const job = newJob()
    await at.add(job)
    await until(async () => (await at.stateOf(job)) === 'done')
  })

  it('is idle while the next job is not due', async () => {
    await using at = await bench()
    await at.add(newJob({ dueAt: Date.now() + 60_000 }))
    at.work(finish)
    await at.queue.idle()
  })

  it('is not idle while a job is due or in hand', async () => {
    await using at = await bench()
    const gate = Promise.withResolvers<void>()
    await at.add(newJob())
    let isIdle = false
    const idle = at.queue.idle().then(() => (isIdle = true))
    await sleep(10)
    assert.equal(isIdle, false)
    at.work(async (job, store) => {
      await gate.promise
      await finish(job, store)
    })
    await sleep(20)
    assert.equal(isIdle, false)
    gate.resolve()
    assert.equal(await idle, true)
  })
}

function inHandContract(bench: OpenBench): void {
  it('has no more jobs in hand than allowed, and as many as that', async () => {
    await using at = await bench({ concurrency: 3 })
    await at.add(...Array.from({ length: 12 }, () => newJob()))
    let [inHand, most] = [0, 0]
    at.work(async (job, store) => {
      most = Math.max(most, ++inHand)
      await sleep(3)
      await finish(job, store)
      inHand--
    })
    await at.queue.idle()
    assert.equal(most, 3)
  })

  it('ends the jobs in hand when told to stop, and begins no other', async () => {
    await using at = await bench({ concurrency: 2 })
    const jobs = Array.from({ length: 5 }, () => newJob())
    await at.add(...jobs)
    const gate = Promise.withResolvers<void>()
    const begun: string[] = []
    at.work(async (job, store) => {
      begun.push(job.id)
      await gate.promise
      await finish(job, store)
    })
    await until(() => begun.length === 2)
    let hasStopped = false
    const stopped = at.stop().then(() => (hasStopped = true))
    await sleep(20)
    assert.equal(hasStopped, false)
    gate.resolve()
    await stopped
    assert.equal(begun.length, 2)
    assert.equal((await at.store.read.outbox.count()).done, 2)
  })

  it('ends at once when there is nothing to do', async () => {
    await using at = await bench()
    at.work(finish)
    await at.queue.idle()
    const stoppedAt = Date.now()
    await at.stop()
    assert(Date.now() - stoppedAt < 1000)
  })

  it('gives a job again that a worker before it claimed and never ended', async () => {
    await using at = await bench({ leaseMs: 40 })
    const job = newJob()
    await at.add(job)
    await at.store.transaction((tx) => tx.outbox.claim({ now: Date.now(), leaseMs: 40, limit: 1 }))
    let attempts = 0
    at.work(async (claimed, store) => {
      attempts = claimed.attempts
      await finish(claimed, store)
    })
    await until(() => attempts === 2)
  })

  it('never has the same job in hand twice, though it outlives its lease', async () => {
    await using at = await bench({ leaseMs: 10 })
    await at.add(newJob())
    let [inHand, most] = [0, 0]
    at.work(async (job, store) => {
      most = Math.max(most, ++inHand)
      await sleep(60)
      await finish(job, store)
      inHand--
    })
    await until(() => most > 0 && inHand === 0)
    await at.queue.idle()
    assert.equal(most, 1)
  })

  it('shares the outbox with a second queue: each job ends, and each is begun once', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }), async (count, concurrency) => {
        await using one = await bench({ concurrency })
        const two = await bench({ store: one.store, concurrency })
        await one.add(...Array.from({ length: count }, () => newJob()))
        const begun: string[] = []
        const handle = async (job: Job, store: Store): Promise<void> => {
          begun.push(job.id)
          await finish(job, store)
        }
        one.work(handle)
        two.work(handle)
        await Promise.all([one.queue.idle(), two.queue.idle()])
        await two.stop()
        assert.equal(begun.length, count)
        assert.equal(new Set(begun).size, count)
      }),
      { numRuns: samples(10) },
    ))
}

function failureContract(bench: OpenBench): void {
  it('tries a job again whose handler throws, and goes on with the others', async () => {
    await using at = await bench()
    const [bad, good] = [newJob(), newJob()]
    await at.add(bad, good)
    const attemptedAt: number[] = []
    at.work(async (job, store) => {
      if (job.id !== bad.id) return finish(job, store)
      attemptedAt.push(Date.now())
      if (job.attempts < 3) throw new Error('not yet')
      return finish(job, store)
    })
    await until(async () => (await at.stateOf(bad)) === 'done')
    const [first = 0, second = 0, third = 0] = attemptedAt
    assert(second - first >= 10 && third - second >= 20, 'the gap doubles')
    assert.equal(await at.stateOf(good), 'done')
    assert.deepEqual(at.warned, ['job-handler-failed', 'job-handler-failed'])
  })

  it('lets a job that always fails be stuck after its last attempt', async () => {
    await using at = await bench()
    const job = newJob()
    await at.add(job)
    let attempts = 0
    at.work(async () => {
      attempts++
      throw new Error('never')
    })
    await until(async () => (await at.stateOf(job)) === 'stuck')
    assert.equal(attempts, 3)
  })

  it('leaves as it is a job that its handler ended before it threw', async () => {
    await using at = await bench()
    const job = newJob()
    await at.add(job)
    at.work(async (claimed, store) => {
      await finish(claimed, store)
      throw new Error('after the end')
    })
    await until(() => at.warned.length === 1)
    await at.queue.idle()
    assert.equal(await at.stateOf(job), 'done')
  })

  it('outlives a store that fails for a while', async () => {
    const { store } = await bench()
    let failures = 3
    const flaky: Store = {
      ...store,
      transaction: (work) => (failures-- > 0 ? Promise.reject(new Error('busy')) : store.transaction(work)),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    }
    await using at = await bench({ store: flaky, pollMs: 5 })
    const job = newJob()
    await store.transaction((tx) => tx.outbox.add([job]))
    at.work(finish)
    await until(async () => (await at.stateOf(job)) === 'done')
    assert.deepEqual(at.warned, ['outbox-claim-failed', 'outbox-claim-failed', 'outbox-claim-failed'])
  })

  it('waits for a server that is away, however often it asks', async () => {
    const { store } = await bench()
    const away = async (): Promise<never> => {
      asked++
      throw new StoreUnavailable('the database does not answer')
    }
    let [asked, isAway] = [0, true]
    const { outbox } = store.read
    const distant: Store = {
      ...store,
      transaction: (work) => (isAway ? away() : store.transaction(work)),
      read: {
        ...store.read,
        outbox: {
          ...outbox,
          due: (asking) => (isAway ? away() : outbox.due(asking)),
          nextDueAt: () => (isAway ? away() : outbox.nextDueAt()),
        },
      },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    }
    await using at = await bench({ store: distant, pollMs: 2 })
    const jobs = Array.from({ length: 20 }, () => newJob())
    await store.transaction((tx) => tx.outbox.add(jobs))
    at.work(finish)
    await until(() => asked > 40)
    isAway = false
    for (const job of jobs) await until(async () => (await at.stateOf(job)) === 'done')
  })

  it('rejects when the store is gone for good', async () => {
    const at = await bench({ pollMs: 1 })
    await at.store[Symbol.asyncDispose]()
    await assert.rejects(
      at.queue.work(async () => {}, new AbortController().signal),
      /the store is gone/,
    )
  })
}
