/** When a log signs a checkpoint, and whether it still is the log that others hold a checkpoint of. */
import type { Instant } from '#policies/language/instant.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { sameBytes } from './hash.ts'
import type { Hash } from './hash.ts'
import type { TreeHead } from './verify-proof.ts'

export interface PublicationPace {
  /** As many unpublished entries are enough for a checkpoint. */
  readonly everyEntries: number
  /** So long after the last one, a single entry is enough. */
  readonly everyMs: number
}

/** A checkpoint every 256 entries or 10 s. */
export const DEFAULT_PACE: PublicationPace = { everyEntries: 256, everyMs: 10_000 }

export interface PublicationState {
  readonly size: number
  readonly publishedSize: number
  /** The size of a checkpoint that waits for its witnesses. */
  readonly waitingSize?: number | undefined
  readonly lastProposedAt?: Instant | undefined
}

/** One checkpoint waits at a time: a slow witness would never catch up with one that keeps being replaced. */
export function isDue(state: PublicationState, { everyEntries, everyMs }: PublicationPace, now: Instant): boolean {
  const { size, publishedSize, waitingSize, lastProposedAt } = state
  if (waitingSize !== undefined || size <= publishedSize) return false
  return size - publishedSize >= everyEntries || lastProposedAt === undefined || now - lastProposedAt >= everyMs
}

/** Whether a log of this size and these roots continues a head that was cosigned. Problems `log-rolled-back`, `log-forked`. */
export function continues(
  own: { readonly size: number; readonly rootAt: (size: number) => Hash },
  held: TreeHead,
): Result<'continues'> {
  if (own.size < held.size) return fail('log-rolled-back')
  return sameBytes(own.rootAt(held.size), held.root) ? ok('continues') : fail('log-forked')
}
