/** RFC 9162 §2.1 word for word, over all leaves each time: slow, and plainly right. */
import { createHash } from 'node:crypto'

const hash = (...parts: readonly Uint8Array[]): Uint8Array => createHash('sha256').update(Buffer.concat(parts)).digest()

const splitAt = (n: number): number => {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** MTH of §2.1.1. */
export function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (only === undefined) return hash()
  if (leaves.length === 1) return hash(Uint8Array.of(0), only)
  const k = splitAt(leaves.length)
  return hash(Uint8Array.of(1), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

/** PATH of §2.1.3.1. */
export function naiveInclusion(m: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  if (leaves.length <= 1) return []
  const k = splitAt(leaves.length)
  return m < k
    ? [...naiveInclusion(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naiveInclusion(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))]
}

/** PROOF of §2.1.4.1, and nothing for the empty tree. */
export const naiveConsistency = (m: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] =>
  m === 0 ? [] : subProof(m, leaves, 'whole')

function subProof(m: number, leaves: readonly Uint8Array[], part: 'whole' | 'part'): readonly Uint8Array[] {
  if (m === leaves.length) return part === 'whole' ? [] : [naiveRoot(leaves)]
  const k = splitAt(leaves.length)
  return m <= k
    ? [...subProof(m, leaves.slice(0, k), part), naiveRoot(leaves.slice(k))]
    : [...subProof(m - k, leaves.slice(k), 'part'), naiveRoot(leaves.slice(0, k))]
}
