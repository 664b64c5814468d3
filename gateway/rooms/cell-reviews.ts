/** Side room: when cells are to be looked at again, as the officers said who wrote them. */
import type { CellKey } from '#policies/engine/cell-edit.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Tx } from '#gateway/ports/store.ts'

/** By the last change of that policy that came into force and wrote the cell; of others nobody said a day. */
export async function reviewsOf(
  read: Pick<Tx, 'policies' | 'changes'>,
  policyId: string,
): Promise<(key: CellKey) => Instant | undefined> {
  const own = new Set((await read.policies.versions()).filter(({ id }) => id === policyId).map(({ digest }) => digest))
  // What came into force last comes first.
  const started = (await read.changes.list(['in-force'])).filter(({ base }) => own.has(base))
  const edits = started.flatMap((change) => change.edits)
  return ({ recipientType, section }) =>
    edits.find((edit) => edit.recipientType === recipientType && edit.section === section)?.cell?.reviewAt
}
