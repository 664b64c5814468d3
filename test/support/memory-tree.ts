/** A Merkle tree in memory, grown leaf by leaf with the functions of the house, and the proofs out of its nodes. */
import { consistencyRanges, inclusionRanges } from '#gateway/core/log/proof.ts'
import { hashOf, leafHash, neededFor, nodesOf, rootOf } from '#gateway/core/log/tree.ts'
import type { NodeAt, NodePlace } from '#gateway/core/log/tree.ts'

export interface MemoryTree {
  readonly append: (leaf: Uint8Array | string) => void
  readonly size: () => number
  readonly nodeAt: NodeAt
  readonly root: (size: number) => Uint8Array
  readonly inclusion: (index: number, size: number) => readonly Uint8Array[]
  readonly consistency: (older: number, newer: number) => readonly Uint8Array[]
}

const nameOf = ({ level, index }: NodePlace): string => `${level}/${index}`

export function aTree(leaves: readonly (Uint8Array | string)[] = []): MemoryTree {
  const nodes = new Map<string, Uint8Array>()
  let size = 0
  const nodeAt: NodeAt = (place) => {
    const node = nodes.get(nameOf(place))
    if (node === undefined) throw new Error(`no node at ${nameOf(place)}`)
    return node
  }
  const append = (leaf: Uint8Array | string): void => {
    const made = nodesOf(leafHash(leaf), neededFor(size).map(nodeAt))
    for (const [level, node] of made.entries()) nodes.set(nameOf({ level, index: Math.floor(size / 2 ** level) }), node)
    size += 1
  }
  for (const leaf of leaves) append(leaf)
  return {
    append,
    size: () => size,
    nodeAt,
    root: (of) => rootOf(of, nodeAt),
    inclusion: (index, of) => inclusionRanges(index, of).map((range) => hashOf(range, nodeAt)),
    consistency: (older, newer) => consistencyRanges(older, newer).map((range) => hashOf(range, nodeAt)),
  }
}
