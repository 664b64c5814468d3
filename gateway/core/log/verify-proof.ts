/** Verifying proofs as RFC 9162 §2.1.3.2 and §2.1.4.2 describe it. Total: wrong proofs of any shape are false. */
import { EMPTY_ROOT, nodeHash } from './tree.ts'
import { HASH_BYTES, sameBytes } from './hash.ts'
import type { Hash } from './hash.ts'

export interface InclusionClaim {
  readonly leaf: Hash
  readonly index: number
  readonly size: number
  readonly root: Hash
}

const half = (n: number): number => Math.floor(n / 2)

/** Whether the leaf of that hash is leaf `index` of the tree. */
export function verifyInclusion({ leaf, index, size, root }: InclusionClaim, proof: readonly Hash[]): boolean {
  if (index < 0 || index >= size || leaf.length !== HASH_BYTES) return false
  const walked = walk({ first: index, last: size - 1 }, leaf, proof)
  return walked !== undefined && sameBytes(walked.whole, root)
}

export interface TreeHead {
  readonly size: number
  readonly root: Hash
}

/** Whether the newer tree begins with the older one. Every tree begins with the empty one. */
export function verifyConsistency(older: TreeHead, newer: TreeHead, proof: readonly Hash[]): boolean {
  if (older.size > newer.size) return false
  if (older.size === 0 && !sameBytes(older.root, EMPTY_ROOT)) return false
  if (older.size === newer.size) return proof.length === 0 && sameBytes(older.root, newer.root)
  if (older.size === 0) return proof.length === 0
  let first = older.size - 1
  let last = newer.size - 1
  while (first % 2 === 1) [first, last] = [half(first), half(last)]
  // The older tree is one whole subtree: then its root is where the proof begins.
  const [start, ...rest] = first === 0 ? [older.root, ...proof] : proof
  if (start === undefined) return false
  const walked = walk({ first, last }, start, rest)
  return walked !== undefined && sameBytes(walked.whole, newer.root) && sameBytes(walked.older, older.root)
}

interface Walked {
  /** The hash of everything so far. */
  readonly whole: Hash
  /** The hash of the older part alone; for an inclusion proof, the same. */
  readonly older: Hash
}

/** Walks up from a start to the root; undefined where the proof is longer or shorter than the way. */
function walk(
  { first, last }: { readonly first: number; readonly last: number },
  start: Hash,
  proof: readonly Hash[],
): Walked | undefined {
  let [whole, older] = [start, start]
  for (const step of proof) {
    if (last === 0) return undefined
    if (first % 2 === 1 || first === last) {
      ;[whole, older] = [nodeHash(step, whole), nodeHash(step, older)]
      while (first % 2 === 0 && first !== 0) [first, last] = [half(first), half(last)]
    } else {
      whole = nodeHash(whole, step)
    }
    ;[first, last] = [half(first), half(last)]
  }
  return last === 0 ? { whole, older } : undefined
}
