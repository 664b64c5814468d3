/** What organisations call a case among their own people. */
import type { CaseLabels } from '#gateway/ports/case-labels.ts'
import type { Tables } from './schema.ts'

/** Most cases of one label that are found: they are told apart by their names. */
const MOST_FOUND = 25

/** The `labels` part of the store. */
export const labelsIn = (tables: Tables): CaseLabels => ({
  put: async (label) => {
    await tables
      .insertInto('case_labels')
      .values(label)
      .onConflict((conflict) => conflict.columns(['caseId', 'organisation']).doUpdateSet(label))
      .execute()
  },
  remove: async (caseId, organisation) => {
    await tables
      .deleteFrom('case_labels')
      .where('caseId', '=', caseId)
      .where('organisation', '=', organisation)
      .execute()
  },
  of: async (caseId, organisation) => {
    const row = await tables
      .selectFrom('case_labels')
      .select('text')
      .where('caseId', '=', caseId)
      .where('organisation', '=', organisation)
      .executeTakeFirst()
    return row?.text
  },
  found: async (organisation, key) => {
    const rows = await tables
      .selectFrom('case_labels')
      .select('caseId')
      .where('organisation', '=', organisation)
      .where('key', '=', key)
      .orderBy('setAt', 'desc')
      .orderBy('caseId')
      .limit(MOST_FOUND)
      .execute()
    return rows.map(({ caseId }) => caseId)
  },
})
