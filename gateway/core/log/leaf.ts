/**
 * Leaves of the log: an hour, an action, a policy, and two keyed commitments; nothing personal. The body, which says who, what and
 * to whom, is kept elsewhere under the key of its case, so that it can be erased and the leaf still proves that it was.
 */
import { z } from 'zod'
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { isBase64Url } from '#gateway/core/base64url.ts'
import { hmacSha256, sameBytes } from './hash.ts'

const HOUR_CHARACTERS = 13
const MAX_LEAF_CHARACTERS = 1_000
export const SALT_BYTES = 32

const commitment = z.string().length(43).refine(isBase64Url)
const leafSchema = z
  .strictObject({
    v: z.literal(1),
    /** The hour, UTC, as `2026-11-21T10`. */
    t: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d$/),
    act: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/),
    /** SHA-256 (hex) of the policy in force; empty for what no policy judged. */
    pol: z.string().regex(/^([0-9a-f]{64})?$/),
    ref: commitment,
    com: commitment,
  })
  .readonly()
export type Leaf = z.output<typeof leafSchema>

export interface LeafSource {
  readonly at: Instant
  readonly act: string
  readonly policy?: string | undefined
  /** 32 bytes drawn for this leaf alone, which stay with the gateway, sealed under the key of the case. */
  readonly secret: Uint8Array
  readonly caseId: string
  /** 32 bytes drawn for this leaf alone; whoever is shown the body is shown it too. */
  readonly salt: Uint8Array
  readonly body: string
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** HMAC of a body under a salt drawn for it alone: it binds, and once the salt is gone it says nothing. */
export const commitTo = (salt: Uint8Array, body: string): string => base64url(hmacSha256(salt, body))

/** The reference to a case: two leaves of one case share nothing, so that recipients who compare theirs cannot tell. */
const referTo = (secret: Uint8Array, caseId: string): string => base64url(hmacSha256(secret, `ref|${caseId}`))

/** The text of a leaf (RFC 8785), which is what is hashed. Throws for what the reader would refuse: a mistake of ours. */
export function makeLeaf({ at, act, policy = '', secret, caseId, salt, body }: LeafSource): string {
  if (salt.length !== SALT_BYTES || secret.length !== SALT_BYTES)
    throw new RangeError('a leaf needs a salt and a secret of 32 bytes')
  const t = printInstant(at).slice(0, HOUR_CHARACTERS)
  const ref = referTo(secret, caseId)
  return canonicalise(leafSchema.parse({ v: 1, t, act, pol: policy, ref, com: commitTo(salt, body) }))
}

/** Reads a leaf; undefined for anything more, less, or otherwise written. */
export function readLeaf(text: string): Leaf | undefined {
  if (text.length > MAX_LEAF_CHARACTERS) return undefined
  const json = readStrictJson(text)
  const leaf = leafSchema.safeParse(json.ok ? json.value : undefined)
  return leaf.success && canonicalise(leaf.data) === text ? leaf.data : undefined
}

/** Whether the leaf commits to this body under this salt. */
export const opensTo = ({ com }: Leaf, salt: Uint8Array, body: string): boolean =>
  salt.length === SALT_BYTES && sameBytes(Buffer.from(com, 'base64url'), hmacSha256(salt, body))
