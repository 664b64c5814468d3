/** Where each part of a copy stands among its disclosures, so that what is chosen is found at once. */
import type { Placed, Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { membersOf } from './json-members.ts'
import type { Members } from './json-members.ts'

export interface IndexedItem {
  readonly element: Placed
  /** Its place among the elements of the copy; the order of digests, not of the message. */
  readonly order: number
  readonly parts: ReadonlyMap<string, Placed>
}

export interface CopyIndex {
  readonly parts: ReadonlyMap<string, Placed>
  readonly items: readonly IndexedItem[]
  /** Ids that a correction replaces. */
  readonly corrected: readonly { readonly element: Placed; readonly order: number }[]
}

/** One pass: parents come before their children, and elements in the order of their array. */
export function indexOf({ disclosures }: Revealed): CopyIndex {
  const parts = new Map<string, Placed>()
  const items = new Map<Placed, IndexedItem & { readonly parts: Map<string, Placed> }>()
  const corrected: { readonly element: Placed; readonly order: number }[] = []
  for (const placed of disclosures) {
    const { parent, name } = placed
    if (parent === undefined) parts.set(name ?? '', placed)
    else if (parent === parts.get('items') && name === undefined)
      items.set(placed, { element: placed, order: items.size, parts: new Map() })
    else if (parent === parts.get('corrected')) corrected.push({ element: placed, order: corrected.length })
    else items.get(parent)?.parts.set(name ?? '', placed)
  }
  return { parts, items: [...items.values()], corrected }
}

/** What a revealed item says: its element without its parts, and the parts. */
export function partsFound({ element, parts }: IndexedItem): { readonly element: Members; readonly parts: Members } {
  const open: Record<string, unknown> = { ...membersOf(element.value) }
  const found: Record<string, unknown> = {}
  for (const [name, part] of parts) {
    found[name] = part.value
    delete open[name]
  }
  return { element: open, parts: found }
}
