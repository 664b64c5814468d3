/** What was deepened for one visit alone: it falls back when somebody comes in another session. */
import { DEFAULT_CHOICE } from '#gateway/core/choice.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { keyOf, putChoice } from './choose.ts'
import type { Deps } from './deps.ts'
import type { HostedReader } from './read-inbox-reader.ts'

/** Before anything of the case is shown. Where what was chosen before is above the organisation's ceiling now, the least depth. */
export async function endOtherVisit(deps: Deps, tx: Tx, reader: HostedReader, caseId: CaseId): Promise<void> {
  const visit = await tx.inbox.deepened(caseId, reader.mandate.id)
  if (visit === undefined || visit.session === reader.session) return
  const expectedRevision = (await tx.choices.get(keyOf(reader, caseId)))?.revision ?? 0
  const change = { caseId, expectedRevision, cause: 'choice' }
  const restored = await putChoice(deps, tx, reader, { ...change, choice: visit.before })
  if (!restored.ok) await putChoice(deps, tx, reader, { ...change, choice: DEFAULT_CHOICE })
  await tx.inbox.endDeepening(caseId, reader.mandate.id)
}
