/** Labels at rest: each sealed under its case, and found by its blinded text within its organisation. */
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { CaseLabels } from '#gateway/ports/case-labels.ts'
import type { Place } from '#gateway/ports/vault.ts'
import { flatMapped, ofCase, openJson, sealJson } from './sealing.ts'
import type { Sealing } from './sealing.ts'

const labelPlace = (organisation: OrganisationId): Place => ({ table: 'case_labels', row: organisation })

/** The `labels` part of a sealed store: those of an erased case are gone from it. */
export function sealedLabels(inner: CaseLabels, sealing: Sealing): CaseLabels {
  const blinded = (organisation: OrganisationId, key: string): string =>
    sealing.blind('case-label', `${organisation} ${key}`)
  return {
    put: async (label) => {
      const { organisation } = label
      const caseId = await sealing.aliasFor(label.caseId)
      const text = await sealJson(sealing, caseId, labelPlace(organisation), label.text)
      await inner.put({ ...label, caseId, text, key: blinded(organisation, label.key) })
    },
    remove: (caseId, organisation) => ofCase(sealing, caseId, undefined, (alias) => inner.remove(alias, organisation)),
    of: (caseId, organisation) =>
      ofCase(sealing, caseId, undefined, async (alias) => {
        const sealed = await inner.of(alias, organisation)
        return sealed === undefined ? undefined : openJson<string>(sealing, labelPlace(organisation), sealed, alias)
      }),
    found: async (organisation, key) =>
      flatMapped(await inner.found(organisation, blinded(organisation, key)), async (alias) => {
        const caseId = await sealing.caseOf(alias)
        return caseId === undefined ? [] : [caseId]
      }),
  }
}
