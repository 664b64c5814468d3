/** Ends of memberships: one open end an organisation, with counts of what was done and of what it holds. */
import type { Memberships } from '#gateway/ports/memberships.ts'
import type { MembershipEnd } from '#gateway/ports/memberships.ts'
import type { MembershipEndRow, Tables } from './schema.ts'

const OPEN = 0

/** The `memberships` part of the store. */
export function membershipsIn(tables: Tables): Memberships {
  const openEnd = (organisation: string) =>
    tables
      .updateTable('membership_ends')
      .where('restoredAt', '=', OPEN)
      .where('organisation', '=', organisation as MembershipEnd['organisation'])

  return {
    end: async (end) => {
      const inserted = await tables
        .insertInto('membership_ends')
        .values({ ...end, ...NOTHING_DONE })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return Number(inserted.numInsertedOrUpdatedRows) === 1
    },
    count: async (organisation, { stopped, withdrawn }) => {
      await openEnd(organisation)
        .set((eb) => ({ stopped: eb('stopped', '+', stopped), withdrawn: eb('withdrawn', '+', withdrawn) }))
        .execute()
    },
    report: async (organisation, { at, digest, deliveries, items }) => {
      await openEnd(organisation).set({ reportedAt: at, digest, deliveries, items }).execute()
    },
    restore: async (organisation, at) => {
      await openEnd(organisation).set({ restoredAt: at }).execute()
    },
    open: async () => {
      const rows = tables.selectFrom('membership_ends').selectAll().where('restoredAt', '=', OPEN)
      return (await rows.orderBy('organisation').execute()).map(toEnd)
    },
  }
}

const NOTHING_DONE = {
  restoredAt: OPEN,
  stopped: 0,
  withdrawn: 0,
  reportedAt: null,
  digest: null,
  deliveries: null,
  items: null,
} as const

function toEnd(row: MembershipEndRow): MembershipEnd {
  const { organisation, foundAt, reason, stopped, withdrawn, reportedAt, digest, deliveries, items } = row
  const end = { organisation, foundAt, reason, stopped, withdrawn }
  if (reportedAt === null || digest === null || deliveries === null || items === null) return end
  return { ...end, report: { at: reportedAt, digest, deliveries, items } }
}
