/** What a sender held back, let go of later: more disclosures under the signature that it gave at first. */
import type { Result } from '#gateway/core/problem.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { indexOf } from './copy-index.ts'
import { membersOf } from './json-members.ts'

export interface HeldCopy {
  /** The payload that was signed, as JSON. */
  readonly payload: unknown
  /** Sent with it. */
  readonly disclosures: readonly string[]
  /** Kept by the sender. */
  readonly held: readonly string[]
}

/**
 * For the sender: what it kept of these items, to be sent now. An item that was kept whole brings along what a correction says of
 * it. Problem: `disclosure-refused` where the copy is not one.
 */
export function releaseOf(
  { payload, disclosures, held }: HeldCopy,
  itemIds: ReadonlySet<string>,
): Result<readonly string[]> {
  const whole = reveal(payload, [...disclosures, ...held])
  if (!whole.ok) return whole
  const { items, corrected } = indexOf(whole.value)
  const released = items.filter(({ parts }) => itemIds.has(String(membersOf(parts.get('name')?.value)['itemId'])))
  const replaced = new Set(released.map(({ parts }) => parts.get('supersedes')?.value))
  const placed = [
    ...released.flatMap(({ element, parts }) => [element, ...parts.values()]),
    ...corrected.flatMap(({ element }) => (replaced.has(element.value) ? [element] : [])),
  ]
  const kept = new Set(held)
  return { ok: true, value: placed.map(({ encoded }) => encoded).filter((encoded) => kept.has(encoded)) }
}

/** For the gateway: the copy with what was released. Problem: `disclosure-refused` for what the signature does not know, or what is there already. */
export const withReleased = (
  { payload, disclosures }: Omit<HeldCopy, 'held'>,
  released: readonly string[],
): Result<Revealed> => reveal(payload, [...disclosures, ...released])
