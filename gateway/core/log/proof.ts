/** Which ranges make up an inclusion proof (RFC 9162 §2.1.3.1) and a consistency proof (§2.1.4.1), in the order of the proof. */
import { splitOf } from './tree.ts'
import type { Range } from './tree.ts'

/** Ranges whose hashes prove that leaf `index` is among the first `size`, lowest first. Needs index < size. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  const ranges: Range[] = []
  let from = 0
  let to = size
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      ranges.push({ from: middle, to })
      to = middle
    } else {
      ranges.push({ from, to: middle })
      from = middle
    }
  }
  return ranges.toReversed()
}

/** Ranges whose hashes prove that the first `newer` leaves begin with the first `older`. Empty for 0 and for two of one size. */
export function consistencyRanges(older: number, newer: number): readonly Range[] {
  if (older === 0 || older === newer) return []
  const ranges: Range[] = []
  let from = 0
  let to = newer
  while (to !== older) {
    const middle = from + splitOf(to - from)
    if (older <= middle) {
      ranges.push({ from: middle, to })
      to = middle
    } else {
      ranges.push({ from, to: middle })
      from = middle
    }
  }
  // A left part that is a whole subtree of the newer tree is the older root itself, which the verifier has.
  if (from > 0) ranges.push({ from, to })
  return ranges.toReversed()
}
