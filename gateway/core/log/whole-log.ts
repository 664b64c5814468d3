/** A whole log, leaf by leaf: for who checks an exported one. Memory of a few dozen hashes at any length. */
import { readLeaf } from './leaf.ts'
import type { Hash } from './hash.ts'
import { completedBy, EMPTY_ROOT, leafHash, nodeHash } from './tree.ts'

export interface WalkedLog {
  readonly size: number
  /** The root at each size that was asked for and reached. */
  readonly roots: ReadonlyMap<number, Hash>
  /** The index of the first leaf that is not of the form that leaves have (leaf.ts). */
  readonly misshapen?: number
}

/** Walks all leaves and notes the roots at those sizes. Stops at a misshapen leaf. */
export function walkLog(leaves: Iterable<string>, sizes: readonly number[]): WalkedLog {
  const wanted = new Set(sizes)
  const roots = new Map<number, Hash>(wanted.has(0) ? [[0, EMPTY_ROOT]] : [])
  /** The hashes of the complete subtrees so far, greatest first. */
  const peaks: Hash[] = []
  let size = 0
  for (const leaf of leaves) {
    if (readLeaf(leaf) === undefined) return { size, roots, misshapen: size }
    peaks.push(grown(leafHash(leaf), peaks.splice(peaks.length - completedBy(size))))
    size += 1
    if (wanted.has(size))
      roots.set(
        size,
        peaks.reduceRight((right, left) => nodeHash(left, right)),
      )
  }
  return { size, roots }
}

/** The subtree that a new leaf completes with its left neighbours, greatest first. */
const grown = (leaf: Hash, left: readonly Hash[]): Hash =>
  left.reduceRight((above, neighbour) => nodeHash(neighbour, above), leaf)
