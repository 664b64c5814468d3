/** Cases: which items there are and what became of them, what was stated, who is assigned, which meetings took place. */
import { sql } from 'kysely'
import type { CaseId } from '#gateway/core/ids.ts'
import type { Cases } from '#gateway/ports/store.ts'
import { caseNamesIn } from './case-names.ts'
import { itemsIn } from './items.ts'
import { prepared } from './prepared.ts'
import { batches, fromJson, withoutNulls } from './row.ts'
import type { AssignmentRow, CaseFactsRow, MeetingRow, Tables } from './schema.ts'

/** The `cases` part of the store. */
export function casesIn(tables: Tables): Cases {
  type InCase = { readonly caseId: CaseId }
  const factsOf = prepared<InCase, Pick<CaseFactsRow, 'by' | 'at' | 'facts'>>(tables, (blank) =>
    tables
      .selectFrom('case_facts')
      .select(['by', 'at', 'facts'])
      .where('caseId', '=', blank('caseId'))
      .orderBy('position'),
  )
  const assignmentsOf = prepared<InCase, Pick<AssignmentRow, 'mandate' | 'from' | 'until'>>(tables, (blank) =>
    tables
      .selectFrom('assignments')
      .select(['mandate', 'from', 'until'])
      .where('caseId', '=', blank('caseId'))
      .orderBy('from')
      .orderBy('mandate'),
  )
  const meetingsOf = prepared<Pick<MeetingRow, 'caseId' | 'mandate'>, { readonly meetings: number | bigint | string }>(
    tables,
    (blank) =>
      tables
        .selectFrom('meetings')
        .select((eb) => eb.fn.countAll().as('meetings'))
        .where('caseId', '=', blank('caseId'))
        .where('mandate', '=', blank('mandate')),
  )

  return {
    ...itemsIn(tables),
    ...caseNamesIn(tables),
    stateFacts: async (caseId, { by, at, facts }) => {
      await tables
        .insertInto('case_facts')
        .values((eb) => ({
          caseId,
          position: eb
            .selectFrom('case_facts as earlier')
            .select((row) => sql<number>`coalesce(max(${row.ref('earlier.position')}), 0) + 1`.as('position'))
            .where('earlier.caseId', '=', caseId),
          by,
          at,
          facts: JSON.stringify(facts),
        }))
        .execute()
    },
    facts: async (caseId) => (await factsOf({ caseId })).map((row) => ({ ...row, facts: fromJson(row.facts) })),
    assign: async (caseId, { mandate, from, until }) => {
      await tables
        .insertInto('assignments')
        .values({ caseId, mandate, from, until: until ?? null })
        .onConflict((conflict) =>
          conflict.columns(['caseId', 'mandate', 'from']).doUpdateSet((eb) => ({ until: eb.ref('excluded.until') })),
        )
        .execute()
    },
    assignments: async (caseId) => (await assignmentsOf({ caseId })).map(withoutNulls),
    recordMeeting: async (caseId, mandates, messageId, at) => {
      for (const batch of batches(mandates.map((mandate) => ({ caseId, mandate, messageId, at })))) {
        await tables
          .insertInto('meetings')
          .values(batch)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }
    },
    countMeetings: async (caseId, mandate) => Number((await meetingsOf({ caseId, mandate }))[0]?.meetings ?? 0),
  }
}
