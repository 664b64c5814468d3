/** What the forward walk needs to know before it asks policy: the route as it stands now, the case, the choices. */
import { factsTogether } from '#gateway/core/case-facts.ts'
import { DEFAULT_CHOICE, UNNARROWED } from '#gateway/core/choice.ts'
import { questionOf } from '#gateway/core/question.ts'
import { covers, edgeFault, mandateOf, participantFault, participantOf } from '#gateway/core/routing.ts'
import type { RouteFault } from '#gateway/core/routing.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate, Participant } from '#gateway/core/participants.ts'
import type { Choices, Route } from '#gateway/core/stages.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Question } from '#policies/language/policy.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import type { StoredMessage, Tx } from '#gateway/ports/store.ts'
import type { Deps, PolicyInForce } from './deps.ts'

export interface Standing {
  readonly route: Route
  readonly sender: Participant
  readonly recipient: Participant
}

/** The route of a job as the registry has it now, or why it no longer stands: a lapse after submission stops what is queued. */
export function standing(
  deps: Deps,
  job: { readonly edge: string; readonly mandate: string },
  at: Instant,
): Standing | RouteFault {
  const registry = deps.registry()
  const edge = registry.edges.find(({ id }) => id === job.edge)
  const mandate = mandateOf(registry, job.mandate)
  const sender = edge === undefined ? undefined : participantOf(registry, edge.from)
  const recipient = mandate === undefined ? undefined : participantOf(registry, mandate.organisation)
  if (edge === undefined || sender === undefined) return 'edge-missing'
  if (mandate === undefined || recipient === undefined) return 'mandate-unknown'
  if (!isInForce(mandate, at)) return 'mandate-ended'
  return participantFault(recipient, at) ?? { route: { edge, mandate }, sender, recipient }
}

/** Whether content may still flow: the edge in force, and the case within the mandate. A recall needs neither. */
export async function flowFault(
  read: Tx,
  deps: Deps,
  { route }: Standing,
  caseId: CaseId,
  at: Instant,
): Promise<RouteFault | undefined> {
  const fault = edgeFault(deps.registry(), route.edge, at)
  if (fault !== undefined) return fault
  const place = {
    caseId,
    site: factsTogether(await read.cases.facts(caseId)).site,
    assigned: await read.cases.assignments(caseId),
  }
  return covers(route.mandate, place, at) ? undefined : 'mandate-ended'
}

export async function questionFor(
  read: Tx,
  policy: PolicyInForce,
  stands: Standing,
  stored: StoredMessage,
  at: Instant,
): Promise<Question> {
  const { route, sender, recipient } = stands
  const facts = factsTogether(await read.cases.facts(stored.caseId))
  const grants = await read.requests.inForce(recipient.id, stored.caseId, at)
  const groups = await policy.judge.groupsOf(route.mandate.id)
  const { purpose } = stored.message
  return questionOf({ at, sender, recipient, edge: route.edge, mandate: route.mandate, purpose, facts, grants, groups })
}

/** The organisation's choice (or none: it narrows nothing) and the practitioner's (or none: the least depth). */
export async function choicesFor(read: Tx, mandate: Mandate, caseId: CaseId): Promise<Choices> {
  const { organisation, id } = mandate
  const own =
    (await read.choices.get({ organisation, mandate: id, caseId })) ??
    (await read.choices.get({ organisation, mandate: id }))
  const theirs = (await read.choices.get({ organisation, caseId })) ?? (await read.choices.get({ organisation }))
  return {
    organisation: theirs?.choice ?? UNNARROWED,
    practitioner: own?.choice ?? DEFAULT_CHOICE,
    meetings: await read.cases.countMeetings(caseId, id),
    lastReadAt: await read.deliveries.lastAcknowledgedAt(caseId, id),
  }
}
