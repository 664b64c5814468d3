/** A member's outgoing message: its canonical JSON signed by the member (JWS) and sealed to the gateway (JWE). */
import { CompactSign } from 'jose'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { MESSAGE_ENVELOPE, MESSAGE_SIGNATURE } from '#gateway/core/jose-headers.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'
import type { HeaderRule } from '#gateway/core/jose-headers.ts'
import { messageFor, sealHybrid } from '#gateway/rooms/hybrid-envelope.ts'
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
  /** The gateway's post-quantum key, where the officers list one: then nothing is sealed without it. */
  readonly hybrid?: HybridSealing | undefined
}

export interface HybridSealing {
  readonly kid: string
  readonly publicKey: string
  /** URI of the gateway. */
  readonly audience: string
}

export interface ToSeal {
  readonly text: string
  readonly rule: HeaderRule
  readonly key: SealingKey
}

/** A JWE, or a post-quantum envelope where the gateway has a key for one. */
export const sealToGateway = ({ text, rule, key }: ToSeal): Promise<string> =>
  key.hybrid === undefined
    ? encryptTo({ text, rule, key })
    : sealHybrid(text, messageFor(rule, key.hybrid.audience), key.hybrid)

/** Compact JWS under that `typ`, ES256. */
export const signCompact = (bytes: Uint8Array, typ: string, { kid, key }: SigningKey): Promise<string> =>
  new CompactSign(bytes).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(key)

/** The envelope to post to /v1/submissions, for that payload as JSON. */
export async function sealMessage(payload: unknown, signKey: SigningKey, brokerKey: SealingKey): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalise(payload))
  const jws = await signCompact(bytes, MESSAGE_SIGNATURE.exact.typ, signKey)
  return sealToGateway({ text: jws, rule: MESSAGE_ENVELOPE, key: brokerKey })
}
