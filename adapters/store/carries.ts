/** Carries: errands to recipients, the circuit of each way, and deliveries that wait to be read. */
import type { Carries } from '#gateway/ports/carries.ts'
import type { Carry, StuckJob, UnreadDelivery, WayState } from '#gateway/ports/carries.ts'
import { prepared } from './prepared.ts'
import { withoutNulls } from './row.ts'
import type { CarryRow, Tables, UnreadRow, WayRow } from './schema.ts'

/** The `carries` part of the store. Marks are made once: the first instant of each stays, the last fault does. */
export const carriesIn = (tables: Tables): Carries => ({
  ...errandsIn(tables),
  ...stuckIn(tables),
  ...waysIn(tables),
  ...unreadIn(tables),
})

function errandsIn(tables: Tables): Pick<Carries, 'add' | 'get' | 'ofDelivery' | 'begin' | 'mark'> {
  const insert = prepared<CarryRow>(tables, (blank) =>
    tables.insertInto('carries').values({
      id: blank('id'),
      deliveryId: blank('deliveryId'),
      organisation: blank('organisation'),
      way: blank('way'),
      cause: blank('cause'),
      root: blank('root'),
      parent: blank('parent'),
      plannedAt: blank('plannedAt'),
      attempts: blank('attempts'),
      fault: blank('fault'),
      triedAt: blank('triedAt'),
      handedAt: blank('handedAt'),
      takenAt: blank('takenAt'),
    }),
  )
  const get = prepared<Pick<CarryRow, 'id'>, CarryRow>(tables, (blank) =>
    tables.selectFrom('carries').selectAll().where('id', '=', blank('id')),
  )
  return {
    add: async (carry) => {
      await insert({ ...NOTHING_YET, ...carry })
    },
    get: async (id) => (await get({ id })).map(toCarry)[0],
    ofDelivery: async (deliveryId) => {
      const rows = tables.selectFrom('carries').selectAll().where('deliveryId', '=', deliveryId)
      return (await rows.orderBy('plannedAt').orderBy('id').execute()).map(toCarry)
    },
    begin: async (id, at) => {
      const begun = tables
        .updateTable('carries')
        .set((eb) => ({ attempts: eb('attempts', '+', 1), triedAt: at }))
        .where('id', '=', id)
        .returning('attempts')
      return (await begun.executeTakeFirstOrThrow()).attempts
    },
    mark: async (id, { fault, handedAt, takenAt }) => {
      await tables
        .updateTable('carries')
        .set((eb) => ({
          ...(fault === undefined ? {} : { fault }),
          ...(handedAt === undefined ? {} : { handedAt: eb.fn.coalesce('handedAt', eb.val(handedAt)) }),
          ...(takenAt === undefined ? {} : { takenAt: eb.fn.coalesce('takenAt', eb.val(takenAt)) }),
        }))
        .where('id', '=', id)
        .execute()
    },
  }
}

const NOTHING_YET = { attempts: 0, parent: null, fault: null, triedAt: null, handedAt: null, takenAt: null } as const

const toCarry = (row: CarryRow): Carry => withoutNulls(row)

/** From the outbox, where what is stuck or has failed is little among much. */
function stuckIn(tables: Tables): Pick<Carries, 'stuck'> {
  return {
    stuck: async ({ after, limit, id }) => {
      const rows = tables
        .selectFrom('outbox')
        .leftJoin('carries', 'carries.id', 'outbox.id')
        .leftJoin('carries as child', 'child.parent', 'outbox.id')
        .select(STUCK_COLUMNS)
        .where('outbox.state', 'in', ['waiting', 'stuck'])
        .where('outbox.position', '>', after)
        .where('child.id', 'is', null)
        .where((eb) =>
          eb.or([
            eb('outbox.state', '=', 'stuck'),
            eb('carries.fault', 'is not', null),
            eb('outbox.outcome', '=', 'circuit-open'),
            eb.and([eb('outbox.cause', '!=', CARRY), eb('outbox.outcome', 'is not', null)]),
          ]),
        )
        .orderBy('outbox.position')
        .limit(limit)
      const found = await (id === undefined ? rows : rows.where('outbox.id', '=', id)).execute()
      const ids = found.filter(({ cause }) => cause === CARRY).map((row) => row.id)
      const carries =
        ids.length === 0 ? [] : await tables.selectFrom('carries').selectAll().where('id', 'in', ids).execute()
      const carryOf = new Map(carries.map((row) => [row.id, toCarry(row)]))
      return found.map(({ cause: _cause, outcome, state, ...row }): StuckJob => {
        const carry = carryOf.get(row.id)
        return {
          ...row,
          state: state === 'stuck' ? state : 'waiting',
          ...(outcome === null ? {} : { outcome }),
          ...(carry === undefined ? {} : { carry }),
        }
      })
    },
  }
}

const CARRY = 'carry'

const STUCK_COLUMNS = [
  'outbox.id',
  'outbox.position',
  'outbox.messageId',
  'outbox.edge',
  'outbox.mandate',
  'outbox.cause',
  'outbox.state',
  'outbox.outcome',
  'outbox.dueAt',
  'outbox.attempts',
] as const

function waysIn(tables: Tables): Pick<Carries, 'wayState' | 'putWayState'> {
  const get = prepared<Pick<WayRow, 'organisation' | 'way'>, WayRow>(tables, (blank) =>
    tables
      .selectFrom('carry_ways')
      .selectAll()
      .where('organisation', '=', blank('organisation'))
      .where('way', '=', blank('way')),
  )
  return {
    wayState: async (organisation, way) => {
      const [row] = await get({ organisation, way })
      return row === undefined ? undefined : withoutNulls(row)
    },
    putWayState: async (state) => {
      const row = toWayRow(state)
      await tables
        .insertInto('carry_ways')
        .values(row)
        .onConflict((conflict) => conflict.columns(['organisation', 'way']).doUpdateSet(row))
        .execute()
    },
  }
}

const toWayRow = (state: WayState): WayRow => ({
  organisation: state.organisation,
  way: state.way,
  failures: state.failures,
  openedAt: state.openedAt ?? null,
  openUntil: state.openUntil ?? null,
  probeUntil: state.probeUntil ?? null,
  noticedAt: state.noticedAt ?? null,
})

/** Past every clock. */
const NEVER = Number.MAX_SAFE_INTEGER

function unreadIn(
  tables: Tables,
): Pick<Carries, 'awaitReading' | 'unreadDue' | 'unreadOf' | 'stepUnread' | 'forgetUnread'> {
  const insert = prepared<UnreadRow>(tables, (blank) =>
    tables
      .insertInto('unread')
      .values({
        deliveryId: blank('deliveryId'),
        nextAt: blank('nextAt'),
        dueAt: blank('dueAt'),
        step: blank('step'),
        steppedAt: blank('steppedAt'),
      })
      .onConflict((conflict) => conflict.doNothing()),
  )
  const toUnread = (row: UnreadRow): UnreadDelivery => withoutNulls(row)
  return {
    awaitReading: async ({ deliveryId, nextAt, dueAt, step = null, steppedAt = null }) => {
      await insert({ deliveryId, nextAt, dueAt, step, steppedAt })
    },
    unreadDue: async (now, limit) => {
      const rows = tables.selectFrom('unread').selectAll().where('nextAt', '<=', now).orderBy('nextAt').limit(limit)
      return (await rows.execute()).map(toUnread)
    },
    unreadOf: async (deliveryId) =>
      (await tables.selectFrom('unread').selectAll().where('deliveryId', '=', deliveryId).execute()).map(toUnread)[0],
    stepUnread: async ({ deliveryId, step: told = null }, step, { at, nextAt }) => {
      const stepped = tables
        .updateTable('unread')
        .set({ step, steppedAt: at, nextAt: nextAt ?? NEVER })
        .where('deliveryId', '=', deliveryId)
        .where('step', told === null ? 'is' : '=', told)
      return Number((await stepped.executeTakeFirst()).numUpdatedRows) === 1
    },
    forgetUnread: async (deliveryId) => {
      await tables.deleteFrom('unread').where('deliveryId', '=', deliveryId).execute()
    },
  }
}
