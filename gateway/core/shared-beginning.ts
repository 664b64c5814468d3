/** The beginning of contents that differ only in their end: hashed and packed once, for all of them. */
import { sha256From } from './canonical-json.ts'
import type { DigestOnward } from './canonical-json.ts'
import { packContent } from './packed-content.ts'

export interface SharedBeginning {
  /** Ends with a sign that parts pieces of base64url. */
  readonly text: string
  /** SHA-256 of the text and of what comes after it. */
  readonly digestOnward: DigestOnward
  /** As `packContent` packs it within a longer text; undefined where it would not come back the same. */
  readonly packed: Uint8Array | undefined
}

/** Throws for a text that does not end with a sign: its last piece could go on. */
export function beginWith(text: string): SharedBeginning {
  if (!['.', '~', '\n'].includes(text.at(-1) ?? '')) throw new TypeError('a beginning ends where a piece does')
  // Behind the last sign comes a piece of nothing, which is one byte.
  return { text, digestOnward: sha256From(text), packed: packContent(text)?.subarray(0, -1) }
}
