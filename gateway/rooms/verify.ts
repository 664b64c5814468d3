/** Room 2: bytes become a payload that its sender is known to have signed, for us, lately. Each check has its own problem. */
import { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { MESSAGE_ENVELOPE, MESSAGE_SIGNATURE, readCompactJwe, readCompactJws } from '#gateway/core/jose-headers.ts'
import type { Participant, PublicKeyEntry } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { RawSubmission, VerifiedSubmission } from '#gateway/core/stages.ts'
import { fromNumericDate } from '#gateway/core/time.ts'
import { mayVerify } from '#gateway/core/trust-list/may-verify.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import { openJwe, verifyJws } from './open-envelope.ts'

export const EARLIEST_IAT_MS = 24 * 60 * 60 * 1000
export const LATEST_IAT_MS = 60 * 1000
const MAX_PAYLOAD_KEYS = 500_000

export interface VerifyDeps {
  readonly keyRing: KeyRing
  readonly clock: Clock
  readonly broker: { readonly uri: string }
  readonly maxBytes: number
}

export interface Verified extends VerifiedSubmission {
  /** SHA-256 of the signed payload: the same when the same message is signed or sealed again. */
  readonly messageDigest: string
  /** As its sender signed it. */
  readonly signed: string
}

/**
 * Size, compact syntax, outer header, decryption, inner header, key of the sender, signature, strict JSON, issuer, audience,
 * key in force when issued, and the window of `iat`; in that order, the first that fails answers. Never says what it read.
 */
export async function verify(deps: VerifyDeps, sender: Participant, raw: RawSubmission): Promise<Result<Verified>> {
  const opened = await openMessage(deps, raw.bytes)
  if (!opened.ok) return opened
  const now = deps.clock()
  const signed = await readSigned(sender, opened.value, now)
  if (!signed.ok) return signed
  const { payload, bytes, key } = signed.value
  const judged = judgeClaims({ payload, sender, key, audience: deps.broker.uri, now })
  if (!judged.ok) return judged
  const digests = { bytesDigest: sha256Hex(raw.bytes), messageDigest: sha256Hex(bytes) }
  return ok({ sender, payload, ...digests, kid: key.kid, attested: 'originator', signed: opened.value })
}

/** The JWS inside the JWE, still unverified. */
async function openMessage(deps: VerifyDeps, bytes: Uint8Array): Promise<Result<string>> {
  if (bytes.byteLength > deps.maxBytes) return fail('message-too-large')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const jwe = readCompactJwe(text, MESSAGE_ENVELOPE)
  if (!jwe.ok) return jwe
  const key = await deps.keyRing.openingKey(jwe.value.kid)
  return key === undefined ? fail('decryption-failed') : openJwe(jwe.value, key)
}

interface Signed {
  readonly payload: unknown
  readonly bytes: Uint8Array
  readonly key: PublicKeyEntry
}

/** Only a signing key of the sender itself can verify, whoever else's key a kid names (confused deputy). */
async function readSigned(sender: Participant, text: string, now: Instant): Promise<Result<Signed>> {
  const jws = readCompactJws(text, MESSAGE_SIGNATURE)
  if (!jws.ok) return jws
  const key = sender.keys.find((entry) => entry.kid === jws.value.kid && entry.use === 'sign')
  if (key === undefined || isRevoked(key, now)) return fail('key-unknown')
  const verified = await verifyJws(jws.value, key.jwk)
  if (!verified.ok) return verified
  const json = readStrictJson(verified.value, { maxKeys: MAX_PAYLOAD_KEYS })
  if (!json.ok) return fail('json-refused', [{ pointer: '', code: json.reason.replaceAll(' ', '-') }])
  return ok({ payload: json.value, bytes: verified.value, key })
}

/** A revoked key counts for nothing that arrives afterwards, whatever date the message bears. */
const isRevoked = (key: PublicKeyEntry, now: Instant): boolean => key.revokedAt !== undefined && key.revokedAt <= now

/** The room's part of the envelope; the next room reads all of it. */
const claimsSchema = z.looseObject({ iss: z.string(), aud: z.string(), iat: z.int().min(0) })
interface Judging {
  readonly payload: unknown
  readonly sender: Participant
  readonly key: PublicKeyEntry
  readonly audience: string
  readonly now: Instant
}

function judgeClaims({ payload, sender, key, audience, now }: Judging): Result<undefined> {
  const claims = claimsSchema.safeParse(payload).data
  if (claims === undefined)
    return fail('message-malformed', [{ pointer: '', code: 'claims-missing', expected: 'iss, aud, iat' }])
  if (claims.iss !== sender.uri) return fail('issuer-mismatch')
  if (claims.aud !== audience) return fail('audience-wrong')
  const issuedAt = fromNumericDate(claims.iat)
  if (issuedAt > now + LATEST_IAT_MS) return fail('submission-early')
  if (!mayVerify(key, issuedAt, now)) return fail('key-unknown')
  return issuedAt < now - EARLIEST_IAT_MS ? fail('submission-stale') : ok(undefined)
}
