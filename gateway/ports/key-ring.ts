/** KeyRing: signs and opens as the gateway; private keys stay on the far side. Each use has its own key (one key, one use). */
import type { Instant } from '#policies/language/instant.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'

export interface GatewayKey {
  readonly kid: string
  readonly use: 'sign' | 'seal' | 'present'
  readonly jwk: PublicJwk
}

export interface KeyRing {
  /** Public keys of the gateway, for /.well-known/jwks.json. */
  readonly publicKeys: () => readonly GatewayKey[]
  /** Compact JWS (RFC 7515), ES256, with that `typ`, under the gateway's signing key in force. */
  readonly sign: (typ: string, payload: Uint8Array, at: Instant) => Promise<string>
  /** The same under the key of use `present` of that kid, for what members signed to be shown by it; undefined where it is not in force. */
  readonly present: (kid: string, typ: string, payload: Uint8Array, at: Instant) => Promise<string | undefined>
  /** The private opening key of that kid for the verify room, or undefined. */
  readonly openingKey: (kid: string) => Promise<CryptoKey | undefined>
  /** The private key of that kid to open post-quantum envelopes with, or undefined. Absent: it has none, and such envelopes are not looked at. */
  readonly openingHybridKey?: (kid: string) => Promise<CryptoKey | undefined>
  /** What post-quantum envelopes are opened with, by name. */
  readonly hybridKids?: () => readonly string[]
  /** Compact JWS, ML-DSA-65, beside the one of `sign`. Absent: nothing is signed a second time. Rejects where no such key is in force. */
  readonly signSecond?: (typ: string, payload: Uint8Array, at: Instant) => Promise<string>
  /** What it signs a second time with, by name. */
  readonly secondKids?: () => readonly string[]
}
