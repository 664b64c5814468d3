/** What came and went, counted by organisation over indexes alone. */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Flow, Flows } from '#gateway/ports/flows.ts'
import { POSITIONS_PER_MS } from './deliveries.ts'
import type { Tables } from './schema.ts'

/** The column as no index has it: SQLite would walk all rows in the order of their groups, and not only those of the day. */
const asValue = (column: 'issuer' | 'organisation'): RawBuilder<OrganisationId> => sql`${sql.ref(column)} || ''`

/** The `flows` part of the store. */
export function flowsIn(tables: Tables): Flows {
  return {
    since: async (from) => {
      const sent = await tables
        .selectFrom('acceptances')
        .select((eb) => [asValue('issuer').as('organisation'), eb.fn.countAll().as('sent')])
        .where('acceptedAt', '>=', from)
        .groupBy(asValue('issuer'))
        .execute()
      const received = await tables
        .selectFrom('deliveries')
        .select((eb) => [
          asValue('organisation').as('organisation'),
          eb.fn.countAll().as('received'),
          eb.fn.count('collectedAt').as('collected'),
        ])
        .where('createdAt', '>=', from)
        .groupBy(asValue('organisation'))
        .execute()
      const flows = new Map<OrganisationId, Flow>()
      const add = ({ organisation, ...counted }: Pick<Flow, 'organisation'> & Partial<Flow>): void => {
        const before = flows.get(organisation) ?? { sent: 0, received: 0, collected: 0 }
        flows.set(organisation, { ...before, ...counted, organisation })
      }
      for (const row of sent) add({ organisation: row.organisation, sent: Number(row.sent) })
      for (const row of received)
        add({ organisation: row.organisation, received: Number(row.received), collected: Number(row.collected) })
      return [...flows.values()].toSorted((one, other) => (one.organisation < other.organisation ? -1 : 1))
    },
    between: async (from) => {
      const rows = await tables
        .selectFrom('deliveries')
        .innerJoin('acceptances', 'acceptances.messageId', 'deliveries.messageId')
        .select((eb) => ['issuer as from', 'deliveries.organisation as to', eb.fn.countAll().as('times')])
        .where('deliveries.createdAt', '>=', from)
        .groupBy(['issuer', 'deliveries.organisation'])
        .orderBy('times', 'desc')
        .orderBy('issuer')
        .orderBy('deliveries.organisation')
        .execute()
      return rows.map((row) => ({ from: row.from, to: row.to, deliveries: Number(row.times) }))
    },
    sentTo: async (organisation, from) => {
      // A position tells of time, and stands in the index: no row is read.
      const rows = await tables
        .selectFrom('deliveries')
        .select((eb) => [
          'mandate',
          eb.fn
            .sum(
              eb
                .case()
                .when('seq', '>=', from * POSITIONS_PER_MS)
                .then(1)
                .else(0)
                .end(),
            )
            .as('lately'),
          eb.fn.sum(eb.case().when('state', '!=', 'withdrawn').then(1).else(0).end()).as('held'),
        ])
        .where('organisation', '=', organisation)
        .groupBy('mandate')
        .orderBy('mandate')
        .execute()
      return rows.map(({ mandate, lately, held }) => ({ mandate, lately: Number(lately), held: Number(held) }))
    },
  }
}
