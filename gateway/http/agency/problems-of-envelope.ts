/** What may be wrong with an envelope, whatever a member says in it. */
import type { ProblemCode } from '#gateway/core/problem.ts'

/** Each operation that takes one names these, and then what may be wrong with its content. */
export const PROBLEMS_OF_ENVELOPE = [
  'message-too-large',
  'media-type-unsupported',
  'idempotency-key-missing',
  'idempotency-key-reused',
  'envelope-malformed',
  'header-refused',
  'decryption-failed',
  'issuer-mismatch',
  'key-unknown',
  'signature-invalid',
  'json-refused',
  'audience-wrong',
  'submission-stale',
  'submission-early',
  'submission-repeated',
] as const satisfies readonly ProblemCode[]
