/** What every outbox does: examples first, then a model that random commands must agree with. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { it } from 'mocha'
import { samples } from '#test/support/samples.ts'
import type { Outbox, Store } from '#gateway/ports/store.ts'
import type { Job, JobState } from '#gateway/ports/stored.ts'
import { MENTOR, NOW, aJob, caseId, mandate, newCaseId, newMessageId } from './stored-things.ts'

const LEASE_MS = 100

/** The outbox on one store; `open` makes a fresh one for each run of the model. */
export const outboxContract =
  (open: () => Promise<Store>) =>
  (store: () => Store): void => {
    const claim = (now: number, limit = 100): Promise<readonly Job[]> =>
      store().transaction((tx) => tx.outbox.claim({ now, leaseMs: LEASE_MS, limit }))
    const add = async (...jobs: readonly Omit<Job, 'attempts'>[]): Promise<void> =>
      store().transaction((tx) => tx.outbox.add(jobs))
    const finishAll = async (): Promise<void> => {
      for (const job of await claim(Number.MAX_SAFE_INTEGER - LEASE_MS)) {
        await store().transaction((tx) => tx.outbox.finish(job.id, 'done', 'delivered', NOW))
      }
    }

    it('gives a due job once until its lease ends, then again, and counts', async () => {
      const job = aJob()
      await add(job, aJob({ dueAt: NOW + 10_000 }))
      assert.deepEqual(await claim(NOW - 1), [])
      assert.deepEqual(await claim(NOW), [{ ...job, attempts: 1 }])
      assert.deepEqual(await claim(NOW + LEASE_MS - 1), [])
      assert.equal(await store().read.outbox.nextDueAt(), NOW + LEASE_MS)
      assert.deepEqual(await claim(NOW + LEASE_MS), [{ ...job, attempts: 2 }])
      await finishAll()
      assert.equal(await store().read.outbox.nextDueAt(), undefined)
    })

    it('gives what a dead process had in hand at once, when leases are released, and nothing that is not due', async () => {
      const job = aJob()
      await add(job, aJob({ dueAt: NOW + 10_000 }))
      await claim(NOW)
      await store().transaction((tx) => tx.outbox.release())
      assert.deepEqual(await claim(NOW), [{ ...job, attempts: 2 }])
      await finishAll()
    })

    it('gives the earliest first, no more than asked for, and those of one instant in the order of adding', async () => {
      const jobs = [aJob({ dueAt: NOW + 1 }), aJob(), aJob({ dueAt: NOW - 1 }), aJob()]
      await add(...jobs)
      const [last, second, first, third] = jobs.map(({ id }) => id)
      const idsOf = (claimed: readonly Job[]): readonly string[] => claimed.map(({ id }) => id)
      assert.deepEqual(idsOf(await claim(NOW + 1, 3)), [first, second, third])
      assert.deepEqual(idsOf(await claim(NOW + 1, 3)), [last])
      await finishAll()
    })

    it('gives no job to two who claim at once', async () => {
      await add(...Array.from({ length: 200 }, () => aJob()))
      const claims = await Promise.all(Array.from({ length: 30 }, () => claim(NOW, 10)))
      const claimed = claims.flat().map(({ id }) => id)
      assert.equal(claimed.length, 200)
      assert.equal(new Set(claimed).size, 200)
      await finishAll()
    })

    it('tells what is due, the longest first, and gives one of it by its id to one who asks', async () => {
      const [late, first, early] = [aJob({ dueAt: NOW + 1 }), aJob({ dueAt: NOW - 1 }), aJob()]
      await add(late, first, early)
      const due = (now: number, limit = 9) => store().read.outbox.due({ now, limit })
      assert.deepEqual(await due(NOW), [
        { id: first.id, since: NOW - 1, attempts: 0 },
        { id: early.id, since: NOW, attempts: 0 },
      ])
      assert.equal((await due(NOW, 1)).length, 1)
      const claimOne = (id: string, now: number): Promise<Job | undefined> =>
        store().transaction((tx) => tx.outbox.claimOne({ id, now, leaseMs: LEASE_MS }))
      assert.equal(await claimOne(late.id, NOW), undefined, 'not due')
      const claimed = await Promise.all(Array.from({ length: 5 }, () => claimOne(early.id, NOW)))
      assert.deepEqual(
        claimed.filter((job) => job !== undefined),
        [{ ...early, attempts: 1 }],
      )
      assert.deepEqual(await due(NOW), [{ id: first.id, since: NOW - 1, attempts: 0 }])
      assert.equal((await claimOne(early.id, NOW + LEASE_MS))?.attempts, 2)
      await finishAll()
      assert.equal(await claimOne(first.id, NOW), undefined, 'ended')
    })

    it('refuses a job that is there already', async () => {
      const job = aJob()
      await add(job)
      await assert.rejects(add(aJob(), job))
      await finishAll()
    })

    it('tells what became of the jobs of a message, in the order of adding', async () => {
      const messageId = newMessageId()
      const [waits, ends, fails] = [aJob({ messageId }), aJob({ messageId }), aJob({ messageId })]
      await add(waits, ends, fails)
      await store().transaction(async (tx) => {
        await tx.outbox.finish(ends.id, 'done', 'delivered', NOW + 1)
        await tx.outbox.retry(fails.id, NOW + 9, 'recipient-key-missing')
      })
      assert.deepEqual(await store().read.outbox.ofMessage(messageId), [
        { job: { ...waits, attempts: 0 }, state: 'waiting', at: NOW },
        { job: { ...ends, attempts: 0 }, state: 'done', outcome: 'delivered', at: NOW + 1 },
        {
          job: { ...fails, dueAt: NOW + 9, attempts: 0 },
          state: 'waiting',
          outcome: 'recipient-key-missing',
          at: NOW + 9,
        },
      ])
      await finishAll()
    })

    it('lists what waits of a case, and of one mandate in it, leased or not', async () => {
      const inCase = newCaseId()
      const [mine, other, ended] = [
        aJob({ caseId: inCase }),
        aJob({ caseId: inCase, mandate: mandate('mentor-2') }),
        aJob({ caseId: inCase }),
      ]
      await add(mine, other, ended, aJob({ caseId: newCaseId() }))
      await store().transaction((tx) => tx.outbox.finish(ended.id, 'stopped', 'recalled', NOW))
      await claim(NOW)
      const { outbox } = store().read
      assert.deepEqual(await outbox.waitingOfCase(inCase), [
        { ...mine, attempts: 1 },
        { ...other, attempts: 1 },
      ])
      assert.deepEqual(await outbox.waitingOfCase(inCase, MENTOR), [{ ...mine, attempts: 1 }])
      await finishAll()
    })

    it('does what a plain list of jobs would do', () =>
      fc.assert(
        fc.asyncProperty(fc.commands(allCommands(), { size: 'medium' }), async (commands) => {
          await using fresh = await open()
          await fc.asyncModelRun(() => ({ model: { now: NOW, jobs: [] }, real: fresh }), commands)
        }),
        { numRuns: samples(30) },
      ))
  }

interface ModelJob extends Omit<Job, 'attempts'> {
  attempts: number
  dueAt: number
  visibleAt: number
  state: JobState
}
interface Model {
  now: number
  readonly jobs: ModelJob[]
}
type Command = fc.AsyncCommand<Model, Store>

const command = (name: string, run: (model: Model, outbox: Outbox) => Promise<void>): Command => ({
  check: () => true,
  run: (model, store) => store.transaction((tx) => run(model, tx.outbox)),
  toString: () => name,
})

const byDue = (a: ModelJob, b: ModelJob): number => a.visibleAt - b.visibleAt
const isOpen = (job: ModelJob): boolean => job.state === 'waiting'

const allCommands = (): fc.Arbitrary<Command>[] => [
  fc.array(fc.nat(300), { maxLength: 5 }).map((delays) =>
    command(`add ${delays.join(' ')}`, async (model, outbox) => {
      const jobs = delays.map((delay) => aJob({ dueAt: model.now + delay, caseId: caseId('C-model') }))
      await outbox.add(jobs)
      model.jobs.push(...jobs.map((job) => ({ ...job, attempts: 0, visibleAt: job.dueAt, state: 'waiting' as const })))
    }),
  ),
  fc.nat(200).map((ms) =>
    command(`wait ${ms}`, async (model) => {
      model.now += ms
    }),
  ),
  fc.integer({ min: 1, max: 4 }).map((limit) =>
    command(`claim ${limit}`, async (model, outbox) => {
      const due = model.jobs
        .filter((job) => isOpen(job) && job.visibleAt <= model.now)
        .toSorted(byDue)
        .slice(0, limit)
      const claimed = await outbox.claim({ now: model.now, leaseMs: LEASE_MS, limit })
      for (const job of due) Object.assign(job, { attempts: job.attempts + 1, visibleAt: model.now + LEASE_MS })
      assert.deepEqual(
        new Map(claimed.map((job) => [job.id, job.attempts])),
        new Map(due.map((job) => [job.id, job.attempts])),
      )
    }),
  ),
  fc.tuple(fc.nat(20), fc.constantFrom('done', 'stopped', 'stuck')).map(([index, state]) =>
    command(`finish ${index} ${state}`, async (model, outbox) => {
      const job = model.jobs[index]
      if (job === undefined) return
      await outbox.finish(job.id, state, 'code', model.now)
      if (isOpen(job)) job.state = state
    }),
  ),
  fc.tuple(fc.nat(20), fc.nat(300)).map(([index, delay]) =>
    command(`retry ${index} in ${delay}`, async (model, outbox) => {
      const job = model.jobs[index]
      if (job === undefined) return
      const dueAt = model.now + delay
      await outbox.retry(job.id, dueAt, 'code')
      if (isOpen(job) || job.state === 'stuck') Object.assign(job, { dueAt, visibleAt: dueAt, state: 'waiting' })
    }),
  ),
  fc.constant(
    command('look', async (model, outbox) => {
      const open = model.jobs.filter(isOpen)
      const count = (state: JobState): number => model.jobs.filter((job) => job.state === state).length
      assert.deepEqual(await outbox.count(), {
        waiting: count('waiting'),
        done: count('done'),
        stopped: count('stopped'),
        stuck: count('stuck'),
      })
      assert.equal(await outbox.nextDueAt(), open.toSorted(byDue)[0]?.visibleAt)
      const waiting = await outbox.waitingOfCase(caseId('C-model'))
      assert.deepEqual(
        waiting.map(({ id, dueAt, attempts }) => [id, dueAt, attempts]),
        open.map(({ id, dueAt, attempts }) => [id, dueAt, attempts]),
      )
    }),
  ),
]
