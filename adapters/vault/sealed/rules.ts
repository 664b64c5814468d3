/** Choices and granted requests at rest: those for a case under its key, defaults under the gateway's own. */
import type { Choice } from '#gateway/core/choice.ts'
import type { ChoiceStore, Requests } from '#gateway/ports/store.ts'
import type { ChoiceKey, InformationGrant } from '#gateway/ports/stored.ts'
import type { CaseAlias, Place } from '#gateway/ports/vault.ts'
import { flatMapped, ofCase, openJson, parked, sealJson, unparked } from './sealing.ts'
import type { Sealing } from './sealing.ts'

const choicePlace = ({ organisation, mandate, caseId }: ChoiceKey, revision: number): Place => ({
  table: 'choices',
  row: `${organisation} ${mandate ?? ''} ${caseId ?? ''} ${revision}`,
})

/** The `choices` part of a sealed store. */
export function sealedChoices(inner: ChoiceStore, sealing: Sealing): ChoiceStore {
  const keyed = (key: ChoiceKey, alias: CaseAlias): ChoiceKey =>
    key.caseId === undefined ? key : { ...key, caseId: alias }

  return {
    get: async (key) => {
      const alias = key.caseId === undefined ? sealing.own : await sealing.aliasOf(key.caseId)
      if (alias === undefined) return undefined
      const inside = keyed(key, alias)
      const stored = await inner.get(inside)
      if (stored === undefined) return undefined
      const choice = await openJson<Choice>(
        sealing,
        choicePlace(inside, stored.revision),
        unparked(stored.choice),
        alias,
      )
      return choice === undefined ? undefined : { ...stored, choice }
    },
    put: async (key, choice, expectedRevision, at) => {
      const alias = key.caseId === undefined ? sealing.own : await sealing.aliasFor(key.caseId)
      const inside = keyed(key, alias)
      const sealed = await sealJson(sealing, alias, choicePlace(inside, expectedRevision + 1), choice)
      return inner.put(inside, parked(sealed), expectedRevision, at)
    },
  }
}

const grantPlace = ({ requestId, holder }: Pick<InformationGrant, 'requestId' | 'holder'>): Place => ({
  table: 'grants',
  row: `${requestId} ${holder}`,
})

/** The `requests` part of a sealed store. */
export const sealedRequests = (inner: Requests, sealing: Sealing): Requests => ({
  grant: async (grant) => {
    const caseId = await sealing.aliasFor(grant.caseId)
    return inner.grant({
      ...grant,
      caseId,
      sections: [await sealJson(sealing, caseId, grantPlace(grant), grant.sections)],
    })
  },
  inForce: (requester, caseId, at) =>
    ofCase(sealing, caseId, [], async (alias) =>
      flatMapped(await inner.inForce(requester, alias, at), async (grant) => {
        const [sealed = ''] = grant.sections
        const sections = await openJson<readonly string[]>(sealing, grantPlace(grant), sealed, alias)
        return sections === undefined ? [] : [{ ...grant, caseId, sections }]
      }),
    ),
})
