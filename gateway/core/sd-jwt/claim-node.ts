/** A tree of claims in which each node says how it is concealed, and the salts that it is concealed with. */

/** A claim, and how it is concealed. */
export type ClaimNode =
  /** JSON as it is: said by whatever it stands in. Written once, for all copies that say it. */
  | { readonly kind: 'value'; readonly text: string }
  /** A disclosure of its own; `isHeld` keeps it, and all within it, from the holder until its issuer lets go of it. */
  | { readonly kind: 'hidden'; readonly node: ClaimNode; readonly isHeld?: boolean }
  /** Filled with decoys to `width` digests, so that how many members there are says nothing. */
  | { readonly kind: 'object'; readonly members: Readonly<Record<string, ClaimNode>>; readonly width?: number }
  /** Filled with decoys to `capacity` elements, all of them hidden, in an order that says nothing. */
  | { readonly kind: 'array'; readonly elements: readonly ClaimNode[]; readonly capacity?: number }

/** Throws for a value that holds a reserved name; whoever takes values from outside asks `holdsReservedName` before. */
export function value(of: unknown): ClaimNode & { readonly kind: 'value' } {
  const text = JSON.stringify(of)
  if (typeof of === 'object' && isReservedWithin(text)) throw new TypeError('a value holds a reserved name')
  return { kind: 'value', text }
}
export const hidden = (node: ClaimNode): ClaimNode => ({ kind: 'hidden', node })

/** 128 random bits in base64url (22 characters) at each call; never the same twice. */
export interface DrawSalt {
  (): string
  /** A digest of nothing, 256 random bits as a digest spells them. Absent: the digest of a salt. */
  readonly decoy?: () => string
}

/** True where some object within has a member that only the format may have. */
export const holdsReservedName = (of: unknown): boolean =>
  typeof of === 'object' && of !== null && isReservedWithin(JSON.stringify(of))

/** In JSON, a quote inside a string is escaped, so that these texts can be nothing but the name of a member. */
const isReservedWithin = (json: string): boolean =>
  json.includes('"_sd":') || json.includes('"...":') || json.includes('"_sd_alg":')
