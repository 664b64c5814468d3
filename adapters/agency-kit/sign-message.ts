/** A member's outgoing message: its canonical JSON signed by the member (JWS) and sealed to the gateway (JWE). */
import { CompactSign } from 'jose'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { MESSAGE_ENVELOPE, MESSAGE_SIGNATURE } from '#gateway/core/jose-headers.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'
import { encryptTo } from '#gateway/rooms/seal.ts'

/** A private key that the member holds, and the thumbprint under which the registry knows its public half. */
export interface SigningKey {
  readonly kid: string
  readonly key: CryptoKey
}

/** The public key to seal for. */
export interface SealingKey {
  readonly kid: string
  readonly jwk: PublicJwk
}

/** Compact JWS under that `typ`, ES256. */
export const signCompact = (bytes: Uint8Array, typ: string, { kid, key }: SigningKey): Promise<string> =>
  new CompactSign(bytes).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(key)

/** The compact JWE to post to /v1/submissions, for that payload as JSON. */
export async function sealMessage(payload: unknown, signKey: SigningKey, brokerKey: SealingKey): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalise(payload))
  const jws = await signCompact(bytes, MESSAGE_SIGNATURE.exact.typ, signKey)
  return encryptTo({ text: jws, rule: MESSAGE_ENVELOPE, key: brokerKey })
}
