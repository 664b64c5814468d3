/** SHA-256 and HMAC-SHA-256 over bytes, for the Merkle log. Pure: the same bytes give the same hash. */
import { createHash, createHmac } from 'node:crypto'

export const HASH_BYTES = 32
/** 32 bytes of SHA-256. */
export type Hash = Uint8Array

/** SHA-256 of the parts, one after another. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Hash {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** HMAC-SHA-256 (RFC 2104) of a text as UTF-8, under a key of bytes. */
export const hmacSha256 = (key: Uint8Array, text: string): Hash => createHmac('sha256', key).update(text).digest()

/** Whether two public byte strings are the same; not for secrets. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
