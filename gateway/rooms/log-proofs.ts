/** Roots and proofs out of the stored nodes of the log: a few dozen look-ups at any size, never the whole log. */
import type { Hash } from '#gateway/core/log/hash.ts'
import { consistencyRanges, inclusionRanges } from '#gateway/core/log/proof.ts'
import { EMPTY_ROOT, hashOf, placesOf } from '#gateway/core/log/tree.ts'
import type { NodePlace, Range } from '#gateway/core/log/tree.ts'
import type { LogStore } from '#gateway/ports/log-store.ts'

/** The root of the first `size` leaves. */
export async function rootIn(log: Pick<LogStore, 'nodes'>, size: number): Promise<Hash> {
  if (size === 0) return EMPTY_ROOT
  const [root = EMPTY_ROOT] = await hashesIn(log, [{ from: 0, to: size }])
  return root
}

/** Proof that the leaf is among the first `size`. */
export const inclusionIn = (log: Pick<LogStore, 'nodes'>, index: number, size: number): Promise<readonly Hash[]> =>
  hashesIn(log, inclusionRanges(index, size))

/** Proof that the first `newer` leaves begin with the first `older`. */
export const consistencyIn = (log: Pick<LogStore, 'nodes'>, older: number, newer: number): Promise<readonly Hash[]> =>
  hashesIn(log, consistencyRanges(older, newer))

const nameOf = ({ level, index }: NodePlace): string => `${level}/${index}`

async function hashesIn(log: Pick<LogStore, 'nodes'>, ranges: readonly Range[]): Promise<readonly Hash[]> {
  const places = ranges.flatMap(placesOf)
  const nodes = await log.nodes(places)
  const byPlace = new Map(places.map((place, at) => [nameOf(place), nodes[at]]))
  return ranges.map((range) =>
    hashOf(range, (place) => {
      const node = byPlace.get(nameOf(place))
      if (node === undefined) throw new Error(`the store gave no node at ${nameOf(place)}`)
      return node
    }),
  )
}
