/** What a sender held back, let go of later: more disclosures under the signature that it gave at first. */
import { canonicalise } from '#gateway/core/canonical-json.ts'
import type { ItemId } from '#gateway/core/ids.ts'
import type { Item } from '#gateway/core/item.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { indexOf } from './copy-index.ts'
import { membersOf } from './json-members.ts'
import type { CopiedMessage } from './schema.ts'

/** `sch` of what a sender signs to let go of something. */
export const RELEASE_SCHEMA = 'passerelle-release/1'

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

/** For the sender: the items of which it keeps anything. Problem: `disclosure-refused` where the copy is not one. */
export function heldItems({ payload, disclosures, held }: HeldCopy): Result<readonly string[]> {
  const whole = reveal(payload, [...disclosures, ...held])
  if (!whole.ok) return whole
  const kept = new Set(held)
  const found = indexOf(whole.value).items.filter(({ element, parts }) =>
    [element, ...parts.values()].some(({ encoded }) => kept.has(encoded)),
  )
  return ok(found.map(({ parts }) => String(membersOf(parts.get('name')?.value)['itemId'])))
}

/** For the gateway: the copy with what was released. Problem: `disclosure-refused` for what the signature does not know, or what is there already. */
export const withReleased = (
  { payload, disclosures }: Omit<HeldCopy, 'held'>,
  released: readonly string[],
): Result<Revealed> => reveal(payload, [...disclosures, ...released])

/** What a message has more than it had. */
export interface Growth {
  readonly came: readonly Item[]
  /** Items that were there, of which something is finer now. */
  readonly finer: readonly ItemId[]
}

/** Members of an item that its sender may hold back while the item itself is there. */
const HELD_WITHIN = [
  'value',
  'rungs',
  'method',
  'evidenceFor',
  'evidenceAgainst',
  'missingInformation',
  'subjectStatement',
]

/**
 * For the gateway: what the release brought, all else being as it was. Problem `disclosure-refused`, with `nothing-released`, or with
 * `another-part` where something else than an item or its value was kept back.
 */
export function growthOf(before: CopiedMessage, after: CopiedMessage): Result<Growth> {
  const known = new Map((before.items ?? []).map((item) => [item.itemId, item]))
  const items = after.items ?? []
  const came = items.filter(({ itemId }) => !known.has(itemId))
  const there = items.flatMap((item) => {
    const was = known.get(item.itemId)
    return was === undefined ? [] : [{ item, was }]
  })
  const finer = there.filter(({ item, was }) => canonicalise(item) !== canonicalise(was))
  const isOther = finer.some(({ item, was }) => apart(item) !== apart(was))
  if (isOther || there.length !== known.size || withoutItems(before) !== withoutItems(after))
    return refused('another-part')
  if (came.length === 0 && finer.length === 0) return refused('nothing-released')
  return ok({ came, finer: finer.map(({ item }) => item.itemId) })
}

const refused = (code: string): ReturnType<typeof fail> => fail('disclosure-refused', [{ pointer: '/copies', code }])

const apart = (item: Item): string =>
  canonicalise(Object.fromEntries(Object.entries(item).filter(([name]) => !HELD_WITHIN.includes(name))))

/** Of the case and of what it answers, each end has names of its own. */
const withoutItems = (message: CopiedMessage): string => {
  const { items: _items, caseId: _case, inReplyTo: _answered, ...rest } = message
  return canonicalise(rest)
}
