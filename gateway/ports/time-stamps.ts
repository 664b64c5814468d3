/** TimeStamps: an outside authority (RFC 3161) says when some bytes were there. */
import type { Instant } from '#policies/language/instant.ts'
import type { Result } from '#gateway/core/problem.ts'

export interface TimeStamp {
  /** DER of the token, checked. */
  readonly token: Uint8Array
  readonly at: Instant
}

export interface TimeStamps {
  /** Stamps the bytes. Rejects when no authority answers; problem `timestamp-invalid` for an answer that does not hold. */
  readonly stamp: (content: Uint8Array) => Promise<Result<TimeStamp>>
}
