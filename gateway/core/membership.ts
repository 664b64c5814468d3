/** Whether a member is out, and why: a pure reading of the registry with the keys and revocations of the trust list in it. */
import type { Instant } from '#policies/language/instant.ts'
import type { MandateId, OrganisationId } from './ids.ts'
import { isInForce } from './participants.ts'
import type { Participant, Registry } from './participants.ts'
import { participantFault, participantOf } from './routing.ts'

/** `mandate-unknown`: the registry does not name it any more. Jobs for it are stopped under the same names. */
export const MEMBERSHIP_FAULTS = ['participant-suspended', 'competence-expired', 'mandate-unknown'] as const
export type MembershipFault = (typeof MEMBERSHIP_FAULTS)[number]

/** Why the organisation is out now, or undefined. One whose time has not begun yet is not out: it never was in. */
export function membershipFault(registry: Registry, id: OrganisationId, at: Instant): MembershipFault | undefined {
  const participant = participantOf(registry, id)
  if (participant === undefined) return 'mandate-unknown'
  // Whoever was never in is not out.
  if (participant.joining === true) return undefined
  const fault = participantFault(participant, at)
  if (fault === 'participant-suspended') return fault
  return fault !== undefined && participant.until <= at ? 'competence-expired' : undefined
}

/** Whether it is coming in: no trust list names it yet, and its time has begun. */
export const isJoining = (participant: Participant, at: Instant): boolean =>
  participant.joining === true && isInForce(participant, at)

/** Mandates of the organisation, in force or not. */
export const mandatesOf = ({ mandates }: Registry, id: OrganisationId): readonly MandateId[] =>
  mandates.filter(({ organisation }) => organisation === id).map((mandate) => mandate.id)
