/** Room 1: the certificate at the door becomes a participant, or nobody. */
import { isJoining } from '#gateway/core/membership.ts'
import { participantFault } from '#gateway/core/routing.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { PeerCertificate } from '#gateway/ports/trust.ts'
import type { Deps } from './deps.ts'

/** The member whose URI the verified leaf names; refused when unknown, revoked, suspended or out of its time, and while no trust list is in force. */
export function identify(deps: IdentifyDeps, certificate: PeerCertificate | undefined): Result<Participant> {
  const named = nameOf(deps, certificate)
  if (!named.ok) return named
  const fault = participantFault(named.value, deps.clock())
  if (fault === undefined) return named
  return fail(fault === 'participant-suspended' ? 'participant-suspended' : 'competence-expired')
}

/** The same, and also one that is coming in and that no trust list names yet. */
export function identifyJoining(deps: IdentifyDeps, certificate: PeerCertificate | undefined): Result<Participant> {
  const named = nameOf(deps, certificate)
  return named.ok && isJoining(named.value, deps.clock()) ? named : identify(deps, certificate)
}

type IdentifyDeps = Pick<Deps, 'trust' | 'trustLists' | 'registry' | 'clock'>

function nameOf(deps: IdentifyDeps, certificate: PeerCertificate | undefined): Result<Participant> {
  if (certificate === undefined) return fail('certificate-missing')
  const identity = deps.trust.identityOf(certificate)
  if (!identity.ok) return identity
  const listed = deps.trustLists?.inForce()
  if (listed?.ok === false) return listed
  const participant = deps.registry().participants.find(({ uri }) => uri === identity.value)
  return participant === undefined ? fail('certificate-unknown') : ok(participant)
}
