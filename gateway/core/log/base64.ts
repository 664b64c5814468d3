/** Base64 with padding (RFC 4648 §4) as notes and checkpoints write it, with only one spelling of each byte string. */
import { HASH_BYTES } from './hash.ts'
import type { Hash } from './hash.ts'

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** The bytes, or undefined where the spelling is not the one that they have. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** A hash of 32 bytes, or undefined. */
export function hashFrom(text: string): Hash | undefined {
  const bytes = fromBase64(text)
  return bytes?.length === HASH_BYTES ? bytes : undefined
}

const NUMBER = /^(0|[1-9]\d{0,15})$/

/** A count in decimal without leading zeros, up to 2^53 - 1, or undefined. */
export function countFrom(text: string): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}
