/** Side room: how much history an organisation or a practitioner wants, by default and per case. */
import { printInstant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { DEFAULT_CHOICE, isDeeper, UNNARROWED } from '#gateway/core/choice.ts'
import type { Choice, Depth } from '#gateway/core/choice.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemPlace, Result } from '#gateway/core/problem.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { ChoiceKey } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'
import { askAnew } from './ask-anew.ts'
import { actorOf } from './own-delivery.ts'
import type { Reader } from './own-delivery.ts'

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
  const outcome = await deps.store.transaction((tx) => putChoice(deps, tx, reader, change))
  deps.queue.nudge()
  return outcome
}

/** A new default changes what comes; a choice for a case has all of it judged anew, so that nothing above a choice waits anywhere. */
export async function putChoice(
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
    ...actorOf(reader, mandate?.id ?? participant.id),
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

export const keyOf = ({ participant, mandate }: Reader, caseId: CaseId | undefined): ChoiceKey => ({
  organisation: participant.id,
  ...(mandate === undefined ? {} : { mandate: mandate.id }),
  ...(caseId === undefined ? {} : { caseId }),
})
