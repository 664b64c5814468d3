/** The gateway's reading of a copy: the message that its sender wrote, provided that every part is what that message makes of it. */
import { z } from 'zod'
import { messageSchema } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import { placesOf } from '#gateway/core/places.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { toMinute } from './copies.ts'
import { indexOf, partsFound } from './copy-index.ts'
import type { CopyIndex } from './copy-index.ts'
import { itemTextOf, wrongPart } from './item-parts.ts'
import { isSameJson, membersOf } from './json-members.ts'
import type { Members } from './json-members.ts'
import { areMessageParts, messageTextOf } from './message-parts.ts'
import { CAPACITIES, ITEM_WIDTH, MESSAGE_PARTS, MESSAGE_WIDTH, capacityOf, isCopied } from './schema.ts'
import type { CopiedMessage } from './schema.ts'

const uuid = z.uuid()
const publicJwk = z.strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() })

/** Claims that stand open in every copy, for everyone who holds any of it. */
const openSchema = z
  .looseObject({
    sch: z.string(),
    iss: z.string(),
    iat: z.int().min(0),
    jti: uuid,
    ver: z.int().min(1),
    cnf: z.strictObject({ jwk: publicJwk.readonly() }).readonly(),
    audienceClass: z.string().min(2).max(40),
    attested: z.literal('broker').optional(),
    caseHandle: z.string().min(3).max(64),
  })
  .readonly()
export type OpenClaims = z.output<typeof openSchema>

/** What stands open in a copy, and the handle. Problem: `message-malformed`. */
export function readOpenClaims({ claims }: Revealed): Result<OpenClaims> {
  const read = openSchema.safeParse(claims)
  return read.success ? ok(read.data) : fail('message-malformed', placesOf(read.error))
}

interface FoundItem {
  readonly element: Members
  readonly parts: Members
}

/** The items that were given to the gateway, in the order of the message. */
const itemsFound = ({ items }: CopyIndex): readonly FoundItem[] =>
  items.map(partsFound).toSorted((a, b) => placeIn(a) - placeIn(b))

const placeIn = ({ parts }: FoundItem): number => Number(membersOf(parts['labels'])['index'])

/** The message as its sender would have signed it without copies: unread, for the schema of a message to judge. */
export function payloadOf(revealed: Revealed): Members {
  const { claims } = revealed
  const hasItems = membersOf(claims['broker'])['hasItems'] === true
  return { ...messageTextOf(claims), ...(hasItems ? { items: itemsFound(indexOf(revealed)).map(itemTextOf) } : {}) }
}

/**
 * Whether each part is the one that the message makes: a coarser rung computed from the finer one, a month cut from its day.
 * Problems: `ladder-contradicted` with the place of the first item, `message-malformed` where something else is not as it must be.
 */
export function checkParts(message: Message, revealed: Revealed): Result<Message> {
  const { claims } = revealed
  const index = indexOf(revealed)
  const places = itemsFound(index)
  const order = places.map(placeIn)
  const isInOrder = order.every((place, index) => Number.isSafeInteger(place) && place > (order[index - 1] ?? -1))
  if (!isCopied(message) || !isInOrder || claims['iat'] !== toMinute(message.iat) || !areMessageParts(message, claims))
    return fail('message-malformed', [{ pointer: '', code: 'parts' }])
  if (!hasMeasures(message, revealed, index)) return fail('message-malformed', [{ pointer: '', code: 'measures' }])
  if (!isSameCorrected(message, claims)) return fail('message-malformed', [{ pointer: '/corrected', code: 'parts' }])
  for (const [place, item] of (message.items ?? []).entries()) {
    const found = places[place]
    const wrong = found === undefined ? 'missing' : wrongPart(item, found)
    if (wrong !== undefined) return fail('ladder-contradicted', [{ pointer: `/items/${place}`, code: wrong }])
  }
  return ok(message)
}

const OPEN = ['sch', 'iss', 'iat', 'jti', 'ver', 'cnf', 'audienceClass']

/**
 * Nothing stands open but what must, nothing is signed beside the parts, and every object and array has its fixed room. What is held
 * back counts as room, so that of the capacities any that is large enough will do.
 */
function hasMeasures(message: CopiedMessage, { claims, digests }: Revealed, { parts, items }: CopyIndex): boolean {
  const isInPlace = Object.keys(claims).every((name) =>
    OPEN.includes(name) ? !parts.has(name) : parts.has(name) && MESSAGE_PARTS.some((part) => part === name),
  )
  const elements = claims['items']
  const room = digests.size - MESSAGE_WIDTH - ITEM_WIDTH * items.length
  const capacity = message.kind === 'Correction' ? room / 2 : room
  return (
    isInPlace &&
    Array.isArray(elements) &&
    elements.length === items.length &&
    CAPACITIES.some((one) => one === capacity) &&
    capacity >= capacityOf(message.kind, items.length)
  )
}

/** In an array of its own, whose order says nothing. */
function isSameCorrected(message: Message, claims: Members): boolean {
  const found = claims['corrected']
  if (message.kind !== 'Correction') return found === undefined
  const ids = message.items.flatMap(({ supersedes }) => supersedes ?? [])
  return isSameJson(ids.toSorted(), Array.isArray(found) ? found.map(String).toSorted() : found)
}

/** Read whole and checked. Problems: `message-malformed`, `ladder-contradicted`. */
export function messageOf(revealed: Revealed): Result<Message> {
  const parsed = messageSchema.safeParse(payloadOf(revealed))
  return parsed.success ? checkParts(parsed.data, revealed) : fail('message-malformed', placesOf(parsed.error))
}
