/** Side room: a member renews its certificate, or comes in for the first time with a code that an officer gave it. */
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { isJoining } from '#gateway/core/membership.ts'
import { participantFault } from '#gateway/core/routing.ts'
import type { Participant } from '#gateway/core/participants.ts'
import { joinRequestIn } from '#gateway/core/trust-list/join-request.ts'
import type { SignedJoinRequest } from '#gateway/core/trust-list/join-request.ts'
import type { Enrolment, EnrolmentState } from '#gateway/ports/issuer.ts'
import type { PeerCertificate } from '#gateway/ports/trust.ts'
import type { Deps } from './deps.ts'

/** Certs-only PKCS#7 in base64 for the member that the certificate names, whatever the request says. Problems `certificate-request-refused`, `renewal-unavailable`. */
export async function renewCertificate(
  deps: Pick<Deps, 'issuer' | 'clock'>,
  { uri }: Pick<Participant, 'uri'>,
  { request, peer }: { readonly request: string; readonly peer: PeerCertificate | undefined },
): Promise<Result<string>> {
  if (deps.issuer === undefined || peer === undefined) return fail('renewal-unavailable')
  return deps.issuer.renew({ uri, request, serialNumber: peer.serialNumber, at: deps.clock() })
}

/** The authorities of the network, certs-only PKCS#7 in base64. Problem `renewal-unavailable`. */
export const readAuthorities = ({ issuer }: Pick<Deps, 'issuer'>): Result<string> =>
  issuer === undefined ? fail('renewal-unavailable') : { ok: true, value: issuer.authorities() }

/** Hands a key in with a code, also while no trust list names the organisation yet. One that the registry does not know, or has suspended, is refused like a wrong code. */
export async function enrol(
  deps: Pick<Deps, 'issuer' | 'clock' | 'registry'>,
  asked: { readonly organisation: string; readonly code: string; readonly request: string },
): Promise<Result<Enrolment>> {
  if (deps.issuer === undefined) return fail('renewal-unavailable')
  const at = deps.clock()
  const participant = deps.registry().participants.find(({ id }) => id === asked.organisation)
  if (participant === undefined || !(isJoining(participant, at) || participantFault(participant, at) === undefined))
    return fail('enrolment-refused')
  return deps.issuer.enrol({ uri: participant.uri, code: asked.code, request: asked.request, at })
}

/** Whether the officer has confirmed, and then the certificate. Problems `not-found`, `renewal-unavailable`. */
export const readEnrolment = ({ issuer }: Pick<Deps, 'issuer'>, id: string): Result<EnrolmentState> =>
  issuer === undefined ? fail('renewal-unavailable') : issuer.enrolment(id)

/**
 * Keeps for the officers what a member asks to have listed. It is signed for them, and here no more than passed on: who asks is who the
 * certificate names. Problems `key-request-refused`, `renewal-unavailable`.
 */
export function keepKeyRequest(
  { issuer, clock }: Pick<Deps, 'issuer' | 'clock'>,
  { id, uri }: Pick<Participant, 'id' | 'uri'>,
  request: SignedJoinRequest,
): Result<undefined> {
  if (issuer === undefined) return fail('renewal-unavailable')
  if (joinRequestIn(request)?.organisation !== id) return fail('key-request-refused')
  issuer.keepKeyRequest({ uri, request: JSON.stringify(request), at: clock() })
  return ok(undefined)
}
