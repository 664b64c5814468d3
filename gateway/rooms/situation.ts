/** What the forward walk needs to know before it asks policy: the route as it stands now, the case, the choices. */
import { factsTogether } from '#gateway/core/case-facts.ts'
import { DEFAULT_CHOICE, UNNARROWED } from '#gateway/core/choice.ts'
import { questionOf } from '#gateway/core/question.ts'
import { covers, edgeFault, isMeasureOver, mandateOf, participantOf } from '#gateway/core/routing.ts'
import type { CasePlace, RouteFault } from '#gateway/core/routing.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate, Participant } from '#gateway/core/participants.ts'
import type { Choices, Route } from '#gateway/core/stages.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Question } from '#policies/language/policy.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { InformationGrant, StoredMessage } from '#gateway/ports/stored.ts'
import type { Deps, PolicyInForce } from './deps.ts'

export interface Standing {
  readonly route: Route
  readonly sender: Participant
  readonly recipient: Participant
}

/** The route of a job as the registry has it now, or why it no longer stands. */
export function standing(
  deps: Pick<Deps, 'registry'>,
  job: { readonly edge: string; readonly mandate: string },
): Standing | RouteFault {
  const registry = deps.registry()
  const edge = registry.edges.find(({ id }) => id === job.edge)
  const mandate = mandateOf(registry, job.mandate)
  const sender = edge === undefined ? undefined : participantOf(registry, edge.from)
  const recipient = mandate === undefined ? undefined : participantOf(registry, mandate.organisation)
  if (edge === undefined || sender === undefined) return 'edge-missing'
  if (mandate === undefined || recipient === undefined) return 'mandate-unknown'
  return { route: { edge, mandate }, sender, recipient }
}

/**
 * Why content may no longer flow, or undefined: mandate and edge in force, the purpose agreed, the case within the mandate. A
 * lapse after submission stops what is queued. A recall asks for none of it: it takes back, and goes to whoever holds a copy.
 */
export async function flowFault(
  read: Tx,
  deps: Pick<Deps, 'registry'>,
  { route }: Standing,
  { message, at }: { readonly message: Message; readonly at: Instant },
): Promise<RouteFault | undefined> {
  if (message.kind === 'Recall') return undefined
  const { edge, mandate } = route
  if (!isInForce(mandate, at)) return 'mandate-ended'
  const fault = edgeFault(deps.registry(), edge, at)
  if (fault !== undefined) return fault
  if (!edge.purposes.includes(message.purpose)) return 'edge-missing'
  const facts = factsTogether(await read.cases.facts(message.caseId))
  if (isMeasureOver(deps.registry(), edge, facts, at)) return 'measure-ended'
  return covers(mandate, await placeOf(read, message.caseId), at) ? undefined : 'mandate-ended'
}

/** Where a case is followed, as stated so far. */
export const placeOf = async (read: Tx, caseId: CaseId): Promise<CasePlace> => ({
  caseId,
  site: factsTogether(await read.cases.facts(caseId)).site,
  assigned: await read.cases.assignments(caseId),
})

/** What this sender granted this recipient of the case; what another holder granted opens nothing here. */
export const grantsOf = async (
  read: Tx,
  { sender, recipient }: Standing,
  caseId: CaseId,
  at: Instant,
): Promise<readonly InformationGrant[]> =>
  (await read.requests.inForce(recipient.id, caseId, at)).filter(({ holder }) => holder === sender.id)

export async function questionFor(
  read: Tx,
  policy: PolicyInForce,
  { stands, stored, at }: { readonly stands: Standing; readonly stored: StoredMessage; readonly at: Instant },
): Promise<Question> {
  const { route, sender, recipient } = stands
  const facts = factsTogether(await read.cases.facts(stored.caseId))
  const grants = await grantsOf(read, stands, stored.caseId, at)
  const groups = await policy.judge.groupsOf(route.mandate.id)
  const { purpose } = stored.message
  return questionOf({ at, sender, recipient, edge: route.edge, mandate: route.mandate, purpose, facts, grants, groups })
}

/** The organisation's choice (or none: it narrows nothing) and the practitioner's (or none: the least depth), as read up to an instant. */
export async function choicesFor(read: Tx, mandate: Mandate, caseId: CaseId, readUntil: Instant): Promise<Choices> {
  const { organisation, id } = mandate
  const own =
    (await read.choices.get({ organisation, mandate: id, caseId })) ??
    (await read.choices.get({ organisation, mandate: id }))
  const theirs = (await read.choices.get({ organisation, caseId })) ?? (await read.choices.get({ organisation }))
  return {
    organisation: theirs?.choice ?? UNNARROWED,
    practitioner: own?.choice ?? DEFAULT_CHOICE,
    meetings: await read.cases.countMeetings(caseId, id),
    lastReadAt: await lastReadAt(read, mandate, caseId, readUntil),
  }
}

async function lastReadAt(read: Tx, { id }: Mandate, caseId: CaseId, until: Instant): Promise<Instant | undefined> {
  const last = await read.deliveries.lastAcknowledgedAt(caseId, id)
  if (last === undefined || last <= until) return last
  const rows = await read.deliveries.ofCase(caseId, id)
  const earlier = rows.flatMap(({ acknowledgedAt: at }) => (at === undefined || at > until ? [] : [at]))
  return earlier.length === 0 ? undefined : Math.max(...earlier)
}
