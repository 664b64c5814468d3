/** A projection as text: the bytes that are signed, and a digest of what its reader would see. */
import { digestOf, sha256Hex } from './canonical-json.ts'
import type { Projection } from './projection.ts'

export interface PrintedProjection {
  /** JSON, the same for the same projection. */
  readonly text: string
  /** SHA-256, without what differs at every sealing: two projections that say the same have the same. */
  readonly viewDigest: string
}

/** Items are by far the most of it, and are written once for both. */
export function printProjection({ items, ...head }: Projection): PrintedProjection {
  const printedItems = JSON.stringify(items)
  return {
    text: `${JSON.stringify(head).slice(0, -1)},"items":${printedItems}}`,
    viewDigest: digestOf({ ...head, iat: 0, jti: '', items: sha256Hex(printedItems) }),
  }
}
