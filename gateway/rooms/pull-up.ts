/** Side room: a mandate that needs more of a case asks for it, at once and with a reason. */
import { digestOf } from '#gateway/core/canonical-json.ts'
import { DEFAULT_CHOICE, isDeeper } from '#gateway/core/choice.ts'
import type { Choice, Depth } from '#gateway/core/choice.ts'
import type { CaseId, DeliveryId } from '#gateway/core/ids.ts'
import { fail } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Delivery } from '#gateway/ports/stored.ts'
import { keyOf, putChoice } from './choose.ts'
import type { Deps } from './deps.ts'
import { aboutOf, actorOf, owned } from './own-delivery.ts'
import type { Reader } from './own-delivery.ts'

/** What somebody set aside beside the depth. */
export const SET_ASIDE = ['facts', 'ask-me', 'hidden', 'past'] as const
export type SetAside = (typeof SET_ASIDE)[number]

export interface PullUp {
  readonly delivery: DeliveryId
  readonly depth: Depth
  readonly sections?: Readonly<Record<string, Depth>> | undefined
  /** What was set aside and counts no more. Absent: all of it goes on. */
  readonly lift?: readonly SetAside[]
  /** Sections that are hidden no more, where not all are. */
  readonly unhide?: readonly string[]
  /** Kept as a digest. */
  readonly reason: string
}

/** Raises the practitioner's depth for the case of a delivery, with a reason and no permission; never above the organisation's choice. */
export async function pullUp(deps: Deps, reader: Reader, request: PullUp): Promise<Result<Delivery>> {
  const outcome = await deps.store.transaction(async (tx): Promise<Result<Delivery>> => {
    const found = await owned(tx, reader, request.delivery)
    if (!found.ok) return found
    const row = found.value
    if (reader.mandate === undefined) return fail('mandate-unproven')
    const current = await currentChoice(tx, reader, row.caseId)
    const choice = raised(current.choice, request)
    const change = { caseId: row.caseId, choice, expectedRevision: current.revision, cause: 'pull-up' }
    const changed = await putChoice(deps, tx, reader, change)
    if (!changed.ok) return changed
    await tx.audit.append({
      ...aboutOf(row, deps.clock()),
      operation: 'consultation',
      act: 'pulled-up',
      ...actorOf(reader, row.mandate),
      justification: digestOf(request.reason),
    })
    return found
  })
  deps.queue.nudge()
  return outcome
}

/** What of a choice is set aside beside its depth. */
export const setAsideIn = ({ factsOnly, askMe, optOut, reach, versions }: Choice): readonly SetAside[] => [
  ...(factsOnly ? (['facts'] as const) : []),
  ...(askMe ? (['ask-me'] as const) : []),
  ...(optOut.length > 0 ? (['hidden'] as const) : []),
  ...(reach !== undefined || versions !== undefined ? (['past'] as const) : []),
]

/** The choice with its depths raised, never lowered, and nothing sealed any more. */
function raised(given: Choice, { depth, sections = {}, lift = [], unhide = [] }: PullUp): Choice {
  const current = lifted(given, lift, unhide)
  const asked = Object.entries(sections)
  const chosen = new Map(Object.entries(current.sections))
  const risen = asked.map(
    ([section, wanted]) => [section, deeper(chosen.get(section) ?? current.depth, wanted)] as const,
  )
  return {
    ...withoutReveal(current),
    depth: deeper(current.depth, depth),
    sections: { ...current.sections, ...Object.fromEntries(risen) },
  }
}

const deeper = (a: Depth, b: Depth): Depth => (isDeeper(a, b) ? a : b)

function lifted(current: Choice, lift: readonly SetAside[], unhide: readonly string[]): Choice {
  const { reach: _reach, versions: _versions, ...rest } = current
  return {
    ...(lift.includes('past') ? rest : current),
    factsOnly: current.factsOnly && !lift.includes('facts'),
    askMe: current.askMe && !lift.includes('ask-me'),
    optOut: lift.includes('hidden') ? [] : current.optOut.filter((section) => !unhide.includes(section)),
  }
}

const withoutReveal = (choice: Choice): Choice => {
  const { delayedReveal: _sealed, ...rest } = choice
  return rest
}

async function currentChoice(
  read: Tx,
  reader: Reader,
  caseId: CaseId,
): Promise<{ readonly choice: Choice; readonly revision: number }> {
  const ofCase = await read.choices.get(keyOf(reader, caseId))
  const byDefault = ofCase ?? (await read.choices.get(keyOf(reader, undefined)))
  return { choice: byDefault?.choice ?? DEFAULT_CHOICE, revision: ofCase?.revision ?? 0 }
}
