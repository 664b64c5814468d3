/** Which edges and mandates are to be asked about. Policy says what passes; these say only who may be asked for. */
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, OrganisationId } from './ids.ts'
import type { CaseFacts } from './message.ts'
import type { MessageKind } from './message-kinds.ts'
import { isInForce } from './participants.ts'
import type { Edge, Mandate, Participant, Registry } from './participants.ts'
import type { Route } from './stages.ts'

/** Why an edge or its ends no longer carry anything; the sender and the operator see it. */
export type RouteFault =
  | 'edge-ended'
  | 'edge-missing'
  | 'mandate-ended'
  | 'mandate-unknown'
  | 'participant-suspended'
  | 'competence-expired'
  | 'agreement-ended'
  | 'regime-switch-unauthorised'
  | 'basis-invalid'
  | 'measure-ended'

export interface RouteRequest {
  readonly registry: Registry
  readonly from: OrganisationId
  readonly kind: MessageKind
  readonly purpose: string
  readonly at: Instant
  /** Only these organisations; absent: all. */
  readonly to?: readonly OrganisationId[] | undefined
}

/** Agreed edges that carry this kind for this purpose now, in the order of the registry. */
export const edgesFor = ({ registry, from, kind, purpose, at, to }: RouteRequest): readonly Edge[] =>
  registry.edges.filter(
    (edge) =>
      edge.from === from &&
      edge.kinds.includes(kind) &&
      edge.purposes.includes(purpose) &&
      (to === undefined || to.includes(edge.to)) &&
      edgeFault(registry, edge, at) === undefined,
  )

/** A message as far as an edge cares: its kind, and whom its sender addressed (undefined: every edge of the kind). */
export interface Carried {
  readonly kind: MessageKind
  readonly addressees: readonly OrganisationId[] | undefined
}

/** True where the agreed flow takes the whole message: its kind, and addressed to the other end. */
export const carriesWhole = (edge: Edge, { kind, addressees }: Carried): boolean =>
  edge.kinds.includes(kind) && (addressees === undefined || addressees.includes(edge.to))

/** True where the edge takes answers to requests: then a granted request opens its sections of what was sent elsewhere before. */
export const carriesGrants = (edge: Edge): boolean => edge.kinds.includes('InformationResponse')

/** What is wrong with an edge now, or undefined: time, agreement, members at both ends, LED Art. 9(2) where the regime changes. */
export function edgeFault(registry: Registry, edge: Edge, at: Instant): RouteFault | undefined {
  if (at < edge.validFrom || at >= edge.validUntil) return 'edge-ended'
  const sender = participantOf(registry, edge.from)
  const recipient = participantOf(registry, edge.to)
  if (sender === undefined || recipient === undefined) return 'edge-missing'
  const fault = participantFault(recipient, at) ?? participantFault(sender, at)
  if (fault !== undefined) return fault
  if (edge.agreement !== undefined && !isInForce(edge.agreement, at)) return 'agreement-ended'
  return changesRegime(registry, edge) && (edge.art9 === undefined || !isInForce(edge.art9, at))
    ? 'regime-switch-unauthorised'
    : undefined
}

/**
 * True where the edge leaves the Directive for an association and every measure that was stated of the case is over: it was
 * authorised for as long as the measure ran (CPP 706-25-16). A measure yet to begin is being prepared, and nothing stated is no end.
 */
export function isMeasureOver(registry: Registry, edge: Edge, { measures = [] }: CaseFacts, at: Instant): boolean {
  const isOver = ({ until }: (typeof measures)[number]): boolean =>
    until !== undefined && (parseInstant(until) ?? Number.NEGATIVE_INFINITY) <= at
  return changesRegime(registry, edge) && measures.length > 0 && measures.every(isOver)
}

const changesRegime = ({ participants }: Registry, edge: Edge): boolean => {
  const regimeOf = (id: string): string | undefined => participants.find((member) => member.id === id)?.regime
  return regimeOf(edge.from) === 'LED' && (edge.regime === 'GDPR' || regimeOf(edge.to) === 'GDPR')
}

/** Suspended or out of its time, or undefined. */
export function participantFault(participant: Participant, at: Instant): RouteFault | undefined {
  if (participant.suspendedAt !== undefined && participant.suspendedAt <= at) return 'participant-suspended'
  return isInForce(participant, at) ? undefined : 'competence-expired'
}

export interface CasePlace {
  readonly caseId: CaseId
  readonly site: string | undefined
  /** Mandates that were opened for this case by name, with their time. */
  readonly assigned: readonly { readonly mandate: string; readonly from: Instant; readonly until?: Instant }[]
}

/** Mandates at the end of an edge that the case falls to: by site, by name, or by assignment. */
export const mandatesFor = (registry: Registry, edge: Edge, place: CasePlace, at: Instant): readonly Mandate[] =>
  registry.mandates.filter(
    (mandate) => mandate.organisation === edge.to && isInForce(mandate, at) && covers(mandate, place, at),
  )

/** True where the case is within the scope of the mandate. */
export function covers(mandate: Mandate, place: CasePlace, at: Instant): boolean {
  const isAssigned = place.assigned.some(
    ({ mandate: id, from, until }) => id === mandate.id && from <= at && (until === undefined || at < until),
  )
  if (isAssigned) return true
  if (mandate.cases !== undefined) return mandate.cases.includes(place.caseId)
  return mandate.sites === undefined || (place.site !== undefined && mandate.sites.includes(place.site))
}

/** Edge × mandate for each edge. */
export const routesOf = (registry: Registry, edges: readonly Edge[], place: CasePlace, at: Instant): readonly Route[] =>
  edges.flatMap((edge) => mandatesFor(registry, edge, place, at).map((mandate) => ({ edge, mandate })))

export const participantOf = (registry: Registry, id: string): Participant | undefined =>
  registry.participants.find((participant) => participant.id === id)

export const mandateOf = (registry: Registry, id: string): Mandate | undefined =>
  registry.mandates.find((mandate) => mandate.id === id)
