/** The fixed measures of a copy: which parts there are, how many digests an object has, and how far an array is filled. */
import type { Item } from '#gateway/core/item.ts'
import type { Message } from '#gateway/core/message.ts'

/** A message of a kind that holds items; those of the other kinds are plain signed messages. */
export type CopiedMessage = Extract<Message, { readonly items?: readonly Item[] | undefined }>

const COPIED_KINDS: ReadonlySet<string> = new Set([
  'CaseHandover',
  'Referral',
  'QuarterlyReport',
  'MonthlyMeetingRecord',
  'IncidentAlert',
  'EndOfCustodyNote',
  'Correction',
  'InformationResponse',
] satisfies readonly CopiedMessage['kind'][])

export const isCopiedKind = (kind: string): boolean => COPIED_KINDS.has(kind)
export const isCopied = (message: Message): message is CopiedMessage => isCopiedKind(message.kind)

/** Parts of a message: each a disclosure of its own. */
export const MESSAGE_PARTS = ['about', 'valued', 'dated', 'caseHandle', 'broker', 'items', 'corrected'] as const
export type MessagePart = (typeof MESSAGE_PARTS)[number]

/** Parts of an item beside what its mere existence says. */
export const ITEM_PARTS = [
  'name',
  'month',
  'exact',
  'detail',
  'g0',
  'g1',
  'g2',
  'g3',
  'g4',
  'supersedes',
  'labels',
] as const
export type ItemPart = (typeof ITEM_PARTS)[number]

/** Parts that no recipient is ever shown. */
export const BROKER_PARTS: ReadonlySet<string> = new Set(['broker', 'labels'] satisfies (MessagePart | ItemPart)[])

/** Digests in every message and in every item, whatever it says. */
export const MESSAGE_WIDTH = 8
export const ITEM_WIDTH = ITEM_PARTS.length

/** How far an array of items is filled. Outgrowing one is seen by who may see any item at all (`docs/decisions/0013`). */
export const CAPACITIES = [64, 512, 4096, 16_384] as const

/** Kinds that hand over a whole case start where a whole case ends. */
const WHOLE_CASE: ReadonlySet<string> = new Set(['CaseHandover', 'Referral'] satisfies CopiedMessage['kind'][])
const WHOLE_CASE_CAPACITY = 512

/** The fixed number of elements for so many items. Throws beyond the last: no message holds as many. */
export function capacityOf(kind: CopiedMessage['kind'], count: number): number {
  const least = WHOLE_CASE.has(kind) ? WHOLE_CASE_CAPACITY : CAPACITIES[0]
  const found = CAPACITIES.find((capacity) => capacity >= count && capacity >= least)
  if (found === undefined) throw new RangeError('more items than a message holds')
  return found
}
