/** Invented cases to look at a policy with, so that nobody need look at a real one. */
import type { Instant } from '#policies/language/instant.ts'
import type { Bilingual } from '#policies/language/policy.ts'
import type { Item } from '#gateway/core/item.ts'
import type { CaseFacts } from '#gateway/core/message.ts'

export interface InventedCase {
  readonly id: string
  readonly title: Bilingual
  readonly items: readonly Item[]
  readonly facts: CaseFacts
}

/** The library with its dates counted from an instant, always in the same order. */
export type InventedCases = (at: Instant) => Promise<readonly InventedCase[]>
