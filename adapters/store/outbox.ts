/** The outbox: one row for each thing to be done, claimed under a lease, never deleted. */
import { sql } from 'kysely'
import type { UpdateResult } from 'kysely'
import type { Outbox } from '#gateway/ports/store.ts'
import type { Job, JobStatus } from '#gateway/ports/stored.ts'
import { prepared } from './prepared.ts'
import type { OutboxRow, Tables } from './schema.ts'

/**
 * The `outbox` part of the store. A job ends once: later calls of `finish` leave the first outcome, and `retry` opens only
 * what waits or is stuck, `reopen` what was stopped because its recipient was out.
 */
export function outboxIn(tables: Tables): Outbox {
  const lastPosition = () =>
    tables.selectFrom('outbox').select((eb) => eb.fn.coalesce(eb.fn.max('position'), sql<number>`0`).as('last'))
  const last = prepared<object, { readonly last: number }>(tables, lastPosition)
  const insert = insertionOf(tables)
  const claim = claimIn(tables)
  const claimOne = claimOneIn(tables)
  const due = dueIn(tables)
  const finish = prepared<Pick<OutboxRow, 'id' | 'state' | 'outcome' | 'endedAt'>, UpdateResult>(tables, (blank) =>
    tables
      .updateTable('outbox')
      .set({ state: blank('state'), outcome: blank('outcome'), endedAt: blank('endedAt') })
      .where('id', '=', blank('id'))
      .where('state', '=', 'waiting'),
  )
  const nextVisible = prepared<object, Pick<OutboxRow, 'visibleAt'>>(tables, () =>
    tables.selectFrom('outbox').select('visibleAt').where('state', '=', 'waiting').orderBy('visibleAt').limit(1),
  )
  const waiting = () => tables.selectFrom('outbox').selectAll().where('state', '=', 'waiting')

  return {
    add: async (jobs) => {
      const before = (await last({}))[0]?.last ?? 0
      // Sent one behind another, and not each after the answer to the one before.
      await Promise.all(
        jobs.map((job, index) => insert({ ...NEW_JOB, ...job, visibleAt: job.dueAt, position: before + index + 1 })),
      )
    },
    claim: async ({ now, leaseMs, limit }) => {
      const rows = await claim({ now, limit, visibleAt: now + leaseMs })
      return rows.toSorted((a, b) => a.dueAt - b.dueAt || a.position - b.position).map(toJob)
    },
    claimOne: async ({ id, now, leaseMs }) => {
      const [row] = await claimOne({ id, now, visibleAt: now + leaseMs })
      return row === undefined ? undefined : toJob(row)
    },
    due: async (request) =>
      (await due(request)).map(({ id, visibleAt, attempts }) => ({ id, since: visibleAt, attempts })),
    release: async () => {
      await tables
        .updateTable('outbox')
        .set((eb) => ({ visibleAt: eb.ref('dueAt') }))
        .where('state', '=', 'waiting')
        .whereRef('visibleAt', '>', 'dueAt')
        .execute()
    },
    finish: async (id, state, outcome, at) => {
      await finish({ id, state, outcome, endedAt: at })
    },
    retry: async (id, dueAt, reason) => {
      await tables
        .updateTable('outbox')
        .set({ state: 'waiting', dueAt, visibleAt: dueAt, outcome: reason, endedAt: null })
        .where('id', '=', id)
        .where('state', 'in', ['waiting', 'stuck'])
        .execute()
    },
    ofMessage: async (id) => {
      const rows = tables.selectFrom('outbox').selectAll().where('messageId', '=', id).orderBy('position')
      return (await rows.execute()).map(toStatus)
    },
    waitingOfCase: async (caseId, mandate) => {
      const rows = waiting().where('caseId', '=', caseId).orderBy('position')
      return (await (mandate === undefined ? rows : rows.where('mandate', '=', mandate)).execute()).map(toJob)
    },
    waitingFor: async (mandates) => {
      if (mandates.length === 0) return []
      return (await waiting().where('mandate', 'in', mandates).orderBy('position').execute()).map(toJob)
    },
    reopen: async ({ mandates, outcomes, since, dueAt }) => {
      if (mandates.length === 0 || outcomes.length === 0) return 0
      const stopped = tables
        .updateTable('outbox')
        .set({ state: 'waiting', dueAt, visibleAt: dueAt, outcome: null, endedAt: null, attempts: 0 })
        .where('state', '=', 'stopped')
        .where('mandate', 'in', mandates)
        .where('outcome', 'in', outcomes)
        .where('endedAt', '>=', since)
      return Number((await stopped.executeTakeFirst()).numUpdatedRows)
    },
    judged: async ({ after, upTo, since, limit }) => {
      const rows = await tables
        .selectFrom('outbox')
        .select(['id', 'messageId', 'position', 'state', 'endedAt', 'cause'])
        .where('position', '>', after)
        .where('position', '<=', upTo)
        .orderBy('position')
        .limit(limit)
        .execute()
      // Filtered here: a page is of so many rows, however few of them count.
      const jobs = rows.filter(
        ({ state, endedAt, cause }) => state === 'done' && endedAt !== null && endedAt >= since && cause !== 'carry',
      )
      return {
        jobs: jobs.map(({ id, messageId }) => ({ id, messageId })),
        position: rows.length < limit ? upTo : (rows.at(-1)?.position ?? upTo),
      }
    },
    lastPosition: async () => (await last({}))[0]?.last ?? 0,
    nextDueAt: async () => (await nextVisible({}))[0]?.visibleAt,
    count: async () => {
      // Jobs that are done are nearly all of them: what is left of the whole, not one more walk over an index.
      const rows = await tables
        .selectFrom('outbox')
        .select((eb) => ['state' as const, eb.fn.countAll().as('jobs')])
        .where('state', 'in', ['waiting', 'stopped', 'stuck'])
        .groupBy('state')
        .execute()
      const jobs = (state: string): number => Number(rows.find((row) => row.state === state)?.jobs ?? 0)
      const counted = { waiting: jobs('waiting'), stopped: jobs('stopped'), stuck: jobs('stuck') }
      const { last } = await lastPosition().executeTakeFirstOrThrow()
      return { ...counted, done: last - counted.waiting - counted.stopped - counted.stuck }
    },
  }
}

const insertionOf = (tables: Tables) =>
  prepared<OutboxRow>(tables, (blank) =>
    tables.insertInto('outbox').values({
      id: blank('id'),
      position: blank('position'),
      messageId: blank('messageId'),
      caseId: blank('caseId'),
      edge: blank('edge'),
      mandate: blank('mandate'),
      cause: blank('cause'),
      dueAt: blank('dueAt'),
      visibleAt: blank('visibleAt'),
      attempts: blank('attempts'),
      state: blank('state'),
      outcome: blank('outcome'),
      endedAt: blank('endedAt'),
    }),
  )

type Claiming = Readonly<Record<'now' | 'limit' | 'visibleAt', number>>

const claimIn = (tables: Tables) =>
  prepared<Claiming, OutboxRow>(tables, (blank) =>
    tables
      .updateTable('outbox')
      .set((eb) => ({ visibleAt: blank('visibleAt'), attempts: eb('attempts', '+', 1) }))
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('outbox as due')
          .select('due.id')
          .where('due.state', '=', 'waiting')
          .where('due.visibleAt', '<=', blank('now'))
          .orderBy('due.visibleAt')
          .orderBy('due.position')
          .limit(blank('limit')),
      )
      .returningAll(),
  )

type ClaimingOne = Readonly<{ id: string } & Record<'now' | 'visibleAt', number>>

const claimOneIn = (tables: Tables) =>
  prepared<ClaimingOne, OutboxRow>(tables, (blank) =>
    tables
      .updateTable('outbox')
      .set((eb) => ({ visibleAt: blank('visibleAt'), attempts: eb('attempts', '+', 1) }))
      .where('id', '=', blank('id'))
      .where('state', '=', 'waiting')
      .where('visibleAt', '<=', blank('now'))
      .returningAll(),
  )

const dueIn = (tables: Tables) =>
  prepared<Readonly<Record<'now' | 'limit', number>>, Pick<OutboxRow, 'id' | 'visibleAt' | 'attempts'>>(
    tables,
    (blank) =>
      tables
        .selectFrom('outbox')
        .select(['id', 'visibleAt', 'attempts'])
        .where('state', '=', 'waiting')
        .where('visibleAt', '<=', blank('now'))
        .orderBy('visibleAt')
        .orderBy('position')
        .limit(blank('limit')),
  )

const NEW_JOB = { attempts: 0, state: 'waiting', outcome: null, endedAt: null } as const

const toJob = ({ id, messageId, caseId, edge, mandate, dueAt, attempts, cause }: OutboxRow): Job => ({
  id,
  messageId,
  caseId,
  edge,
  mandate,
  dueAt,
  attempts,
  cause,
})

const toStatus = (row: OutboxRow): JobStatus => ({
  job: toJob(row),
  state: row.state,
  ...(row.outcome === null ? {} : { outcome: row.outcome }),
  at: row.endedAt ?? row.dueAt,
})
