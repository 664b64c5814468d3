/** Side room: how much history an organisation or a practitioner wants, by default and per case; and the pull-up. */
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { DEFAULT_CHOICE, UNNARROWED } from '#gateway/core/choice.ts'
import type { Choice, Depth } from '#gateway/core/choice.ts'
import { DEPTHS } from '#gateway/core/choice.ts'
import type { CaseId, DeliveryId } from '#gateway/core/ids.ts'
import { mayCarry } from '#gateway/core/routing.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { ChoiceKey, Delivery, Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'
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
  const { participant, mandate } = reader
  const at = deps.clock()
  const outcome = await deps.store.transaction(async (tx): Promise<Result<ChoiceView>> => {
    if (mandate !== undefined) {
      const ceiling =
        (await tx.choices.get({ organisation: participant.id, ...(caseId === undefined ? {} : { caseId }) })) ??
        (await tx.choices.get({ organisation: participant.id }))
      if (ceiling !== undefined && isDeeper(choice.depth, ceiling.choice.depth))
        return fail('choice-above-organisation', [
          { pointer: '/depth', code: 'above-ceiling', expected: ceiling.choice.depth },
        ])
    }
    const key = keyOf(reader, caseId)
    if (!(await tx.choices.put(key, choice, expectedRevision, at))) return fail('precondition-failed')
    await tx.audit.append({
      at: printInstant(at),
      operation: 'alteration',
      act: 'choice-set',
      actor: mandate?.id ?? participant.id,
      ...(caseId === undefined ? {} : { caseId }),
      digest: digestOf(choice),
    })
    await askAnew(deps, tx, reader, { caseId, dueAt: at, cause: 'choice' })
    await scheduleReveal(deps, tx, reader, { caseId, choice, at })
    return ok({ choice, revision: expectedRevision + 1, owner: mandate === undefined ? 'organisation' : 'mandate' })
  })
  deps.queue.nudge()
  return outcome
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
  const found = await owned(deps.store.read, reader, request.delivery)
  if (!found.ok) return found
  const row = found.value
  if (reader.mandate === undefined) return fail('mandate-unproven')
  const current = await currentChoice(deps.store.read, reader, row.caseId)
  const choice: Choice = {
    ...withoutReveal(current.choice),
    depth: request.depth,
    sections: { ...current.choice.sections, ...request.sections },
  }
  const changed = await setChoice(deps, reader, { caseId: row.caseId, choice, expectedRevision: current.revision })
  if (!changed.ok) return changed
  const at = deps.clock()
  await deps.store.transaction((tx) =>
    tx.audit.append({
      ...aboutOf(row, at),
      operation: 'consultation',
      act: 'pulled-up',
      actor: row.mandate,
      justification: digestOf(request.reason),
    }),
  )
  return ok(row)
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

const keyOf = ({ participant, mandate }: Reader, caseId: CaseId | undefined): ChoiceKey => ({
  organisation: participant.id,
  ...(mandate === undefined ? {} : { mandate: mandate.id }),
  ...(caseId === undefined ? {} : { caseId }),
})

const isDeeper = (a: Depth, b: Depth): boolean => DEPTHS.indexOf(a) > DEPTHS.indexOf(b)

interface Anew {
  readonly caseId: CaseId | undefined
  readonly dueAt: Instant
  readonly cause: string
}

/** Everything this reader was sent of the case is judged anew; nothing above a choice waits anywhere. A default changes what comes. */
async function askAnew(
  deps: Deps,
  tx: Tx,
  { participant, mandate }: Reader,
  { caseId, dueAt, cause }: Anew,
): Promise<void> {
  if (caseId === undefined) return
  const earlier = await tx.messages.ofCase(caseId)
  const registry = deps.registry()
  const mandates =
    mandate === undefined ? registry.mandates.filter(({ organisation }) => organisation === participant.id) : [mandate]
  const jobs = earlier
    .filter((stored) => 'items' in stored.message && stored.kind !== 'Correction')
    .flatMap((stored) =>
      registry.edges
        .filter((edge) => edge.from === stored.issuer && edge.to === participant.id && mayCarry(edge, stored.kind))
        .flatMap((edge) =>
          mandates.map((entry) => ({
            id: deps.newId(),
            messageId: stored.id,
            caseId,
            edge: edge.id,
            mandate: entry.id,
            dueAt,
            cause,
          })),
        ),
    )
  await tx.outbox.add(jobs)
}

/** A reveal with a date is a job of that date, judged by the policy that is in force then. */
async function scheduleReveal(
  deps: Deps,
  tx: Tx,
  reader: Reader,
  { caseId, choice, at }: { readonly caseId: CaseId | undefined; readonly choice: Choice; readonly at: Instant },
): Promise<void> {
  const until = choice.delayedReveal?.until === undefined ? undefined : parseInstant(choice.delayedReveal.until)
  if (until !== undefined && until > at) await askAnew(deps, tx, reader, { caseId, dueAt: until, cause: 'reveal' })
}
