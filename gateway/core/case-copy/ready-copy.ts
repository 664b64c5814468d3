/** A copy made ready for its presentations, once for all recipients of a class: each part by its name, each item by its id. */
import { printed } from '#gateway/core/sd-jwt/conceal.ts'
import type { ClaimNode, Made } from '#gateway/core/sd-jwt/conceal.ts'
import type { Placed, Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import type { UnsignedCopy } from './copies.ts'
import { indexOf } from './copy-index.ts'
import { membersOf } from './json-members.ts'
import type { CopiedMessage } from './schema.ts'

export interface ReadyItem {
  readonly element: string
  /** Which comes first in the copy: the order of digests, not of the message. */
  readonly order: number
  readonly parts: ReadonlyMap<string, string>
}

export interface ReadyCopy {
  readonly parts: ReadonlyMap<string, string>
  readonly byId: ReadonlyMap<string, ReadyItem>
  /** Ids that a correction replaces. */
  readonly corrected: readonly { readonly id: string; readonly element: string; readonly order: number }[]
}

/** From a copy that was sent with its disclosures. What its sender holds back is not in it. */
export function readyRevealed(revealed: Revealed): ReadyCopy {
  const { parts, items, corrected } = indexOf(revealed)
  const byId = items.map(({ element, order, parts: of }): [string, ReadyItem] => [
    String(membersOf(of.get('name')?.value)['itemId']),
    { element: element.encoded, order, parts: encodedOf(of) },
  ])
  return {
    parts: encodedOf(parts),
    byId: new Map(byId),
    corrected: corrected.map(({ element, order }) => ({ id: String(element.value), element: element.encoded, order })),
  }
}

const encodedOf = (parts: ReadonlyMap<string, Placed>): ReadonlyMap<string, string> =>
  new Map([...parts].map(([name, { encoded }]) => [name, encoded]))

/** From a copy that was made here, of that message and with nothing held back: without reading a disclosure. */
export function readyIssued(message: CopiedMessage, { nodes, made: all }: UnsignedCopy): ReadyCopy {
  const { items = [] } = message
  const made: MadeOf = new Map(all.map((one) => [one.node, one]))
  const ordered = orderedElements(nodes['items'], made)
  const byId = items.map(({ itemId }, index): [string, ReadyItem] => {
    const { node, element, order } = elementAt(ordered, index)
    return [itemId, { element, order, parts: partsIn(node.kind === 'object' ? node.members : {}, made) }]
  })
  const replaced = orderedElements(nodes['corrected'], made)
  const ids = nodes['corrected'] === undefined ? [] : items.flatMap(({ supersedes }) => supersedes ?? [])
  return {
    parts: partsIn(nodes, made),
    byId: new Map(byId),
    corrected: ids.map((id, index) => {
      const { element, order } = elementAt(replaced, index)
      return { id, element, order }
    }),
  }
}

type MadeOf = ReadonlyMap<ClaimNode, Made>

interface Element {
  readonly node: ClaimNode
  readonly element: string
  readonly order: number
}

/** The elements of a hidden array as they were written, each with its place among the sorted digests. */
function orderedElements(array: ClaimNode | undefined, made: MadeOf): readonly Element[] {
  const inside = array?.kind === 'hidden' ? array.node : undefined
  const hidden = inside?.kind === 'array' ? inside.elements : []
  const digests = hidden.map((node) => made.get(node)?.digest ?? '')
  const places = new Map(digests.toSorted().map((digest, order) => [digest, order]))
  return hidden.map((node, index) => ({
    node: node.kind === 'hidden' ? node.node : node,
    element: printedOr(made.get(node)),
    order: places.get(digests[index] ?? '') ?? -1,
  }))
}

const printedOr = (made: Made | undefined): string => (made === undefined ? '' : printed(made))

function elementAt(elements: readonly Element[], index: number): Element {
  const found = elements[index]
  if (found === undefined) throw new Error('the copy is of another message')
  return found
}

function partsIn(nodes: Readonly<Record<string, ClaimNode>>, made: MadeOf): ReadonlyMap<string, string> {
  const parts = new Map<string, string>()
  for (const [name, node] of Object.entries(nodes)) {
    const disclosure = made.get(node)
    if (disclosure !== undefined) parts.set(name, printed(disclosure))
  }
  return parts
}
