/** Names of cases at rest: each found by its blinded text, and said under the key of its case alone. */
import type { Cases } from '#gateway/ports/store.ts'
import type { CaseName, SeenCopies } from '#gateway/ports/stored.ts'
import type { CaseAlias, Place } from '#gateway/ports/vault.ts'
import { ofCase, openJson, sealJson } from './sealing.ts'
import type { Sealing } from './sealing.ts'

/** The blinded name is what a case is found by: a row that is given that of another must not open. */
const namePlace = (blinded: string): Place => ({ table: 'case_names', row: blinded })
const seenPlace = (issuer: string): Place => ({ table: 'copies_seen', row: issuer })

export function sealedCaseNames(
  inner: Cases,
  sealing: Sealing,
): Pick<Cases, 'names' | 'addNames' | 'casesNamed' | 'seenCopies' | 'keepSeenCopies'> {
  const blindName = (name: string): string => sealing.blind('case-name', name)
  const opened = (blinded: string, row: CaseName, alias: string): readonly CaseName[] => {
    const name = openJson<CaseName>(sealing, namePlace(blinded), row.audienceClass ?? '', alias)
    return name === undefined ? [] : [name]
  }
  const sealed = (alias: CaseAlias, said: CaseName): CaseName => {
    const name = blindName(said.name)
    return { name, audienceClass: sealJson(sealing, alias, namePlace(name), said) }
  }
  return {
    names: (caseId) =>
      ofCase(sealing, caseId, [], async (alias) =>
        (await inner.names(alias)).flatMap((row) => opened(row.name, row, alias)),
      ),
    addNames: async (caseId, names) => {
      const alias = sealing.aliasFor(caseId)
      await inner.addNames(
        alias,
        names.map((name) => sealed(alias, name)),
      )
    },
    casesNamed: async (name) => {
      const asked = blindName(name)
      return (await inner.casesNamed(asked)).flatMap(({ caseId: alias, ...row }) => {
        const caseId = sealing.caseOf(alias)
        return caseId === undefined ? [] : opened(asked, row, alias).map((said) => ({ ...said, caseId }))
      })
    },
    seenCopies: (caseId, issuer) =>
      ofCase(sealing, caseId, undefined, async (alias) => {
        const row = await inner.seenCopies(alias, issuer)
        return row === undefined ? undefined : openJson<SeenCopies>(sealing, seenPlace(issuer), row.digest, alias)
      }),
    keepSeenCopies: async (caseId, seen) => {
      const alias = sealing.aliasFor(caseId)
      const digest = sealJson(sealing, alias, seenPlace(seen.issuer), seen)
      await inner.keepSeenCopies(alias, { issuer: seen.issuer, versions: {}, digest })
    },
  }
}
