/** Granted information requests: who may be told which sections of a case, and until when. */
import type { Instant } from '#policies/language/instant.ts'
import type { Requests } from '#gateway/ports/store.ts'
import { prepared } from './prepared.ts'
import { fromJson } from './row.ts'
import type { GrantRow, Tables } from './schema.ts'

/** The `requests` part of the store. A later answer of the same holder to the same request replaces its earlier one; `until` is past its end. */
export function requestsIn(tables: Tables): Requests {
  const inForce = prepared<Pick<GrantRow, 'requester' | 'caseId'> & { readonly at: Instant }, GrantRow>(
    tables,
    (blank) =>
      tables
        .selectFrom('grants')
        .selectAll()
        .where('requester', '=', blank('requester'))
        .where('caseId', '=', blank('caseId'))
        .where('until', '>', blank('at'))
        .orderBy('requestId')
        .orderBy('holder'),
  )
  return {
    grant: async (grant) => {
      const sections = JSON.stringify(grant.sections)
      await tables
        .insertInto('grants')
        .values({ ...grant, sections })
        .onConflict((conflict) =>
          conflict.columns(['requestId', 'holder']).doUpdateSet({ sections, until: grant.until }),
        )
        .execute()
    },
    inForce: async (requester, caseId, at) =>
      (await inForce({ requester, caseId, at })).map((row) => ({ ...row, sections: fromJson(row.sections) })),
  }
}
