/** Copies as their sender signed them, as they are kept beside their message; and as they come in, with nothing of them believed yet. */
import { z } from 'zod'
import { placesOf } from '#gateway/core/places.ts'
import type { CaseId, MessageId } from '#gateway/core/ids.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { readCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'

/** More classes than any network has types of recipients. */
const MAX_COPIES = 32
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
/** 128 bits in hex: never the text of a case reference that somebody chose. */
const CASE_HANDLE = /^[0-9a-f]{32}$/

export interface SignedCopy {
  readonly audienceClass: string
  readonly jti: string
  readonly ver: number
  readonly caseHandle: string
  /** Compact JWS of the sender. */
  readonly jwt: string
  /** What its salts are drawn from; absent where the disclosures themselves were sent. */
  readonly seed?: string
  readonly disclosures?: readonly string[]
}

/** All copies of one message. */
export interface SignedCopies {
  /** What the sender calls the case: the copies say it to the gateway. */
  readonly caseId: CaseId
  /** What it calls the message that it answers. */
  readonly inReplyTo?: MessageId | undefined
  /** Digest of the copies that it sent before in this case. */
  readonly prev?: string
  /** Key of the gateway that may present them. */
  readonly presenter: PublicJwk
  readonly copies: readonly SignedCopy[]
}

const folded = z
  .strictObject({
    jwt: z.string().regex(JWT),
    seed: z.string(),
    caseHandle: z.string().regex(CASE_HANDLE),
  })
  .readonly()
const foldedSchema = z
  .strictObject({
    message: z.looseObject({}).readonly(),
    prev: z.string().max(64).optional(),
    copies: z.array(folded).min(1).max(MAX_COPIES).readonly(),
  })
  .readonly()
const wholeSchema = z.strictObject({ copies: z.array(z.string()).min(1).max(MAX_COPIES).readonly() }).readonly()

export type FoldedText = z.input<typeof foldedSchema>

export interface HandedOver {
  /** Present where the copies are folded around it. */
  readonly message?: Readonly<Record<string, unknown>>
  readonly prev?: string | undefined
  readonly copies: readonly {
    readonly jwt: string
    readonly folded?: { readonly seed: string; readonly caseHandle: string }
    /** None where they are folded. */
    readonly disclosures: readonly string[]
  }[]
}

/** What stands in the envelope of a message in copies. Problems: `message-malformed`, `envelope-malformed`. */
export function readHandedOver(json: unknown): Result<HandedOver> {
  const whole = wholeSchema.safeParse(json)
  if (whole.success) return readWhole(whole.data.copies)
  const read = foldedSchema.safeParse(json)
  if (!read.success) return fail('message-malformed', placesOf(read.error))
  const { message, prev, copies } = read.data
  return ok({
    message,
    prev,
    copies: copies.map(({ jwt, seed, caseHandle }) => ({ jwt, folded: { seed, caseHandle }, disclosures: [] })),
  })
}

function readWhole(texts: readonly string[]): Result<HandedOver> {
  const copies: { readonly jwt: string; readonly disclosures: readonly string[] }[] = []
  for (const text of texts) {
    const read = readCompactSdJwt(text)
    if (!read.ok) return read
    const { jwt, disclosures, keyBinding } = read.value
    // Nobody but the gateway has anything to present.
    if (keyBinding !== undefined) return fail('envelope-malformed', [{ pointer: '/copies', code: 'key-binding' }])
    copies.push({ jwt, disclosures })
  }
  return ok({ copies })
}

export const isCaseHandle = (text: string): boolean => CASE_HANDLE.test(text)

/** The copy for recipients of that type, or undefined. */
export const copyForClass = (signed: SignedCopies | undefined, audienceClass: string): SignedCopy | undefined =>
  signed?.copies.find((copy) => copy.audienceClass === audienceClass)
