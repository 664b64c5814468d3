/** Side room: how much history somebody at a hosted inbox reads of a case: chosen before first sight, deepened with a reason, lowered at will. */
import type { Instant } from '#policies/language/instant.ts'
import { DEFAULT_CHOICE, DEPTHS, isDeeper } from '#gateway/core/choice.ts'
import type { Choice, Depth } from '#gateway/core/choice.ts'
import type { CaseId, DeliveryId } from '#gateway/core/ids.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Delivery } from '#gateway/ports/stored.ts'
import { keyOf, putChoice } from './choose.ts'
import type { Deps } from './deps.ts'
import { owned } from './own-delivery.ts'
import { pullUp } from './pull-up.ts'
import type { SetAside } from './pull-up.ts'
import type { HostedReader } from './read-inbox-reader.ts'

export interface DepthView {
  readonly choice: Choice
  /** Undefined: nothing was chosen for the case yet, and the default of the mandate applies. */
  readonly setAt?: Instant
  /** Depths up to what the organisation lets its people read; those above are not named. */
  readonly depths: readonly Depth[]
  /** Deepened for this visit alone. */
  readonly isForVisit: boolean
}

/** What applies to a case, or by default; and what may be chosen. */
export async function depthOf(deps: Deps, reader: HostedReader, caseId: CaseId | undefined): Promise<DepthView> {
  const { read } = deps.store
  const own = await read.choices.get(keyOf(reader, caseId))
  const byDefault = own ?? (await read.choices.get(keyOf(reader, undefined)))
  const visit = caseId === undefined ? undefined : await read.inbox.deepened(caseId, reader.mandate.id)
  const ceiling = await ceilingOf(read, reader, caseId)
  return {
    choice: byDefault?.choice ?? DEFAULT_CHOICE,
    ...(own === undefined ? {} : { setAt: own.setAt }),
    depths: DEPTHS.filter((depth) => !isDeeper(depth, ceiling)),
    isForVisit: visit !== undefined,
  }
}

async function ceilingOf(read: Tx, { participant }: HostedReader, caseId: CaseId | undefined): Promise<Depth> {
  const organisation = participant.id
  const ofCase = caseId === undefined ? undefined : await read.choices.get({ organisation, caseId })
  return (ofCase ?? (await read.choices.get({ organisation })))?.choice.depth ?? 'D4'
}

/** Stores the choice for the case of a delivery, whatever was chosen before. Problems as for any choice. */
export async function chooseDepth(
  deps: Deps,
  reader: HostedReader,
  { id, choice }: { readonly id: DeliveryId; readonly choice: Choice },
): Promise<Result<Delivery>> {
  const chosen = await deps.store.transaction(async (tx): Promise<Result<Delivery>> => {
    const found = await owned(tx, reader, id)
    if (!found.ok) return found
    const { caseId } = found.value
    const expectedRevision = (await tx.choices.get(keyOf(reader, caseId)))?.revision ?? 0
    const put = await putChoice(deps, tx, reader, { caseId, choice, expectedRevision, cause: 'choice' })
    if (put.ok) await tx.inbox.endDeepening(caseId, reader.mandate.id)
    return put.ok ? found : put
  })
  deps.queue.nudge()
  return chosen
}

/** The same for cases that have no choice of their own. */
export async function chooseDefault(deps: Deps, reader: HostedReader, choice: Choice): Promise<Result<unknown>> {
  return deps.store.transaction(async (tx) => {
    const expectedRevision = (await tx.choices.get(keyOf(reader, undefined)))?.revision ?? 0
    return putChoice(deps, tx, reader, { caseId: undefined, choice, expectedRevision, cause: 'choice' })
  })
}

export interface Deepening {
  readonly id: DeliveryId
  readonly depth: Depth
  /** One section alone; absent: the whole case. */
  readonly section?: string
  /** What was set aside for the case and counts no more. */
  readonly lift?: readonly SetAside[]
  readonly reason: string
  readonly span: 'visit' | 'from-now-on'
}

/** Raises the depth with a reason and no permission; for this visit alone, what was chosen before is kept first and comes back. */
export async function deepen(deps: Deps, reader: HostedReader, asked: Deepening): Promise<Result<Delivery>> {
  const { id: delivery, depth, section, reason, span, lift = [] } = asked
  const found = await owned(deps.store.read, reader, delivery)
  if (!found.ok) return found
  const { caseId } = found.value
  const mandate = reader.mandate.id
  const { choice: before, isForVisit } = await depthOf(deps, reader, caseId)
  const visit = { caseId, mandate, session: reader.session, before, setAt: deps.clock() }
  if (span === 'visit') await deps.store.transaction((tx) => tx.inbox.deepen(visit))
  const wanted =
    section === undefined ? { depth } : { depth: 'D0' as const, sections: { [section]: depth }, unhide: [section] }
  const pulled = await pullUp(deps, reader, { delivery, reason, lift, ...wanted })
  // From now on: there is nothing to come back to. Refused: a visit that was not one before is none.
  const isOver = pulled.ok ? span === 'from-now-on' : span === 'visit' && !isForVisit
  if (isOver) await deps.store.transaction((tx) => tx.inbox.endDeepening(caseId, mandate))
  return pulled
}
