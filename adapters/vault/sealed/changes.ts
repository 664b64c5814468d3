/** Changes of policy at rest: what officers wrote is sealed under the gateway's own key, and what would have changed of a message under its case. */
import { SealBroken } from '#gateway/ports/vault.ts'
import type { Place } from '#gateway/ports/vault.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { Changes, Difference } from '#gateway/ports/changes.ts'
import { flatMapped, openJson, parked, sealJson, unparked } from './sealing.ts'
import type { Sealing } from './sealing.ts'

/** What people wrote. */
type Written = Pick<PolicyChange, 'title' | 'edits' | 'examples' | 'comment'>

const changePlace = ({ id, revision }: Pick<PolicyChange, 'id' | 'revision'>): Place => ({
  table: 'policy_changes',
  row: `${id} ${revision}`,
})

const differencePlace = ({
  effectId,
  direction,
  position,
}: Pick<Difference, 'effectId' | 'direction' | 'position'>): Place => ({
  table: 'change_differences',
  row: `${effectId} ${direction} ${position}`,
})

/** The `changes` part of a sealed store. */
export function sealedChanges(inner: Changes, sealing: Sealing): Changes {
  const shut = async (change: PolicyChange): Promise<PolicyChange> => {
    const { title, edits, examples, comment, ...rest } = change
    const written = { title, edits, examples, comment }
    const sealed = await sealJson(sealing, sealing.own, changePlace(change), written)
    return { ...rest, title: '', examples: [], edits: [parked(sealed)] }
  }
  const opened = async (change: PolicyChange): Promise<PolicyChange> => {
    const written = await openJson<Written>(sealing, changePlace(change), unparked(change.edits[0]), sealing.own)
    if (written === undefined) throw new SealBroken('a change of policy does not open')
    return { ...change, ...written }
  }
  const allOpened = (changes: readonly PolicyChange[]): Promise<readonly PolicyChange[]> =>
    Promise.all(changes.map(opened))

  return {
    ...inner,
    add: async (change) => inner.add(await shut(change)),
    get: async (id) => {
      const change = await inner.get(id)
      return change === undefined ? undefined : opened(change)
    },
    put: async (change) => inner.put(await shut(change)),
    list: async (states) => allOpened(await inner.list(states)),
    ofResult: async (digest) => allOpened(await inner.ofResult(digest)),
    addDifferences: async (differences) =>
      inner.addDifferences(
        await Promise.all(
          differences.map(async (difference) => {
            const caseId = await sealing.aliasFor(difference.caseId)
            const sealed = await sealJson(sealing, caseId, differencePlace(difference), difference.sections)
            return { ...difference, caseId, sections: [parked<Difference['sections'][number]>(sealed)] }
          }),
        ),
      ),
    differences: async (effectId, limit) =>
      flatMapped(await inner.differences(effectId, limit), async (row) => {
        const place = differencePlace(row)
        const sections = await openJson<Difference['sections']>(sealing, place, unparked(row.sections[0]), row.caseId)
        const caseId = await sealing.caseOf(row.caseId)
        return sections === undefined || caseId === undefined ? [] : [{ ...row, caseId, sections }]
      }),
  }
}
