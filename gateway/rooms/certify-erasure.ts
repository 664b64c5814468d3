/** Side room: the certificate that a case was erased, for its operator and for whoever held something of it. */
import type { Instant } from '#policies/language/instant.ts'
import { CERTIFICATE_TYPE, claimOf } from '#gateway/core/erasure-claim.ts'
import type { ErasureClaim } from '#gateway/core/erasure-claim.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import type { Erasure } from '#gateway/ports/vault.ts'

export interface ErasureCertificate {
  readonly claim: ErasureClaim
  /** Compact JWS of the claim under the gateway's signing key in force. */
  readonly certificate: string
}

export async function certifyErasure(
  keyRing: Pick<KeyRing, 'sign'>,
  erasure: Erasure,
  said: { readonly issuer: string; readonly at: Instant },
): Promise<ErasureCertificate> {
  const claim = claimOf(erasure, said)
  const payload = new TextEncoder().encode(JSON.stringify(claim))
  return { claim, certificate: await keyRing.sign(CERTIFICATE_TYPE, payload, said.at) }
}
