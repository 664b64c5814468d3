/** Base64url as RFC 7515 §2 and RFC 4648 §3.5 mean it: no padding, no white space, and only one spelling of each byte string. */

const ALPHABET = /^[A-Za-z0-9_-]*$/
/** Last characters that leave no stray bits set, by the number of characters over a whole group of four. */
const LAST_OF_TWO = 'AQgw'
const LAST_OF_THREE = 'AEIMQUYcgkosw048'

/** True for the one spelling that some byte string has; the empty text is that of no bytes. */
export function isBase64Url(text: string): boolean {
  if (!ALPHABET.test(text)) return false
  const over = text.length % 4
  if (over === 0) return true
  const last = text.at(-1) ?? ''
  return over === 2 ? LAST_OF_TWO.includes(last) : over === 3 && LAST_OF_THREE.includes(last)
}

/** The bytes, or undefined where the spelling is not the one. */
export const decodeBase64Url = (text: string): Uint8Array | undefined =>
  isBase64Url(text) ? Buffer.from(text, 'base64url') : undefined
