/**
 * The Merkle tree of RFC 9162 §2.1, kept as the hashes of its complete subtrees: what is written when a leaf is appended, and
 * which of them make up the hash of any range. Sizes and indexes go up to 2^53 - 1, so nothing here uses 32-bit operators on them.
 */
import { sha256 } from './hash.ts'
import type { Hash } from './hash.ts'

/** A complete subtree: 2^level leaves, of which the first is leaf index × 2^level. */
export interface NodePlace {
  readonly level: number
  readonly index: number
}

/** Leaves `from` up to and without `to`; never empty. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** The hash at a place. Throws where the store has none: then the log is not whole. */
export type NodeAt = (place: NodePlace) => Hash

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/** The root of a log without leaves: the hash of nothing. */
export const EMPTY_ROOT: Hash = sha256()

export const leafHash = (leaf: Uint8Array | string): Hash => sha256(LEAF, leaf)
export const nodeHash = (left: Hash, right: Hash): Hash => sha256(NODE, left, right)

/** The greatest power of two below n, for n of at least 2: where RFC 9162 splits a tree. */
export const splitOf = (n: number): number => {
  const power = 2 ** Math.floor(Math.log2(n))
  // Above 2^48 the logarithm may round up to the next whole number.
  return power < n ? power : power / 2
}

/** How many complete subtrees end with this leaf, itself not counted: the ones at the end of its index in binary. */
export function completedBy(index: number): number {
  let levels = 0
  for (let rest = index; rest % 2 === 1; rest = (rest - 1) / 2) levels += 1
  return levels
}

/** The leaf whose appending completes the subtree. */
export const completingLeaf = ({ level, index }: NodePlace): number => (index + 1) * 2 ** level - 1

/** Left neighbours that appending this leaf needs, lowest first: as many as it completes subtrees. */
export const neededFor = (index: number): readonly NodePlace[] =>
  Array.from({ length: completedBy(index) }, (_, level) => ({ level, index: Math.floor(index / 2 ** level) - 1 }))

/** The hashes that a new leaf brings: its own and those of the subtrees it completes, lowest first. `left` are those of neededFor. */
export function nodesOf(leaf: Hash, left: readonly Hash[]): readonly Hash[] {
  const nodes = [leaf]
  let above = leaf
  for (const neighbour of left) {
    above = nodeHash(neighbour, above)
    nodes.push(above)
  }
  return nodes
}

/** The complete subtrees that cover a range which begins at a multiple of its greatest power of two, greatest first. */
export function placesOf({ from, to }: Range): readonly NodePlace[] {
  const places: NodePlace[] = []
  let start = from
  while (start < to) {
    const left = to - start
    const size = left === 1 ? 1 : splitOf(left + 1)
    places.push({ level: Math.round(Math.log2(size)), index: start / size })
    start += size
  }
  return places
}

/** The hash of such a range. */
export const hashOf = (range: Range, nodeAt: NodeAt): Hash =>
  placesOf(range)
    .map(nodeAt)
    .reduceRight((right, left) => nodeHash(left, right))

/** The root of the first `size` leaves. */
export const rootOf = (size: number, nodeAt: NodeAt): Hash =>
  size === 0 ? EMPTY_ROOT : hashOf({ from: 0, to: size }, nodeAt)
