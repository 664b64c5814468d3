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
  const walker = openLogWalk(sizes)
  for (const leaf of leaves) if (!walker.take(leaf)) break
  return walker.walked()
}

/** The same, for leaves that come bit by bit. */
export interface LogWalk {
  /** False where the leaf is misshapen: then the walk is over. */
  readonly take: (leaf: string) => boolean
  readonly walked: () => WalkedLog
}

/** Begins at the first leaf. */
export function openLogWalk(sizes: readonly number[]): LogWalk {
  const wanted = new Set(sizes)
  const roots = new Map<number, Hash>(wanted.has(0) ? [[0, EMPTY_ROOT]] : [])
  /** The hashes of the complete subtrees so far, greatest first. */
  const peaks: Hash[] = []
  let size = 0
  let misshapen: number | undefined
  return {
    take: (leaf) => {
      if (readLeaf(leaf) === undefined) misshapen ??= size
      if (misshapen !== undefined) return false
      peaks.push(grown(leafHash(leaf), peaks.splice(peaks.length - completedBy(size))))
      size += 1
      if (wanted.has(size))
        roots.set(
          size,
          peaks.reduceRight((right, left) => nodeHash(left, right)),
        )
      return true
    },
    walked: () => ({ size, roots, ...(misshapen === undefined ? {} : { misshapen }) }),
  }
}

/** The subtree that a new leaf completes with its left neighbours, greatest first. */
const grown = (leaf: Hash, left: readonly Hash[]): Hash =>
  left.reduceRight((above, neighbour) => nodeHash(neighbour, above), leaf)
