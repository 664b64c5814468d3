/** Quota: how often something was done within a window, counted over all processes of one gateway together. */
import type { Instant } from '#policies/language/instant.ts'

export interface Counted {
  /** Within the window, this one included. */
  readonly hits: number
  readonly windowEndsAt: Instant
}

export interface Quota {
  /** Counts one more under that name. Undefined where it cannot be told at once: then each process counts for itself. Never rejects. */
  readonly count: (name: string, windowMs: number) => Promise<Counted | undefined>
}
