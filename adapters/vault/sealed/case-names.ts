/** Names of cases at rest: each found by its blinded text, and said under the key of its case alone. */
import type { Cases } from '#gateway/ports/store.ts'
import type { CaseName, SeenCopies } from '#gateway/ports/stored.ts'
import type { CaseAlias, Place } from '#gateway/ports/vault.ts'
import { flatMapped, ofCase, openJson, sealJson } from './sealing.ts'
import type { Sealing } from './sealing.ts'

/** The blinded name is what a case is found by: a row that is given that of another must not open. */
const namePlace = (blinded: string): Place => ({ table: 'case_names', row: blinded })
const seenPlace = (issuer: string): Place => ({ table: 'copies_seen', row: issuer })

export function sealedCaseNames(
  inner: Cases,
  sealing: Sealing,
): Pick<Cases, 'names' | 'addNames' | 'casesNamed' | 'seenCopies' | 'keepSeenCopies'> {
  const blindName = (name: string): string => sealing.blind('case-name', name)
  const opened = async (blinded: string, row: CaseName, alias: string): Promise<readonly CaseName[]> => {
    const name = await openJson<CaseName>(sealing, namePlace(blinded), row.audienceClass ?? '', alias)
    return name === undefined ? [] : [name]
  }
  const sealed = async (alias: CaseAlias, said: CaseName): Promise<CaseName> => {
    const name = blindName(said.name)
    return { name, audienceClass: await sealJson(sealing, alias, namePlace(name), said) }
  }
  return {
    names: (caseId) =>
      ofCase(sealing, caseId, [], async (alias) =>
        flatMapped(await inner.names(alias), (row) => opened(row.name, row, alias)),
      ),
    addNames: async (caseId, names) => {
      const alias = await sealing.aliasFor(caseId)
      await inner.addNames(alias, await Promise.all(names.map((name) => sealed(alias, name))))
    },
    casesNamed: async (name) => {
      const asked = blindName(name)
      return flatMapped(await inner.casesNamed(asked), async ({ caseId: alias, ...row }) => {
        const caseId = await sealing.caseOf(alias)
        return caseId === undefined ? [] : (await opened(asked, row, alias)).map((said) => ({ ...said, caseId }))
      })
    },
    seenCopies: (caseId, issuer) =>
      ofCase(sealing, caseId, undefined, async (alias) => {
        const row = await inner.seenCopies(alias, issuer)
        return row === undefined ? undefined : openJson<SeenCopies>(sealing, seenPlace(issuer), row.digest, alias)
      }),
    keepSeenCopies: async (caseId, seen) => {
      const alias = await sealing.aliasFor(caseId)
      const digest = await sealJson(sealing, alias, seenPlace(seen.issuer), seen)
      await inner.keepSeenCopies(alias, { issuer: seen.issuer, versions: {}, digest })
    },
  }
}
