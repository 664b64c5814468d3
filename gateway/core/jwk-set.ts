/** The gateway's public keys as a JWK Set (RFC 7517 §5), for /.well-known/jwks.json, and the strict way to read one. */
import { readPublicJwk } from './jose-headers.ts'
import type { PublicJwk } from './participants.ts'
import { fail, ok } from './problem.ts'
import type { Result } from './problem.ts'

/** A use of our own (RFC 7517 §4.2) for the key that is bound into what members sign. */
const USES = {
  sign: { use: 'sig', alg: 'ES256' },
  seal: { use: 'enc', alg: 'ECDH-ES+A256KW' },
  present: { use: 'present', alg: 'ES256' },
} as const

/** The shape of `GatewayKey` of the KeyRing port. */
export interface SetKey {
  readonly kid: string
  readonly use: keyof typeof USES
  readonly jwk: PublicJwk
}

export interface JwkSet {
  readonly keys: readonly Readonly<Record<string, string>>[]
}

export const toJwkSet = (keys: readonly SetKey[]): JwkSet => ({
  keys: keys.map((key) => ({ ...key.jwk, kid: key.kid, ...USES[key.use] })),
})

/** Keys of a set as another read it from the gateway. Two keys with one kid, or any key not of ours, refuse the whole set: `key-unknown`. */
export function readJwkSet(value: unknown): Result<readonly SetKey[]> {
  if (!isRecord(value) || !Array.isArray(value['keys']))
    return fail('key-unknown', [{ pointer: '/keys', code: 'not-a-list' }])
  const read = value['keys'].map(readKey)
  const keys = read.filter((key) => key !== undefined)
  if (keys.length < read.length) return fail('key-unknown', [{ pointer: '/keys', code: 'key-not-allowed' }])
  const isUnique = new Set(keys.map((key) => key.kid)).size === keys.length
  return isUnique ? ok(keys) : fail('key-unknown', [{ pointer: '/keys', code: 'kid-repeated' }])
}

type Members = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Members => typeof value === 'object' && value !== null

function readKey(entry: unknown): SetKey | undefined {
  if (!isRecord(entry)) return undefined
  const { kid, use, alg, ...rest } = entry
  const jwk = readPublicJwk(rest)
  if (typeof kid !== 'string' || jwk === undefined) return undefined
  const known = (['sign', 'seal', 'present'] as const).find((name) => use === USES[name].use && alg === USES[name].alg)
  return known === undefined ? undefined : { kid, use: known, jwk }
}
