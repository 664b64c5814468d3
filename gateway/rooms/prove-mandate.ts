/** A mandate's own word that it is asking: a short-lived assertion under its own key (RFC 7523 §3, private_key_jwt). */
import { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import type { MandateId } from '#gateway/core/ids.ts'
import { ASSERTION_SIGNATURE, readCompactJws } from '#gateway/core/jose-headers.ts'
import { isInForce, keysInForce } from '#gateway/core/participants.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { fromNumericDate } from '#gateway/core/time.ts'
import type { Clock } from '#gateway/core/time.ts'
import { verifyJws } from './open-envelope.ts'
import type { UsedOnce } from './used-once.ts'

export const MAX_ASSERTION_LIFE_MS = 5 * 60 * 1000
const CLOCK_SKEW_MS = 60 * 1000
const MAX_ASSERTION_CHARACTERS = 4_096

export interface ProveDeps {
  readonly clock: Clock
  readonly broker: { readonly uri: string }
  readonly spentIds: UsedOnce
}

const claimsSchema = z.strictObject({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  iat: z.int().min(0),
  exp: z.int().min(0),
  jti: z.string().regex(UUID_PATTERN),
})
type Claims = z.output<typeof claimsSchema>

const unproven = (code: string): ReturnType<typeof fail> => fail('mandate-unproven', [{ pointer: '/assertion', code }])

/** The mandate, once its assertion holds: iss = sub = its id, aud this gateway, at most five minutes long, used once. Problem `mandate-unproven`. */
export async function proveMandate(deps: ProveDeps, mandate: Mandate, assertion: string): Promise<Result<MandateId>> {
  const now = deps.clock()
  if (!isInForce(mandate, now)) return unproven('mandate-not-in-force')
  const claims = await readClaims(mandate, assertion, now)
  if (!claims.ok) return claims
  const reason = claimsReason(claims.value, mandate, deps.broker.uri) ?? timeReason(claims.value, now)
  if (reason !== undefined) return unproven(reason)
  const until = fromNumericDate(claims.value.exp) + CLOCK_SKEW_MS
  return (await deps.spentIds.spend(mandate.id, claims.value.jti, until, now))
    ? ok(mandate.id)
    : unproven('used-before')
}

async function readClaims(mandate: Mandate, assertion: string, now: Instant): Promise<Result<Claims>> {
  if (assertion.length > MAX_ASSERTION_CHARACTERS) return unproven('too-large')
  const jws = readCompactJws(assertion, ASSERTION_SIGNATURE)
  if (!jws.ok) return unproven(jws.problem.code)
  const key = keysInForce(mandate.keys, 'assert', now).find((entry) => entry.kid === jws.value.kid)
  if (key === undefined) return unproven('key-unknown')
  const verified = await verifyJws(jws.value, key.jwk)
  if (!verified.ok) return unproven('signature-invalid')
  const json = readStrictJson(verified.value, { maxDepth: 2, maxKeys: 16 })
  const claims = claimsSchema.safeParse(json.ok ? json.value : undefined)
  return claims.success ? ok(claims.data) : unproven('claims-malformed')
}

function claimsReason(claims: Claims, mandate: Mandate, audience: string): string | undefined {
  if (claims.iss !== mandate.id || claims.sub !== mandate.id) return 'issuer-mismatch'
  return claims.aud === audience ? undefined : 'audience-wrong'
}

function timeReason(claims: Claims, now: Instant): string | undefined {
  const issuedAt = fromNumericDate(claims.iat)
  const expiresAt = fromNumericDate(claims.exp)
  if (expiresAt <= now) return 'expired'
  if (issuedAt > now + CLOCK_SKEW_MS) return 'issued-in-future'
  return expiresAt - issuedAt > MAX_ASSERTION_LIFE_MS || expiresAt < issuedAt ? 'too-long' : undefined
}
