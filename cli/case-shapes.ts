/** What the gateway would refuse about the values of a case summary, told before anything is sent, and in words. */
import { shapeFault } from '#policies/engine/ladders.ts'
import type { Rung } from '#policies/language/level.ts'
import type { Item } from '#gateway/core/item.ts'
import { termIn } from '#gateway/core/vocabulary/sections.ts'

/** One line a fault, with its place and what is expected there; never a value. Terms of other vocabularies have no shape here. */
export const shapeFaultsOf = (items: readonly Item[]): readonly string[] =>
  items.flatMap((item, index) => {
    const kind = termIn(item.section, item.term)?.kind
    if (kind === undefined) return []
    return supplied(item).flatMap(([place, rung, value]) => {
      const fault = shapeFault(kind, value, rung)
      return fault === undefined ? [] : [`/items/${index}${place} (${item.term}): ${fault}`]
    })
  })

const supplied = ({ value, rungs = {} }: Item): readonly (readonly [string, Rung, unknown])[] => [
  ...(value === undefined ? [] : [['/value', 'g0', value] as const]),
  ...Object.entries(rungs).map(([rung, entry]) => [`/rungs/${rung}`, rung as Rung, entry] as const),
]
