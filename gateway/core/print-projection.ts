/** A projection as text: the bytes that are signed, and a digest of what its reader would see. */
import { digestOf, sha256Hex } from './canonical-json.ts'
import type { ProjectedItem, Projection } from './projection.ts'

export interface PrintedProjection {
  /** JSON, the same for the same projection. */
  readonly text: string
  /** SHA-256, without what differs at every sealing: two projections that say the same have the same. */
  readonly viewDigest: string
}

export interface PrintedItem {
  readonly text: string
  readonly digest: string
}

/**
 * Items are by far the most of it, and each is written and hashed once: recipients who see the same of it have the same object. `printed`:
 * those of the message that were written before. The text is put together when it is asked for: what is shown from a copy needs none.
 */
export function printProjection(
  { items, ...head }: Projection,
  printed = new Map<ProjectedItem, PrintedItem>(),
): PrintedProjection {
  const each = items.map((item) => printedItem(item, printed))
  return {
    get text() {
      return `${JSON.stringify(head).slice(0, -1)},"items":[${each.map(({ text }) => text).join(',')}]}`
    },
    viewDigest: digestOf({ ...head, iat: 0, jti: '', items: sha256Hex(each.map(({ digest }) => digest).join('')) }),
  }
}

function printedItem(item: ProjectedItem, printed: Map<ProjectedItem, PrintedItem>): PrintedItem {
  const known = printed.get(item)
  if (known !== undefined) return known
  const text = JSON.stringify(item)
  const made = { text, digest: sha256Hex(text) }
  printed.set(item, made)
  return made
}
