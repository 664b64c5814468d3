/** Room 2: bytes become a payload that its sender is known to have signed, for us, lately. Each check has its own problem. */
import { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { COPIES_ENVELOPE, MESSAGE_ENVELOPE, MESSAGE_SIGNATURE } from '#gateway/core/jose-headers.ts'
import type { Participant, PublicKeyEntry } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { RawSubmission, VerifiedSubmission } from '#gateway/core/stages.ts'
import { fromNumericDate } from '#gateway/core/time.ts'
import { mayVerify } from '#gateway/core/trust-list/may-verify.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import { openFromMember } from './open-from-member.ts'
import { readSigned } from './read-signed.ts'
import { readCopies } from './verify-copies.ts'
import type { SignedTogether, VerifiedCopies } from './verify-copies.ts'

export const EARLIEST_IAT_MS = 24 * 60 * 60 * 1000
export const LATEST_IAT_MS = 60 * 1000

export interface VerifyDeps {
  readonly keyRing: KeyRing
  readonly clock: Clock
  readonly broker: { readonly uri: string }
  readonly maxBytes: number
}

export interface Verified extends VerifiedSubmission {
  /** SHA-256 of the signed payload, or of the message in copies: the same when the same message is signed, copied or sealed again. */
  readonly messageDigest: string
  /** As its sender signed it. */
  readonly signed: string
  readonly copies?: VerifiedCopies
}

/**
 * Size, compact syntax, outer header, decryption, inner header, key of the sender, signature, strict JSON, issuer, audience,
 * key in force when issued, and the window of `iat`; in that order, the first that fails answers. Never says what it read.
 */
export async function verify(deps: VerifyDeps, sender: Participant, raw: RawSubmission): Promise<Result<Verified>> {
  const opened = await openMessage(deps, raw.bytes)
  if (!opened.ok) return opened
  const now = deps.clock()
  const { text, isInCopies } = opened.value
  const signed = isInCopies
    ? await readCopies({ keyRing: deps.keyRing, sender, text, now })
    : await readOne({ sender, text, rule: MESSAGE_SIGNATURE, now })
  if (!signed.ok) return signed
  const { payload, messageDigest, key, copies } = signed.value
  const judged = judgeClaims({ payload, sender, key, audience: deps.broker.uri, now })
  if (!judged.ok) return judged
  const digests = { bytesDigest: sha256Hex(raw.bytes), messageDigest }
  return ok({
    sender,
    payload,
    ...digests,
    kid: key.kid,
    attested: 'originator',
    signed: text,
    ...(copies === undefined ? {} : { copies }),
  })
}

interface Opened {
  readonly text: string
  readonly isInCopies: boolean
}

/** The JWS inside the envelope, still unverified. */
async function openMessage(deps: VerifyDeps, bytes: Uint8Array): Promise<Result<Opened>> {
  if (bytes.byteLength > deps.maxBytes) return fail('message-too-large')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const opened = await openFromMember(deps, text, [MESSAGE_ENVELOPE, COPIES_ENVELOPE])
  if (!opened.ok) return opened
  return ok({ text: opened.value.text, isInCopies: opened.value.rule === COPIES_ENVELOPE })
}

/** A message that is signed as it is. */
async function readOne(
  toRead: Parameters<typeof readSigned>[0],
): Promise<Result<Omit<SignedTogether, 'copies'> & { readonly copies?: undefined }>> {
  const signed = await readSigned(toRead)
  return signed.ok ? ok({ ...signed.value, messageDigest: sha256Hex(signed.value.bytes) }) : signed
}

/** The room's part of the envelope; the next room reads all of it. */
const claimsSchema = z.looseObject({ iss: z.string(), aud: z.string(), iat: z.int().min(0) })
interface Judging {
  readonly payload: unknown
  readonly sender: Participant
  readonly key: PublicKeyEntry
  readonly audience: string
  readonly now: Instant
}

/** Problems: `message-malformed`, `issuer-mismatch`, `audience-wrong`, `submission-early`, `key-unknown`, `submission-stale`. */
export function judgeClaims({ payload, sender, key, audience, now }: Judging): Result<undefined> {
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
