/** Room 1: the certificate at the door becomes a participant, or nobody. */
import { participantFault } from '#gateway/core/routing.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { PeerCertificate } from '#gateway/ports/trust.ts'
import type { Deps } from './deps.ts'

/** The member whose URI the verified leaf names; refused when unknown, revoked, suspended or out of its time, and while no trust list is in force. */
export function identify(
  deps: Pick<Deps, 'trust' | 'trustLists' | 'registry' | 'clock'>,
  certificate: PeerCertificate | undefined,
): Result<Participant> {
  if (certificate === undefined) return fail('certificate-missing')
  const identity = deps.trust.identityOf(certificate)
  if (!identity.ok) return identity
  const listed = deps.trustLists?.inForce()
  if (listed?.ok === false) return listed
  const participant = deps.registry().participants.find(({ uri }) => uri === identity.value)
  if (participant === undefined) return fail('certificate-unknown')
  const fault = participantFault(participant, deps.clock())
  if (fault === undefined) return ok(participant)
  return fail(fault === 'participant-suspended' ? 'participant-suspended' : 'competence-expired')
}
