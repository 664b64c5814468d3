/** Room 3: the sender's form becomes a message of the catalogue, with every name known and nothing above the ceiling. */
import { z } from 'zod'
import type { PolicySet } from '#policies/language/policy.ts'
import { CLASSIFICATIONS } from '#policies/language/item.ts'
import { CARRIED_KINDS, MESSAGE_KINDS } from '#gateway/core/message-kinds.ts'
import { envelopeSchema, factsOf, messageSchema } from '#gateway/core/message.ts'
import type { CaseFacts, Message } from '#gateway/core/message.ts'
import { KNOWN_CLASSIFICATIONS } from '#gateway/core/item.ts'
import { placesOf } from '#gateway/core/places.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemPlace, Result } from '#gateway/core/problem.ts'
import type { Participant, Vouch } from '#gateway/core/participants.ts'
import type { UnderstoodMessage, VerifiedSubmission } from '#gateway/core/stages.ts'
import { checkNames } from './check-names.ts'
import { readNative } from './read-native.ts'
import type { NativeDeps } from './read-native.ts'

export interface UnderstandDeps extends NativeDeps {
  readonly set: PolicySet
}

/** Refuses with the pointer and kind of each fault, never with a value. At most 50 faults are told. */
export function understand(deps: UnderstandDeps, verified: VerifiedSubmission): Result<UnderstoodMessage> {
  const native = readNative(deps, verified)
  if (!native.ok) return native
  const { payload, attested } = native.value
  const tooHigh = classificationPlaces(payload)
  if (tooHigh.length > 0) return fail('classification-too-high', tooHigh)
  const read = readMessage(payload)
  if (!read.ok) return read
  const message = read.value
  const checked = checkNames(deps, message)
  if (!checked.ok) return checked
  const vouched = mayState(verified.sender, message)
  if (!vouched.ok) return vouched
  return ok({ sender: verified.sender, message, bytesDigest: verified.bytesDigest, attested, receivedAt: deps.now })
}

/** A message of a carried kind. The other kinds of the catalogue are read, checked, and refused with their own problem. */
export function readMessage(payload: unknown): Result<Message> {
  const kind: unknown = typeof payload === 'object' && payload !== null && 'kind' in payload ? payload.kind : undefined
  if (isOneOf(MESSAGE_KINDS, kind) && !isOneOf(CARRIED_KINDS, kind)) {
    const body = z.looseObject(envelopeSchema.shape).safeParse(payload)
    return body.success
      ? fail('message-not-carried', [{ pointer: '/kind', code: 'not-yet-carried' }])
      : malformed(body.error)
  }
  const parsed = messageSchema.safeParse(payload)
  return parsed.success ? ok(parsed.data) : malformed(parsed.error)
}

const malformed = (error: z.ZodError): Result<never> => fail('message-malformed', placesOf(error))

const isOneOf = <Name extends string>(names: readonly Name[], value: unknown): value is Name =>
  typeof value === 'string' && (names as readonly string[]).includes(value)

/** Looked at before anything else of an item is read: what is above the ceiling must not be stored or described. */
function classificationPlaces(payload: unknown): readonly ProblemPlace[] {
  const items =
    typeof payload === 'object' && payload !== null && 'items' in payload && Array.isArray(payload.items)
      ? payload.items
      : []
  return items.flatMap((item: unknown, index) => {
    const classification =
      typeof item === 'object' && item !== null && 'classification' in item ? item.classification : undefined
    const isHigher =
      typeof classification === 'string' &&
      !isOneOf(CLASSIFICATIONS, classification) &&
      isOneOf(KNOWN_CLASSIFICATIONS, classification)
    return isHigher ? [{ pointer: `/items/${index}/classification`, code: 'above-ceiling' }] : []
  })
}

const VOUCH_FOR: Readonly<Record<keyof CaseFacts, Vouch>> = {
  measures: 'measures',
  informed: 'informed',
  careTeam: 'care-team',
  milestones: 'milestones',
  site: 'site',
  jurisdiction: 'site',
  minor: 'measures',
  restrictedTo: 'restriction',
  excludedFrom: 'restriction',
}

/** A fact of the case opens or closes flows for others: only a member that may vouch for it can state it. */
function mayState(sender: Participant, message: Message): Result<Message> {
  const stated = Object.keys(factsOf(message) ?? {}) as (keyof typeof VOUCH_FOR)[]
  const beyond = stated.filter((member) => !sender.vouches.includes(VOUCH_FOR[member]))
  return beyond.length === 0
    ? ok(message)
    : fail(
        'not-competent',
        beyond.map((member) => ({ pointer: `/facts/${member}`, code: 'not-vouched-for' })),
      )
}
