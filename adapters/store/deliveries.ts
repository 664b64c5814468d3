/** Deliveries: the mailbox of each organisation, the parcels in it and the records of what was decided. */
import { randomInt } from 'node:crypto'
import type { Instant } from '#policies/language/instant.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Deliveries } from '#gateway/ports/store.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'
import { pack, packParcel, unpack, unpackParcel } from './packed.ts'
import { prepared } from './prepared.ts'
import { withoutNulls } from './row.ts'
import type { DecisionRecordRow, DeliveryRow, ParcelRow, Tables } from './schema.ts'

/** Positions per millisecond: the gaps in a mailbox tell of time, which its owner knows, and not of others' deliveries. */
export const POSITIONS_PER_MS = 1000

/** The `deliveries` part of the store. States only go forward; the first instant of each stays. */
export const deliveriesIn = (tables: Tables): Deliveries => ({
  ...addingIn(tables),
  ...findingIn(tables),
  ...statesIn(tables),
  ...recordsIn(tables),
})

function addingIn(tables: Tables): Pick<Deliveries, 'add' | 'putParcel'> {
  const insert = prepared<DeliveryRow>(tables, (blank) =>
    tables.insertInto('deliveries').values({
      id: blank('id'),
      seq: blank('seq'),
      messageId: blank('messageId'),
      caseId: blank('caseId'),
      kind: blank('kind'),
      edge: blank('edge'),
      organisation: blank('organisation'),
      mandate: blank('mandate'),
      state: blank('state'),
      kid: blank('kid'),
      projectionDigest: blank('projectionDigest'),
      policyDigest: blank('policyDigest'),
      depth: blank('depth'),
      cause: blank('cause'),
      logIndex: blank('logIndex'),
      createdAt: blank('createdAt'),
      collectedAt: blank('collectedAt'),
      acknowledgedAt: blank('acknowledgedAt'),
      withdrawnAt: blank('withdrawnAt'),
    }),
  )
  const lastSeq = prepared<Pick<DeliveryRow, 'organisation'>, Pick<DeliveryRow, 'seq'>>(tables, (blank) =>
    tables
      .selectFrom('deliveries')
      .select('seq')
      .where('organisation', '=', blank('organisation'))
      .orderBy('seq', 'desc')
      .limit(1),
  )
  const putParcel = prepared<ParcelRow>(tables, (blank) =>
    tables
      .insertInto('parcels')
      .values({ deliveryId: blank('deliveryId'), parcel: blank('parcel') })
      .onConflict((conflict) => conflict.column('deliveryId').doUpdateSet({ parcel: blank('parcel') })),
  )

  return {
    add: async (delivery) => {
      const { organisation, createdAt, collectedAt = null, acknowledgedAt = null } = delivery
      const last = (await lastSeq({ organisation }))[0]?.seq ?? 0
      // After every earlier one of the organisation.
      const seq = Math.max(createdAt * POSITIONS_PER_MS, last) + randomInt(1, POSITIONS_PER_MS)
      await insert({ ...delivery, collectedAt, acknowledgedAt, seq, state: 'in-mailbox', withdrawnAt: null })
    },
    putParcel: async (deliveryId, parcel) => {
      await putParcel({ deliveryId, parcel: packParcel(parcel) })
    },
  }
}

function findingIn(
  tables: Tables,
): Pick<
  Deliveries,
  'get' | 'list' | 'everOf' | 'inState' | 'organisations' | 'latest' | 'ofCase' | 'ofCases' | 'erased' | 'ofMessage'
> {
  const deliveries = () => tables.selectFrom('deliveries').selectAll('deliveries')
  const inOrder = () => deliveries().orderBy('createdAt').orderBy('seq')
  const get = prepared<Pick<DeliveryRow, 'id'>, DeliveryRow & { readonly parcel: Uint8Array | null }>(tables, (blank) =>
    deliveries()
      .leftJoin('parcels', 'parcels.deliveryId', 'deliveries.id')
      .select('parcels.parcel')
      .where('deliveries.id', '=', blank('id')),
  )
  const latestOf = (): ReturnType<typeof deliveries> => deliveries().orderBy('deliveries.seq', 'desc').limit(1)
  const latest = prepared<Pick<DeliveryRow, 'messageId' | 'mandate'>, DeliveryRow>(tables, (blank) =>
    latestOf().where('messageId', '=', blank('messageId')).where('mandate', '=', blank('mandate')),
  )
  const latestAlong = prepared<Pick<DeliveryRow, 'messageId' | 'mandate' | 'edge'>, DeliveryRow>(tables, (blank) =>
    latestOf()
      .where('messageId', '=', blank('messageId'))
      .where('mandate', '=', blank('mandate'))
      .where('edge', '=', blank('edge')),
  )
  const ofCase = prepared<Pick<DeliveryRow, 'caseId'>, DeliveryRow>(tables, (blank) =>
    inOrder().where('caseId', '=', blank('caseId')),
  )
  const ofCaseFor = prepared<Pick<DeliveryRow, 'caseId' | 'mandate'>, DeliveryRow>(tables, (blank) =>
    inOrder().where('caseId', '=', blank('caseId')).where('mandate', '=', blank('mandate')),
  )
  const nextOrganisation = prepared<{ readonly after: string }, Pick<DeliveryRow, 'organisation'>>(tables, (blank) =>
    tables
      .selectFrom('deliveries')
      .select('organisation')
      .where('organisation', '>', blank('after') as OrganisationId)
      .orderBy('organisation')
      .limit(1),
  )
  const ofMessage = prepared<Pick<DeliveryRow, 'messageId'>, DeliveryRow>(tables, (blank) =>
    inOrder().where('messageId', '=', blank('messageId')),
  )

  return {
    get: async (id) => {
      const [row] = await get({ id })
      if (row === undefined) return undefined
      const { parcel, ...columns } = row
      return { ...toEntry(columns), parcel: parcel === null ? '' : unpackParcel(parcel) }
    },
    list: async ({ organisation, mandate, after, limit }) => {
      const rows = deliveries()
        .innerJoin('parcels', 'parcels.deliveryId', 'deliveries.id')
        .where('deliveries.organisation', '=', organisation)
        .where('deliveries.seq', '>', after)
        .where('deliveries.state', '!=', 'withdrawn')
        .orderBy('deliveries.seq')
        .limit(limit)
      const found = mandate === undefined ? rows : rows.where('deliveries.mandate', '=', mandate)
      return (await found.execute()).map(toEntry)
    },
    everOf: async ({ organisation, after, limit }) => {
      const rows = deliveries().where('organisation', '=', organisation).where('seq', '>', after)
      return (await rows.orderBy('seq').limit(limit).execute()).map(toEntry)
    },
    inState: async ({ organisation, mandate, state, before, limit }) => {
      const rows = deliveries()
        .where('organisation', '=', organisation)
        .where('mandate', '=', mandate)
        .where('state', '=', state)
        .where('seq', '<', before)
      return (await rows.orderBy('seq', 'desc').limit(limit).execute()).map(toEntry)
    },
    organisations: async () => {
      const names: OrganisationId[] = []
      // From each to the next by the index: few names among many rows.
      for (let last = ''; ;) {
        const [next] = await nextOrganisation({ after: last })
        if (next === undefined) return names
        names.push(next.organisation)
        last = next.organisation
      }
    },
    latest: async ({ messageId, mandate, edge }) => {
      const rows = edge === undefined ? latest({ messageId, mandate }) : latestAlong({ messageId, mandate, edge })
      return (await rows).map(toEntry)[0]
    },
    ofCase: async (caseId, mandate) =>
      (await (mandate === undefined ? ofCase({ caseId }) : ofCaseFor({ caseId, mandate }))).map(toEntry),
    ofCases: async (caseIds, mandate) => {
      if (caseIds.length === 0) return []
      const rows = deliveries().where('caseId', 'in', caseIds).where('mandate', '=', mandate)
      return (await rows.execute()).map(toEntry)
    },
    erased: async () => [],
    ofMessage: async (messageId) => (await ofMessage({ messageId })).map(toEntry),
  }
}

function recordsIn(tables: Tables): Pick<Deliveries, 'recordOf' | 'putRecord'> {
  const insert = prepared<DecisionRecordRow>(tables, (blank) =>
    tables.insertInto('decision_records').values({ deliveryId: blank('deliveryId'), record: blank('record') }),
  )
  return {
    recordOf: async (id) => {
      const row = await tables
        .selectFrom('decision_records')
        .select('record')
        .where('deliveryId', '=', id)
        .executeTakeFirst()
      return row === undefined ? undefined : unpack(row.record)
    },
    putRecord: async (deliveryId, record) => {
      await insert({ deliveryId, record: pack(record) })
    },
  }
}

const EARLIER = {
  collected: ['in-mailbox'],
  acknowledged: ['in-mailbox', 'collected'],
  withdrawn: ['in-mailbox', 'collected', 'acknowledged'],
} as const

function statesIn(tables: Tables): Pick<Deliveries, 'setState' | 'lastAcknowledgedAt'> {
  const lastOf = prepared<Pick<DeliveryRow, 'caseId' | 'mandate'>, { readonly at: Instant | null }>(tables, (blank) =>
    tables
      .selectFrom('deliveries')
      .select((eb) => eb.fn.max('acknowledgedAt').as('at'))
      .where('caseId', '=', blank('caseId'))
      .where('mandate', '=', blank('mandate')),
  )
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
    lastAcknowledgedAt: async (caseId, mandate) => (await lastOf({ caseId, mandate }))[0]?.at ?? undefined,
  }
}

function toEntry(row: DeliveryRow): DeliveryEntry {
  const { withdrawnAt: _, ...columns } = row
  return withoutNulls(columns)
}
