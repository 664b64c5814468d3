/** Items of one message as they were projected before: recipients who may see the same of an item are given the same object. */
import type { LadderedValue } from '#policies/language/item.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import type { Item } from './item.ts'
import type { ProjectedItem } from './projection.ts'

/** All that a projected item hangs on beside the item itself; nothing else of a recipient comes near it. */
export interface Way {
  readonly value: LadderedValue
  readonly isPast: boolean
  readonly level: Level
  /** The most precise rung for the kind of its value. */
  readonly limit: Rung
  readonly areDatesCoarse: boolean
  readonly conditions: readonly string[]
  readonly supersedes: string | undefined
}

/** One way an item was shown. */
export interface Shown {
  readonly way: Way
  readonly projected: ProjectedItem | undefined
}

/** More ways than recipients of one message usually have; what comes after is made anew. */
const MOST_WAYS = 16

/** The same item shown the same way before, or else what `make` gives. */
export function projectedBefore(
  shown: Shown[],
  way: Way,
  make: () => ProjectedItem | undefined,
): ProjectedItem | undefined {
  for (const before of shown) if (isSame(before.way, way)) return before.projected
  const projected = make()
  if (shown.length < MOST_WAYS) shown.push({ way, projected })
  return projected
}

/** The ways one item was shown, to be added to. */
export function waysOf(known: Map<Item, Shown[]>, item: Item): Shown[] {
  const before = known.get(item)
  if (before !== undefined) return before
  const shown: Shown[] = []
  known.set(item, shown)
  return shown
}

const isSame = (a: Way, b: Way): boolean =>
  a.level === b.level &&
  a.isPast === b.isPast &&
  a.limit === b.limit &&
  a.areDatesCoarse === b.areDatesCoarse &&
  a.supersedes === b.supersedes &&
  a.value === b.value &&
  isSameList(a.conditions, b.conditions)

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((name, index) => name === b[index]))
