/** Chance from a seed: the same draws in the same order; who draws when depends on the machine. */
import { seeded } from '#policies/engine/random-questions.ts'

export interface Chance {
  /** A whole number from 0, below `end`. */
  readonly below: (end: number) => number
  readonly of: <T>(all: readonly [T, ...(readonly T[])]) => T
  /** True in that share of calls. */
  readonly isHit: (share: number) => boolean
  /** Another stream, which draws of its own. */
  readonly fork: () => Chance
}

export function chanceFrom(seed: number): Chance {
  const random = seeded(seed)
  const below = (end: number): number => Math.floor(random() * end)
  return {
    below,
    of: (all) => all[below(all.length)] ?? all[0],
    isHit: (share) => random() < share,
    fork: () => chanceFrom(below(2 ** 31)),
  }
}
