/** What the tests of published JOSE vectors share: a key cut to its public members, and our step of opening tried with a key of anybody. */
import { importJWK } from 'jose'
import { readPublicJwk } from '#gateway/core/jose-headers.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'
import { openJwe } from '#gateway/rooms/open-envelope.ts'

export type Members = Readonly<Record<string, unknown>>

/** The members of a P-256 key that make it public; vectors add `use`, `alg`, `kid` and `d`. */
export const publicPartOf = ({ kty, crv, x, y }: Members): PublicJwk | undefined => readPublicJwk({ kty, crv, x, y })

/** Whether the step that opens envelopes opens this one with that key, the header rule left out. */
export async function opensWith(jwe: string, jwk: Members): Promise<boolean> {
  const key = await importJWK({ ...jwk }, 'ECDH-ES+A256KW').catch(() => undefined)
  if (key === undefined || key instanceof Uint8Array) return false
  return (await openJwe({ text: jwe, kid: '', epk: { kty: 'EC', crv: 'P-256', x: '', y: '' } }, key)).ok
}
