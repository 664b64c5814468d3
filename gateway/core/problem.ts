/** Every problem the gateway can answer with, in one table, and Result, which carries one as a value (RFC 9457). */

interface ProblemRow {
  readonly status: number
  readonly title: string
  readonly retryable?: true
}

/** One row a problem: HTTP status and title. `docs/problems.md` has a heading for each; a test holds the two together. */
export const PROBLEMS = {
  'certificate-missing': { status: 401, title: 'A client certificate is required' },
  'certificate-unknown': { status: 403, title: 'The certificate names no member of this network' },
  'certificate-revoked': { status: 403, title: 'The certificate has been revoked' },
  'certificate-expired': { status: 403, title: 'The certificate is not valid at this time' },
  'key-request-refused': { status: 400, title: 'The request to list keys is not one that is kept' },
  'certificate-request-refused': { status: 400, title: 'The certificate request is not one that is answered' },
  'renewal-unavailable': { status: 503, title: 'This gateway issues no certificates', retryable: true },
  'enrolment-refused': { status: 403, title: 'The code does not admit this organisation' },
  'participant-suspended': { status: 403, title: 'This member is suspended' },
  'competence-expired': { status: 403, title: 'The competence of this member has ended' },
  'request-from-elsewhere': { status: 403, title: 'The request was begun by another site' },
  'proof-refused': { status: 403, title: 'The passkey did not prove this' },
  'account-closed': { status: 403, title: 'This account opens nothing any more' },
  'sign-in-refused': { status: 403, title: 'The sign-in was refused' },
  'issuer-unavailable': { status: 503, title: 'Your organisation’s sign-in does not answer', retryable: true },
  'mandate-unproven': { status: 401, title: 'The mandate must be proven by a signed assertion' },
  'mandate-unknown': { status: 404, title: 'No such mandate' },
  'not-competent': { status: 403, title: 'This member may not state that' },
  'message-too-large': { status: 413, title: 'The message is larger than this gateway takes' },
  'media-type-unsupported': { status: 415, title: 'The content type is not one this resource takes' },
  'envelope-malformed': { status: 400, title: 'The encrypted envelope cannot be read' },
  'header-refused': { status: 400, title: 'A header of the message is not allowed' },
  'decryption-failed': { status: 400, title: 'The message cannot be decrypted by this gateway' },
  'issuer-mismatch': { status: 403, title: 'The issuer of the message is not the member that sent it' },
  'key-unknown': { status: 422, title: 'The signing key is not one of the issuer in force' },
  'signature-invalid': { status: 422, title: 'The signature does not match the content' },
  'second-signature-missing': { status: 422, title: 'This network asks for a second, post-quantum signature' },
  'second-signature-invalid': { status: 422, title: 'The post-quantum signature does not hold' },
  'json-refused': { status: 400, title: 'The JSON is not strict' },
  'audience-wrong': { status: 422, title: 'The message is not addressed to this gateway' },
  'submission-stale': { status: 422, title: 'The message is older than this gateway takes' },
  'submission-early': { status: 422, title: 'The message is dated in the future' },
  'submission-repeated': { status: 409, title: 'This message id was used before with other content' },
  'disclosure-refused': { status: 422, title: 'The disclosures do not fit what was signed' },
  'key-binding-invalid': { status: 422, title: 'The key binding is not for this presentation' },
  'presentation-refused': { status: 422, title: 'The presentation shows more or other than it says' },
  'copies-missing': { status: 422, title: 'A message that holds items was not signed in copies' },
  'copies-differ': { status: 422, title: 'The copies of the message do not say the same' },
  'ladder-contradicted': { status: 422, title: 'A generalised value contradicts the exact one' },
  'case-stale': { status: 409, title: 'The case has moved on since this version' },
  'idempotency-key-missing': { status: 400, title: 'An Idempotency-Key header with a UUID is required' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used before with another body' },
  'dialect-unknown': { status: 422, title: 'No reader for this dialect' },
  'dialect-refused': { status: 422, title: 'The record does not fit its dialect' },
  'message-malformed': { status: 422, title: 'The message does not fit its schema' },
  'message-not-carried': { status: 422, title: 'This kind of message is not yet carried' },
  'message-out-of-turn': { status: 409, title: 'This message does not follow from what went before' },
  'classification-too-high': { status: 422, title: 'The classification is above what this gateway may carry' },
  'basis-invalid': { status: 422, title: 'The legal basis is unknown or not valid at this time' },
  'edge-missing': { status: 403, title: 'No agreed flow lets this member send this' },
  'choice-malformed': { status: 422, title: 'The choice does not fit its schema' },
  'choice-above-organisation': { status: 422, title: "The choice is deeper than the organisation's ceiling" },
  'precondition-failed': { status: 412, title: 'The resource has changed since it was read' },
  'precondition-required': { status: 428, title: 'An If-Match header is required' },
  'request-malformed': { status: 400, title: 'The request does not fit its schema' },
  'not-found': { status: 404, title: 'Nothing here that you may see' },
  'method-not-allowed': { status: 405, title: 'The resource does not take this method' },
  'delivery-withdrawn': { status: 410, title: 'The delivery was withdrawn' },
  'header-too-large': { status: 431, title: 'The request headers are larger than this gateway takes' },
  'too-many-requests': { status: 429, title: 'Too many requests', retryable: true },
  'request-timeout': { status: 408, title: 'The request took too long to arrive', retryable: true },
  'recipient-key-missing': { status: 503, title: 'No key in force to seal for the recipient', retryable: true },
  'recipient-hybrid-key-missing': {
    status: 503,
    title: 'The recipient has no post-quantum key in force to seal for',
    retryable: true,
  },
  'policy-unavailable': {
    status: 503,
    title: 'No policy is in force, or two officers have still to adopt it',
    retryable: true,
  },
  'revocation-list-expired': { status: 503, title: 'A revocation list has run out or is missing', retryable: true },
  'gateway-certificate-expired': { status: 503, title: 'The certificate of this gateway has run out', retryable: true },
  'clock-unreliable': { status: 503, title: 'The clock of this gateway went backwards', retryable: true },
  'gateway-stopping': { status: 503, title: 'This gateway is about to stop', retryable: true },
  'store-unavailable': { status: 503, title: 'The store does not answer', retryable: true },
  'log-unwritable': { status: 503, title: 'The log cannot be written', retryable: true },
  'receipt-missing': { status: 422, title: 'The delivery came without its receipt' },
  'receipt-malformed': { status: 422, title: 'The receipt or log file cannot be read' },
  'checkpoint-unsigned': { status: 422, title: 'The log did not sign this checkpoint' },
  'checkpoint-unwitnessed': { status: 422, title: 'Too few witnesses cosigned the checkpoint' },
  'receipt-of-another': { status: 422, title: 'The receipt is not of this entry' },
  'evidence-mismatch': { status: 422, title: 'The entry of the log is not about this delivery' },
  'delivery-contradicted': { status: 409, title: 'Two deliveries say two things of what is one' },
  'log-rolled-back': { status: 409, title: 'The log is shorter than it has been' },
  'log-forked': { status: 409, title: 'The log does not continue the one that was cosigned' },
  'cosignature-invalid': { status: 422, title: 'The cosignature is not of this checkpoint by a known witness' },
  'witnesses-silent': { status: 503, title: 'The log waits for its witnesses', retryable: true },
  'timestamp-overdue': { status: 503, title: 'The log has not been time-stamped for too long', retryable: true },
  'timestamp-invalid': { status: 422, title: 'The time-stamp is not of this checkpoint by a known authority' },
  'trust-list-missing': { status: 503, title: 'The gateway has no trust list', retryable: true },
  'trust-list-expired': { status: 503, title: 'The trust list has expired', retryable: true },
  'trust-list-malformed': { status: 422, title: 'The trust list does not fit its schema' },
  'trust-list-foreign': { status: 422, title: 'The trust list is of another network' },
  'trust-list-unsigned': { status: 422, title: 'Too few officers signed the trust list' },
  'trust-list-signer-repeated': { status: 422, title: 'An officer signed the trust list twice' },
  'trust-list-rolled-back': { status: 409, title: 'The trust list is older than one already seen' },
  'trust-list-forked': { status: 409, title: 'The trust list does not follow the one before' },
  'trust-list-early': { status: 422, title: 'The trust list is dated in the future' },
  'trust-list-officers-lost': { status: 422, title: 'The trust list leaves too few officers' },
  'trust-list-witnesses-lost': { status: 422, title: 'The trust list leaves too few witnesses' },
  'trust-list-kid-repeated': { status: 422, title: 'Two keys of the trust list have one kid' },
  'trust-list-kid-wrong': { status: 422, title: 'A kid of the trust list is not the thumbprint of its key' },
  'trust-list-disagrees': { status: 409, title: 'The trust list and the registry disagree' },
  'internal-fault': { status: 500, title: 'A fault of this gateway', retryable: true },
} as const satisfies Readonly<Record<string, ProblemRow>>

export type ProblemCode = keyof typeof PROBLEMS

/** Where a value went wrong and what kind was expected; never a value. */
export interface ProblemPlace {
  readonly pointer: string
  readonly code: string
  readonly expected?: string
}

export interface Problem {
  readonly code: ProblemCode
  readonly errors?: readonly ProblemPlace[]
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }

export const ok = <T>(value: T): Result<T> => ({ ok: true, value })

/** A refusal. Places hold pointers and codes only, so that a problem can be logged and sent as it is. */
export const fail = (
  code: ProblemCode,
  errors?: readonly ProblemPlace[],
): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem: errors === undefined ? { code } : { code, errors },
})

/** True where trying again later may help. */
export const isRetryable = (code: ProblemCode): boolean => (PROBLEMS[code] as ProblemRow).retryable === true

/** For the end of a switch over a union; reached only by a mistake of ours. */
export const unreachable = (value: never): never => {
  throw new Error('unreachable alternative', { cause: value })
}
