/** What cases are called, and which copies of them came last. */
import type { CaseId, OrganisationId } from '#gateway/core/ids.ts'
import type { Cases } from '#gateway/ports/store.ts'
import { prepared } from './prepared.ts'
import { fromJson } from './row.ts'
import type { CaseNameRow, CopiesSeenRow, Tables } from './schema.ts'

export function caseNamesIn(
  tables: Tables,
): Pick<Cases, 'names' | 'addNames' | 'casesNamed' | 'seenCopies' | 'keepSeenCopies'> {
  const ofCase = prepared<Pick<CaseNameRow, 'caseId'>, Pick<CaseNameRow, 'said'>>(tables, (blank) =>
    tables.selectFrom('case_names').select('said').where('caseId', '=', blank('caseId')).orderBy('position'),
  )
  const named = prepared<Pick<CaseNameRow, 'name'>, Pick<CaseNameRow, 'said' | 'caseId'>>(tables, (blank) =>
    tables.selectFrom('case_names').select(['said', 'caseId']).where('name', '=', blank('name')).orderBy('position'),
  )
  const seenOf = prepared<{ readonly caseId: CaseId; readonly issuer: OrganisationId }, Pick<CopiesSeenRow, 'seen'>>(
    tables,
    (blank) =>
      tables
        .selectFrom('copies_seen')
        .select('seen')
        .where('caseId', '=', blank('caseId'))
        .where('issuer', '=', blank('issuer')),
  )
  return {
    names: async (caseId) => (await ofCase({ caseId })).map(({ said }) => fromJson(said)),
    addNames: async (caseId, names) => {
      for (const name of names)
        await tables
          .insertInto('case_names')
          .values({ name: name.name, caseId, said: JSON.stringify(name) })
          .execute()
    },
    casesNamed: async (name) =>
      (await named({ name })).map(({ said, caseId }) => ({ ...fromJson<{ readonly name: string }>(said), caseId })),
    seenCopies: async (caseId, issuer) => {
      const [row] = await seenOf({ caseId, issuer })
      return row === undefined ? undefined : fromJson(row.seen)
    },
    keepSeenCopies: async (caseId, seen) => {
      await tables
        .insertInto('copies_seen')
        .values({ caseId, issuer: seen.issuer, seen: JSON.stringify(seen) })
        .onConflict((conflict) =>
          conflict.columns(['caseId', 'issuer']).doUpdateSet((eb) => ({ seen: eb.ref('excluded.seen') })),
        )
        .execute()
    },
  }
}
