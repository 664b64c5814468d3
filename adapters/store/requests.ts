/** Granted information requests: who may be told which sections of a case, and until when. */
import type { Requests } from '#gateway/ports/store.ts'
import { fromJson } from './row.ts'
import type { Tables } from './schema.ts'

/** The `requests` part of the store. A later answer of the same holder to the same request replaces its earlier one; `until` is past its end. */
export const requestsIn = (tables: Tables): Requests => ({
  grant: async (grant) => {
    const sections = JSON.stringify(grant.sections)
    await tables
      .insertInto('grants')
      .values({ ...grant, sections })
      .onConflict((conflict) => conflict.columns(['requestId', 'holder']).doUpdateSet({ sections, until: grant.until }))
      .execute()
  },
  inForce: async (requester, caseId, at) => {
    const rows = await tables
      .selectFrom('grants')
      .selectAll()
      .where('requester', '=', requester)
      .where('caseId', '=', caseId)
      .where('until', '>', at)
      .orderBy('requestId')
      .orderBy('holder')
      .execute()
    return rows.map((row) => ({ ...row, sections: fromJson(row.sections) }))
  },
})
