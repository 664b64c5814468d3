/** A compact JWS of a sender, verified with a key of that sender alone, and read as strict JSON. */
import { readStrictJson } from '#policies/language/strict-json.ts'
import type { Instant } from '#policies/language/instant.ts'
import { readCompactJws } from '#gateway/core/jose-headers.ts'
import type { HeaderRule } from '#gateway/core/jose-headers.ts'
import type { Participant, PublicKeyEntry } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { verifyJws } from './open-envelope.ts'

export const MAX_PAYLOAD_KEYS = 500_000

export interface Signed {
  readonly payload: unknown
  readonly bytes: Uint8Array
  readonly key: PublicKeyEntry
}

export interface ToRead {
  readonly sender: Participant
  readonly text: string
  readonly rule: HeaderRule
  readonly now: Instant
}

/** Only a signing key of the sender itself can verify, whoever else's key a kid names (confused deputy). */
export async function readSigned({ sender, text, rule, now }: ToRead): Promise<Result<Signed>> {
  const jws = readCompactJws(text, rule)
  if (!jws.ok) return jws
  const key = sender.keys.find((entry) => entry.kid === jws.value.kid && entry.use === 'sign')
  if (key === undefined || isRevoked(key, now)) return fail('key-unknown')
  const verified = await verifyJws(jws.value, key.jwk)
  if (!verified.ok) return verified
  const json = readJson(verified.value)
  return json.ok ? ok({ payload: json.value, bytes: verified.value, key }) : json
}

/** Problem `json-refused`, with the reason. */
export function readJson(bytes: string | Uint8Array): Result<unknown> {
  const json = readStrictJson(bytes, { maxKeys: MAX_PAYLOAD_KEYS })
  return json.ok ? ok(json.value) : fail('json-refused', [{ pointer: '', code: json.reason.replaceAll(' ', '-') }])
}

/** A revoked key counts for nothing that arrives afterwards, whatever date the message bears. */
const isRevoked = (key: PublicKeyEntry, now: Instant): boolean => key.revokedAt !== undefined && key.revokedAt <= now
