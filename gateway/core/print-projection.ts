/** A projection as text: the bytes that are signed, and a digest of what its reader would see. */
import { digestOf, sha256Hex } from './canonical-json.ts'
import type { ProjectedItem, Projection } from './projection.ts'

export interface PrintedProjection {
  /** JSON, the same for the same projection. */
  readonly text: string
  /** SHA-256, without what differs at every sealing: two projections that say the same have the same. */
  readonly viewDigest: string
}

/** Items are by far the most of it, and are written once for both. `printed`: those of the message that were written before. */
export function printProjection(
  { items, ...head }: Projection,
  printed?: Map<ProjectedItem, string>,
): PrintedProjection {
  const printedItems = printed === undefined ? JSON.stringify(items) : printedOnce(items, printed)
  return {
    text: `${JSON.stringify(head).slice(0, -1)},"items":${printedItems}}`,
    viewDigest: digestOf({ ...head, iat: 0, jti: '', items: sha256Hex(printedItems) }),
  }
}

/** The same text, each item written once: recipients who see the same of it have the same object. */
const printedOnce = (items: readonly ProjectedItem[], printed: Map<ProjectedItem, string>): string =>
  `[${items.map((item) => printedItem(item, printed)).join(',')}]`

function printedItem(item: ProjectedItem, printed: Map<ProjectedItem, string>): string {
  const known = printed.get(item)
  if (known !== undefined) return known
  const text = JSON.stringify(item)
  printed.set(item, text)
  return text
}
