/** A second signature with a post-quantum key over what an ES256 signature already covers; both must hold, each is checked by itself. */
import { CompactSign, compactVerify, importJWK } from 'jose'
import { SECOND_SIGNATURE, readCompactJws } from '#gateway/core/jose-headers.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'

/** A public ML-DSA-65 key (FIPS 204) as JWK; 1,952 bytes. */
export interface SecondJwk {
  readonly kty: 'AKP'
  readonly alg: 'ML-DSA-65'
  readonly pub: string
}

/** Between the signed content and its second signature; no base64url and no canonical JSON holds it. */
const SEPARATOR = '\n'

export interface SecondKey {
  readonly kid: string
  readonly key: CryptoKey
}

/** The content, a line end, and a compact JWS over the SHA-256 of the content. */
export async function withSecondSignature(content: string, { kid, key }: SecondKey): Promise<string> {
  const jws = await new CompactSign(digestBytes(content))
    .setProtectedHeader({ ...SECOND_SIGNATURE.exact, alg: 'ML-DSA-65', kid })
    .sign(key)
  return `${content}${SEPARATOR}${jws}`
}

const digestBytes = (content: string): Uint8Array => new TextEncoder().encode(sha256Hex(content))

/**
 * The content under a second signature that one of the keys made. `keys` undefined: none is asked for, and a content that has
 * one is refused, since nobody checked it. Problems: `second-signature-missing`, `envelope-malformed`, `header-refused`,
 * `key-unknown`, `signature-invalid`.
 */
export async function readSecondSignature(
  text: string,
  keys: readonly { readonly kid: string; readonly jwk: SecondJwk }[] | undefined,
): Promise<Result<string>> {
  const at = text.lastIndexOf(SEPARATOR)
  if (keys === undefined)
    return at === -1 ? ok(text) : fail('envelope-malformed', [{ pointer: '/jws', code: 'not-asked-for' }])
  if (at === -1) return fail('second-signature-missing')
  const content = text.slice(0, at)
  const jws = readCompactJws(text.slice(at + 1), SECOND_SIGNATURE)
  if (!jws.ok) return jws
  const held = keys.find(({ kid }) => kid === jws.value.kid)
  if (held === undefined) return fail('key-unknown')
  return (await covers(jws.value.text, held.jwk, content)) ? ok(content) : fail('signature-invalid')
}

async function covers(jws: string, jwk: SecondJwk, content: string): Promise<boolean> {
  try {
    const key = await importJWK({ ...jwk }, 'ML-DSA-65')
    const { payload } = await compactVerify(jws, key, { algorithms: ['ML-DSA-65'] })
    return new TextDecoder().decode(payload) === sha256Hex(content)
  } catch {
    return false
  }
}
