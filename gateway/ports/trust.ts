/** Trust: who stands behind a TLS connection whose chain OpenSSL has verified, or why nobody does. */
import type { Result } from '#gateway/core/problem.ts'
import type { VerifiedTrustList } from '#gateway/core/trust-list/verify.ts'

export interface PeerCertificate {
  /** DER of the leaf, as TLS verified it. */
  readonly raw: Uint8Array
  readonly serialNumber: string
}

export interface Trust {
  /** The one SAN URI of the leaf (D6), read from DER; refused when revoked, or with none or several. */
  readonly identityOf: (certificate: PeerCertificate) => Result<string>
  readonly isRevoked: (serialNumber: string) => boolean
  /** The lists by which that is known, PEM, one after the other. */
  readonly revocationLists: () => string
}

/** The signed list of everybody's keys (gateway/core/trust-list). */
export interface TrustLists {
  /** The one in force now; problems `trust-list-missing`, `trust-list-expired`. */
  readonly inForce: () => Result<VerifiedTrustList>
}
