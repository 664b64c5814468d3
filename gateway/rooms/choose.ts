/** Side room: how much history an organisation or a practitioner wants, by default and per case; and the pull-up. */
import { printInstant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { DEFAULT_CHOICE, UNNARROWED } from '#gateway/core/choice.ts'
import type { Choice, Depth } from '#gateway/core/choice.ts'
import { DEPTHS } from '#gateway/core/choice.ts'
import type { CaseId, DeliveryId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemPlace, Result } from '#gateway/core/problem.ts'
import type { ChoiceKey, Delivery, Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'
import { askAnew } from './ask-anew.ts'
import { aboutOf, owned } from './read-mailbox.ts'
import type { Reader } from './read-mailbox.ts'

/** A choice as its owner sees it. Revision 0: nothing was chosen yet, and this is what applies instead. */
export interface ChoiceView {
  readonly choice: Choice
  readonly revision: number
  readonly owner: 'organisation' | 'mandate'
}

/** The organisation's choice, or the proven mandate's; of one case, or the default. The sender has no way to ask. */
export async function readChoice(deps: Deps, reader: Reader, caseId: CaseId | undefined): Promise<Result<ChoiceView>> {
  const stored = await deps.store.read.choices.get(keyOf(reader, caseId))
  const owner = reader.mandate === undefined ? 'organisation' : 'mandate'
  const unchosen = owner === 'organisation' ? UNNARROWED : DEFAULT_CHOICE
  return ok({ choice: stored?.choice ?? unchosen, revision: stored?.revision ?? 0, owner })
}

export interface ChoiceChange {
  readonly caseId: CaseId | undefined
  readonly choice: Choice
  /** From If-Match; 0 where nothing was chosen yet. */
  readonly expectedRevision: number
}

/** Stores a choice and has what it may open judged anew. A practitioner's is refused above the organisation's ceiling. */
export async function setChoice(
  deps: Deps,
  reader: Reader,
  { caseId, choice, expectedRevision }: ChoiceChange,
): Promise<Result<ChoiceView>> {
  const change = { caseId, choice, expectedRevision, cause: 'choice' }
  const outcome = await deps.store.transaction((tx) => put(deps, tx, reader, change))
  deps.queue.nudge()
  return outcome
}

/** A new default changes what comes; a choice for a case has all of it judged anew, so that nothing above a choice waits anywhere. */
async function put(
  deps: Deps,
  tx: Tx,
  reader: Reader,
  { caseId, choice, expectedRevision, cause }: ChoiceChange & { readonly cause: string },
): Promise<Result<ChoiceView>> {
  const { participant, mandate } = reader
  const at = deps.clock()
  const above = mandate === undefined ? [] : await aboveCeiling(tx, reader, { caseId, choice })
  if (above.length > 0) return fail('choice-above-organisation', above)
  if (!(await tx.choices.put(keyOf(reader, caseId), choice, expectedRevision, at))) return fail('precondition-failed')
  await tx.audit.append({
    at: printInstant(at),
    operation: 'alteration',
    act: 'choice-set',
    actor: mandate?.id ?? participant.id,
    ...(caseId === undefined ? {} : { caseId }),
    digest: digestOf(choice),
  })
  if (caseId !== undefined) await askAnew(deps, tx, { caseId, organisation: participant.id, mandate, dueAt: at, cause })
  return ok({ choice, revision: expectedRevision + 1, owner: mandate === undefined ? 'organisation' : 'mandate' })
}

/** Where a practitioner's choice is deeper than the organisation's, overall or for a section. */
async function aboveCeiling(
  tx: Tx,
  { participant }: Reader,
  { caseId, choice }: Pick<ChoiceChange, 'caseId' | 'choice'>,
): Promise<readonly ProblemPlace[]> {
  const organisation = participant.id
  const ofCase = caseId === undefined ? undefined : await tx.choices.get({ organisation, caseId })
  const ceiling = (ofCase ?? (await tx.choices.get({ organisation })))?.choice
  if (ceiling === undefined) return []
  const at = (pointer: string, chosen: Depth, most: Depth): readonly ProblemPlace[] =>
    isDeeper(chosen, most) ? [{ pointer, code: 'above-ceiling', expected: most }] : []
  const most = (section: string): Depth => new Map(Object.entries(ceiling.sections)).get(section) ?? ceiling.depth
  const sections = Object.entries(choice.sections)
  return [
    ...at('/depth', choice.depth, ceiling.depth),
    ...sections.flatMap(([section, chosen]) => at(`/sections/${section}`, chosen, most(section))),
  ]
}

/** Raises the practitioner's depth for the case of a delivery, with a reason and no permission; never above the organisation's choice. */
export async function pullUp(
  deps: Deps,
  reader: Reader,
  request: {
    readonly delivery: DeliveryId
    readonly depth: Depth
    readonly sections?: Readonly<Record<string, Depth>> | undefined
    readonly reason: string
  },
): Promise<Result<Delivery>> {
  const outcome = await deps.store.transaction(async (tx): Promise<Result<Delivery>> => {
    const found = await owned(tx, reader, request.delivery)
    if (!found.ok) return found
    const row = found.value
    if (reader.mandate === undefined) return fail('mandate-unproven')
    const current = await currentChoice(tx, reader, row.caseId)
    const choice = raised(current.choice, request)
    const change = { caseId: row.caseId, choice, expectedRevision: current.revision, cause: 'pull-up' }
    const changed = await put(deps, tx, reader, change)
    if (!changed.ok) return changed
    await tx.audit.append({
      ...aboutOf(row, deps.clock()),
      operation: 'consultation',
      act: 'pulled-up',
      actor: row.mandate,
      justification: digestOf(request.reason),
    })
    return found
  })
  deps.queue.nudge()
  return outcome
}

/** The choice with its depths raised, never lowered, and nothing sealed any more. */
function raised(
  current: Choice,
  { depth, sections = {} }: { readonly depth: Depth; readonly sections?: Readonly<Record<string, Depth>> | undefined },
): Choice {
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

const keyOf = ({ participant, mandate }: Reader, caseId: CaseId | undefined): ChoiceKey => ({
  organisation: participant.id,
  ...(mandate === undefined ? {} : { mandate: mandate.id }),
  ...(caseId === undefined ? {} : { caseId }),
})

const isDeeper = (a: Depth, b: Depth): boolean => DEPTHS.indexOf(a) > DEPTHS.indexOf(b)
