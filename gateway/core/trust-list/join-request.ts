/** What a new member asks to have listed: its public keys, under the key of its certificate and under each of those keys itself. */
import { z } from 'zod'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { decodeBase64Url } from '#gateway/core/base64url.ts'
import { NAME_PATTERN } from '#gateway/core/ids.ts'
import { listedKeySchema } from './list.ts'

const MOST_MANDATES = 200
const MOST_KEYS = 16
const name = z.string().regex(NAME_PATTERN)
const keys = z.array(listedKeySchema).min(1).max(MOST_KEYS).readonly()

const requestSchema = z
  .strictObject({
    sch: z.literal('passerelle-join/1'),
    /** Seconds since 1970. */
    iat: z.int().min(0),
    network: z.string().min(3).max(100),
    organisation: name,
    keys,
    mandates: z
      .array(z.strictObject({ id: name, keys }).readonly())
      .max(MOST_MANDATES)
      .readonly(),
    /** The text of an Ed25519 note key. */
    witnessKey: z.string().max(500),
  })
  .readonly()

/** Times of keys as text. */
export type JoinRequestText = z.input<typeof requestSchema>
export type JoinRequest = z.output<typeof requestSchema>

/** `by` is the kid of a key that the request names, or one of these two. */
export const BY_CERTIFICATE = 'certificate'
export const BY_WITNESS = 'witness'

export const signedJoinRequestSchema = z
  .strictObject({
    payload: z.string().min(1).max(200_000),
    /** Leaf and issuer, PEM. */
    certificates: z.string().min(1).max(20_000),
    signatures: z
      .array(z.strictObject({ by: z.string().max(100), signature: z.string().min(1).max(200) }).readonly())
      .min(1)
      .max(MOST_MANDATES * 2)
      .readonly(),
  })
  .readonly()
export type SignedJoinRequest = z.output<typeof signedJoinRequestSchema>

/** The payload in base64url. */
export const printJoinRequest = (request: JoinRequestText): string =>
  Buffer.from(canonicalise(request)).toString('base64url')

/** What is asked, or undefined where it is no request; nothing of it is verified. */
export function joinRequestIn({ payload }: Pick<SignedJoinRequest, 'payload'>): JoinRequest | undefined {
  const bytes = decodeBase64Url(payload)
  const json = bytes === undefined ? undefined : readStrictJson(bytes, { maxDepth: 6, maxKeys: 20_000 })
  return json?.ok === true ? requestSchema.safeParse(json.value).data : undefined
}

/** What each of its keys signs: no JWS, no note and no TLS handshake begins so. */
export const signedBytes = (payload: string): Uint8Array => new TextEncoder().encode(`passerelle-join/1\n${payload}`)
