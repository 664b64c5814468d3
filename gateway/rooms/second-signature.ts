/** A second signature with a post-quantum key over what an ES256 signature already covers; both must hold, each is checked by itself. */
import { compactVerify, importJWK } from 'jose'
import { SECOND_SIGNATURE, readCompactJws } from '#gateway/core/jose-headers.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { digestOfContent } from '#gateway/core/parcel.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { SharedBeginning } from '#gateway/core/shared-beginning.ts'

/** A public ML-DSA-65 key (FIPS 204) as JWK; 1,952 bytes. */
export interface SecondJwk {
  readonly kty: 'AKP'
  readonly alg: string
  readonly pub: string
}

/** Between the signed content and its second signature; no base64url and no canonical JSON holds it. */
const SEPARATOR = '\n'

/** A compact JWS over those bytes under that `typ`, with an ML-DSA-65 key in force. */
export type SignSecond = (typ: string, payload: Uint8Array) => Promise<string>

/** The content, a line end, and a compact JWS over the SHA-256 of the content with what it has begun with. */
export async function withSecondSignature(content: string, sign: SignSecond, begun?: SharedBeginning): Promise<string> {
  const digest = digestOfContent(content, begun)
  const jws = await sign(SECOND_SIGNATURE.exact.typ, new TextEncoder().encode(digest))
  return `${content}${SEPARATOR}${jws}`
}

/** Whose second signature counts. */
export interface SecondKeys {
  readonly keys: readonly { readonly kid: string; readonly jwk: SecondJwk }[]
  /** A content without one is refused. */
  readonly isDemanded: boolean
}

/** The content without the second signature, if it has one; nothing is checked. */
export const firstPart = (text: string): string => text.slice(0, lengthOfFirst(text))

const lengthOfFirst = (text: string): number => {
  const at = text.lastIndexOf(SEPARATOR)
  return at === -1 ? text.length : at
}

/**
 * The content under a second signature that one of the keys made. `second` undefined: no such key is known, and a content that has
 * one is refused, since nobody checked it. Problems: `second-signature-missing`, `second-signature-invalid` with what is wrong.
 */
export async function readSecondSignature(text: string, second: SecondKeys | undefined): Promise<Result<string>> {
  const at = lengthOfFirst(text)
  if (at === text.length) return second?.isDemanded === true ? fail('second-signature-missing') : ok(text)
  const content = text.slice(0, at)
  const jws = readCompactJws(text.slice(at + 1), SECOND_SIGNATURE)
  if (!jws.ok) return invalid(jws.problem.code)
  const held = second?.keys.find(({ kid }) => kid === jws.value.kid)
  if (held === undefined) return invalid('key-unknown')
  return (await covers(jws.value.text, held.jwk, content)) ? ok(content) : invalid('signature-invalid')
}

const invalid = (code: string): ReturnType<typeof fail> =>
  fail('second-signature-invalid', [{ pointer: '/second', code }])

async function covers(jws: string, jwk: SecondJwk, content: string): Promise<boolean> {
  try {
    const key = await importJWK({ ...jwk }, 'ML-DSA-65')
    const { payload } = await compactVerify(jws, key, { algorithms: ['ML-DSA-65'] })
    return new TextDecoder().decode(payload) === sha256Hex(content)
  } catch {
    return false
  }
}
