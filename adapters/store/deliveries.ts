/** Deliveries: the mailbox of each organisation, the parcels in it and the records of what was decided. */
import { randomInt } from 'node:crypto'
import type { Instant } from '#policies/language/instant.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Deliveries } from '#gateway/ports/store.ts'
import type { Delivery } from '#gateway/ports/stored.ts'
import { fromJson, withoutNulls } from './row.ts'
import type { DeliveryRow, Tables } from './schema.ts'

/** Positions per millisecond: the gaps in a mailbox tell of time, which its owner knows, and not of others' deliveries. */
const POSITIONS_PER_MS = 1000

/** The `deliveries` part of the store. States only go forward; the first instant of each stays. */
export function deliveriesIn(tables: Tables): Deliveries {
  const withParcel = () =>
    tables
      .selectFrom('deliveries')
      .leftJoin('parcels', 'parcels.deliveryId', 'deliveries.id')
      .selectAll('deliveries')
      .select('parcels.parcel')

  return {
    add: async (delivery) => {
      const seq = await nextSeq(tables, delivery.organisation, delivery.createdAt)
      const times = { collectedAt: delivery.collectedAt ?? null, acknowledgedAt: delivery.acknowledgedAt ?? null }
      await tables
        .insertInto('deliveries')
        .values({ ...delivery, ...times, seq, state: 'in-mailbox', withdrawnAt: null })
        .execute()
    },
    putParcel: async (deliveryId, parcel) => {
      await tables
        .insertInto('parcels')
        .values({ deliveryId, parcel })
        .onConflict((conflict) => conflict.column('deliveryId').doUpdateSet({ parcel }))
        .execute()
    },
    get: async (id) => {
      const row = await withParcel().where('deliveries.id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : toDelivery(row)
    },
    list: async ({ organisation, mandate, after, limit }) => {
      const rows = tables
        .selectFrom('deliveries')
        .innerJoin('parcels', 'parcels.deliveryId', 'deliveries.id')
        .selectAll('deliveries')
        .select('parcels.parcel')
        .where('deliveries.organisation', '=', organisation)
        .where('deliveries.seq', '>', after)
        .where('deliveries.state', '!=', 'withdrawn')
        .orderBy('deliveries.seq')
        .limit(limit)
      const found = mandate === undefined ? rows : rows.where('deliveries.mandate', '=', mandate)
      return (await found.execute()).map(toDelivery)
    },
    latest: async ({ messageId, mandate, edge }) => {
      const rows = withParcel().where('deliveries.messageId', '=', messageId).where('deliveries.mandate', '=', mandate)
      const along = edge === undefined ? rows : rows.where('deliveries.edge', '=', edge)
      const row = await along.orderBy('deliveries.seq', 'desc').limit(1).executeTakeFirst()
      return row === undefined ? undefined : toDelivery(row)
    },
    ofCase: async (caseId, mandate) => {
      const rows = withParcel().where('deliveries.caseId', '=', caseId).orderBy('createdAt').orderBy('seq')
      const found = mandate === undefined ? rows : rows.where('deliveries.mandate', '=', mandate)
      return (await found.execute()).map(toDelivery)
    },
    ofMessage: async (id) => {
      const rows = withParcel().where('deliveries.messageId', '=', id).orderBy('createdAt').orderBy('seq')
      return (await rows.execute()).map(toDelivery)
    },
    ...statesIn(tables),
    recordOf: async (id) => {
      const row = await tables
        .selectFrom('decision_records')
        .select('record')
        .where('deliveryId', '=', id)
        .executeTakeFirst()
      return row === undefined ? undefined : fromJson(row.record)
    },
    putRecord: async (deliveryId, record) => {
      await tables
        .insertInto('decision_records')
        .values({ deliveryId, record: JSON.stringify(record) })
        .execute()
    },
  }
}

const EARLIER = {
  collected: ['in-mailbox'],
  acknowledged: ['in-mailbox', 'collected'],
  withdrawn: ['in-mailbox', 'collected', 'acknowledged'],
} as const

function statesIn(tables: Tables): Pick<Deliveries, 'setState' | 'lastAcknowledgedAt'> {
  return {
    setState: async (id, state, at) => {
      const times = {
        collected: { collectedAt: at },
        acknowledged: { acknowledgedAt: at },
        withdrawn: { withdrawnAt: at },
      }
      await tables
        .updateTable('deliveries')
        .set({ state, ...times[state] })
        .where('id', '=', id)
        .where('state', 'in', EARLIER[state])
        .execute()
    },
    lastAcknowledgedAt: async (caseId, mandate) => {
      const row = await tables
        .selectFrom('deliveries')
        .select((eb) => eb.fn.max('acknowledgedAt').as('at'))
        .where('caseId', '=', caseId)
        .where('mandate', '=', mandate)
        .executeTakeFirst()
      return row?.at ?? undefined
    },
  }
}

/** A position after every earlier one of the organisation. */
async function nextSeq(tables: Tables, organisation: OrganisationId, at: Instant): Promise<number> {
  const last = await tables
    .selectFrom('deliveries')
    .select('seq')
    .where('organisation', '=', organisation)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return Math.max(at * POSITIONS_PER_MS, last?.seq ?? 0) + randomInt(1, POSITIONS_PER_MS)
}

function toDelivery(row: DeliveryRow & { readonly parcel: string | null }): Delivery {
  const { withdrawnAt: _, ...columns } = row
  return withoutNulls({ ...columns, parcel: row.parcel ?? '' })
}
