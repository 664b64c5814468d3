/** What a delivery says of itself once it is opened: whose it is, which one, and the digest that its log entry must name. */
import { z } from 'zod'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { decodeBase64Url } from '#gateway/core/base64url.ts'
import { digestOfContent } from '#gateway/core/parcel.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { firstPart } from '#gateway/rooms/second-signature.ts'

export interface OpenedContent {
  readonly delivery: string
  readonly recipient: string
  /** SHA-256 (hex) of the content. */
  readonly digest: string
}

const named = z.string().min(1)
const signedSchema = z.looseObject({ jti: named, aud: named })
/** The key binding of a presentation (RFC 9901 §4.3): the delivery is its nonce. */
const boundSchema = z.looseObject({ nonce: named, aud: named })
const MAX_KEYS = 1_000_000

/**
 * Reads the content of an exported delivery: a compact JWS of the gateway, or a presentation of what a member signed. Of the log
 * alone: whose signature it bears is not asked here. Problem `message-malformed`.
 */
export function openContent(whole: unknown): Result<OpenedContent> {
  if (typeof whole !== 'string') return fail('message-malformed')
  // The log's entry is over both signatures, where there are two.
  const digest = digestOfContent(whole)
  const content = firstPart(whole)
  if (!content.includes('~')) {
    const signed = signedSchema.safeParse(payloadOf(content))
    return signed.success
      ? ok({ delivery: signed.data.jti, recipient: signed.data.aud, digest })
      : fail('message-malformed')
  }
  const bound = boundSchema.safeParse(payloadOf(content.slice(content.lastIndexOf('~') + 1)))
  return bound.success
    ? ok({ delivery: bound.data.nonce, recipient: bound.data.aud, digest })
    : fail('message-malformed')
}

function payloadOf(jws: string): unknown {
  const bytes = decodeBase64Url(jws.split('.')[1] ?? '')
  const json = bytes === undefined ? undefined : readStrictJson(bytes, { maxKeys: MAX_KEYS })
  return json?.ok === true ? json.value : undefined
}
