/** Decision, markings and rung limits as one ceiling per item: permits join, limits meet, the most careful omission wins. */
import type { Level, Rung } from '#policies/language/level.ts'
import type { Omission } from '#policies/language/policy.ts'

/** The most that may pass of one item, the conditions that go with it, and who said so. */
export interface Ceiling {
  readonly level: Level
  readonly omission: Omission
  readonly rules: readonly string[]
  readonly conditions: readonly string[]
  readonly bases: readonly string[]
  readonly rungs: Readonly<Record<string, Rung>>
  /** What limited it beside rules: `marking:releasable-to`, `error`, `disagreement` … */
  readonly because: readonly string[]
}
