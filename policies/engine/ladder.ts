/** What a ladder is: one kind of value with its rungs, each computed from the next finer one or authored by the sender. */
import type { Rung } from '#policies/language/level.ts'
import type { Shape } from './shape.ts'

/** The 16 ladders of values, and `plain` for a value that has none (native records): g0 alone. */
export const LADDER_KINDS = [
  'address',
  'date',
  'birth-date',
  'prison',
  'offence',
  'sentence',
  'third-person',
  'child',
  'employer',
  'diagnosis',
  'religion',
  'risk',
  'intelligence',
  'free-text',
  'professional',
  'amount',
  'plain',
] as const
export type LadderKind = (typeof LADDER_KINDS)[number]

export type RungRule =
  /** g0: what the sender wrote. */
  | { readonly origin: 'exact'; readonly shape: Shape }
  /** Chosen and labelled by the sender; never derived. */
  | { readonly origin: 'authored'; readonly shape: Shape }
  /** A pure function of the nearest finer rung that can be said, and of a versioned table; undefined where the table does not know. */
  | { readonly origin: 'computed'; readonly shape: Shape; readonly from: (finer: unknown) => unknown }

export interface Ladder {
  readonly kind: LadderKind
  /** Rungs that exist; below the last one a value falls to existence. */
  readonly rungs: Readonly<Partial<Record<Rung, RungRule>>>
  /** Id and version of the tables that computed rungs read. */
  readonly tables: readonly string[]
}

export const exact = (shape: Shape): RungRule => ({ origin: 'exact', shape })
export const authored = (shape: Shape): RungRule => ({ origin: 'authored', shape })
export const computed = (shape: Shape, from: (finer: unknown) => unknown): RungRule => ({
  origin: 'computed',
  shape,
  from,
})
