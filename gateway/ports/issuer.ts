/** Issuer: an authority of members at hand, which renews certificates and admits those whom an officer invited. */
import type { Result } from '#gateway/core/problem.ts'
import type { Instant } from '#policies/language/instant.ts'

export interface RenewalRequest {
  /** Whose certificate TLS verified: the one name that the new one gets. */
  readonly uri: string
  /** PKCS#10, of which only the key is taken; PEM or base64 (RFC 7030 §4.2.1). */
  readonly request: string
  /** Of the certificate presented: the new one stands as long as that one did. */
  readonly serialNumber: string
  readonly at: Instant
}

export interface EnrolmentRequest {
  readonly uri: string
  readonly code: string
  readonly request: string
  readonly at: Instant
}

/** A key that waits for an officer to confirm it. */
export interface Enrolment {
  /** Not guessable: whoever knows it may fetch the certificate. */
  readonly id: string
  /** What the member reads to the officer. */
  readonly fingerprint: string
}

export type EnrolmentState = { readonly kind: 'waiting' } | { readonly kind: 'issued'; readonly chainPem: string }

/** What an organisation asks to have listed, as it was signed. */
export interface KeptKeyRequest {
  readonly uri: string
  readonly request: string
  readonly at: Instant
}

export interface Issuer {
  /** Certs-only PKCS#7 in base64 (RFC 7030 §4.2.3). Problem `certificate-request-refused`. */
  readonly renew: (request: RenewalRequest) => Promise<Result<string>>
  /** The authorities themselves in the same form (RFC 7030 §4.1.3). */
  readonly authorities: () => string
  /** Problems `certificate-request-refused`, and `enrolment-refused` for whatever else is wrong. */
  readonly enrol: (request: EnrolmentRequest) => Promise<Result<Enrolment>>
  /** Problem `not-found`. */
  readonly enrolment: (id: string) => Result<EnrolmentState>
  /** Kept for the officers, in the place of an earlier one of that organisation. */
  readonly keepKeyRequest: (request: KeptKeyRequest) => void
}
