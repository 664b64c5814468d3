/** The assertion by which a mandate proves that it is asking; `prove-mandate.ts` is its other half. */
import { randomUUID } from 'node:crypto'
import type { Instant } from '#policies/language/instant.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { ASSERTION_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import { signCompact } from './sign-message.ts'
import type { SigningKey } from './sign-message.ts'

const LIFE_SECONDS = 120

export interface AssertionClaims {
  readonly mandateId: string
  /** URI of the gateway. */
  readonly audience: string
  readonly at: Instant
}

/** Compact JWS, good for two minutes and one use, under the mandate's key of use `assert`. */
export function makeAssertion({ mandateId, audience, at }: AssertionClaims, key: SigningKey): Promise<string> {
  const iat = toNumericDate(at)
  const claims = { iss: mandateId, sub: mandateId, aud: audience, iat, exp: iat + LIFE_SECONDS, jti: randomUUID() }
  return signCompact(new TextEncoder().encode(canonicalise(claims)), ASSERTION_SIGNATURE.exact.typ, key)
}
