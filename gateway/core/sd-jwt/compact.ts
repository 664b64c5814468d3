/** The compact form of RFC 9901 §4: a signed text, its disclosures and at times a key binding, parted by `~`. */
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'

/** No text of this format has more (`docs/decisions/0013`). */
export const MAX_DISCLOSURES = 65_536

export interface CompactSdJwt {
  /** Compact JWS of the issuer, unread. */
  readonly jwt: string
  readonly disclosures: readonly string[]
  /** Compact JWS of the holder, unread; absent where none was made. */
  readonly keyBinding?: string
}

/** Takes the text apart. Problems: `envelope-malformed`, `message-too-large` for too many disclosures. */
export function readCompactSdJwt(text: string, maxDisclosures = MAX_DISCLOSURES): Result<CompactSdJwt> {
  const parts = text.split('~', maxDisclosures + 3)
  if (parts.length > maxDisclosures + 2) return fail('message-too-large', [{ pointer: '/sd-jwt', code: 'too-many' }])
  const jwt = parts[0] ?? ''
  const keyBinding = parts.at(-1) ?? ''
  const disclosures = parts.slice(1, -1)
  if (parts.length < 2 || jwt === '' || disclosures.includes(''))
    return fail('envelope-malformed', [{ pointer: '/sd-jwt', code: 'not-compact' }])
  return ok(keyBinding === '' ? { jwt, disclosures } : { jwt, disclosures, keyBinding })
}

/** Up to and with the last `~`: what a key binding is over (RFC 9901 §4.3.1), and all of it where there is none. */
export const printCompactSdJwt = ({ jwt, disclosures }: Pick<CompactSdJwt, 'jwt' | 'disclosures'>): string =>
  // The nothing at the end gives the last of them its sign: what is joined at once is not copied to be gone through.
  [jwt, ...disclosures, ''].join('~')
