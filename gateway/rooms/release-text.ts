/** A release as it comes in: opened, signed by its sender for us, lately; and the copies it adds to, read again with what they were lacking. */
import { z } from 'zod'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { readCopySet } from '#gateway/core/case-copy/copy-set.ts'
import { RELEASE_SCHEMA, withReleased } from '#gateway/core/case-copy/release.ts'
import type { SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import { RELEASE_ENVELOPE, RELEASE_SIGNATURE } from '#gateway/core/jose-headers.ts'
import type { Participant } from '#gateway/core/participants.ts'
import { placesOf } from '#gateway/core/places.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { openFromMember } from './open-from-member.ts'
import { readSigned } from './read-signed.ts'
import { judgeClaims } from './verify.ts'
import type { VerifyDeps } from './verify.ts'

/** More than any copy may have, and more copies than any message. */
const MAX_DISCLOSURES = 65_536
const MAX_COPIES = 32
const uuid = z.string().regex(UUID_PATTERN)
const releasedCopy = z
  .strictObject({ jti: uuid, disclosures: z.array(z.string()).min(1).max(MAX_DISCLOSURES).readonly() })
  .readonly()

const releaseSchema = z
  .strictObject({
    sch: z.literal(RELEASE_SCHEMA),
    iss: z.string(),
    aud: z.string(),
    iat: z.int().min(0),
    jti: uuid,
    /** As the gateway named the message. */
    messageId: uuid.transform((text) => text as MessageId),
    copies: z.array(releasedCopy).min(1).max(MAX_COPIES).readonly(),
  })
  .readonly()

/** What its sender lets go of, one list for each copy. */
export type ReleaseText = z.output<typeof releaseSchema>

export interface VerifiedRelease {
  readonly release: ReleaseText
  /** SHA-256 of the signed payload. */
  readonly digest: string
  readonly kid: string
}

/** As room 2 for a message: the first check that fails answers. Problems: those of `verify`. */
export async function verifyRelease(
  { keyRing, clock, broker, maxBytes }: VerifyDeps,
  sender: Participant,
  bytes: Uint8Array,
): Promise<Result<VerifiedRelease>> {
  if (bytes.byteLength > maxBytes) return fail('message-too-large')
  const sealed = Buffer.from(bytes).toString('latin1')
  const opened = await openFromMember({ keyRing, broker }, sealed, [RELEASE_ENVELOPE])
  if (!opened.ok) return opened
  const now = clock()
  const signed = await readSigned({ sender, text: opened.value.text, rule: RELEASE_SIGNATURE, now })
  if (!signed.ok) return signed
  const { payload, key, bytes: said } = signed.value
  const judged = judgeClaims({ payload, sender, key, audience: broker.uri, now })
  if (!judged.ok) return judged
  const read = releaseSchema.safeParse(payload)
  if (!read.success) return fail('message-malformed', placesOf(read.error))
  return ok({ release: read.data, digest: sha256Hex(said), kid: key.kid })
}

export interface Grown {
  /** The message that all copies reveal now, unread. */
  readonly payload: unknown
  readonly copies: SignedCopies
  readonly revealed: readonly Revealed[]
}

/**
 * Every copy with what was released of it. All must reveal one message, so that nothing is released to one class alone. Problems:
 * `disclosure-refused` for what no signature knows, what is there already, or copies of which nothing can be held back; `copies-differ`.
 */
export function grown(held: SignedCopies, released: ReleaseText['copies']): Result<Grown> {
  const byId = new Map(released.map(({ jti, disclosures }) => [jti, disclosures]))
  if (byId.size !== released.length || byId.size !== held.copies.length) return differ()
  const copies: SignedCopy[] = []
  const revealed: Revealed[] = []
  for (const copy of held.copies) {
    const more = byId.get(copy.jti)
    if (more === undefined) return differ()
    if (copy.disclosures === undefined) return nothingHeld()
    const read = withReleased({ payload: payloadIn(copy.jwt), disclosures: copy.disclosures }, more)
    if (!read.ok) return read
    revealed.push(read.value)
    copies.push({ ...copy, disclosures: [...copy.disclosures, ...more] })
  }
  const set = readCopySet(revealed)
  return set.ok ? ok({ payload: set.value.payload, copies: { ...held, copies }, revealed }) : set
}

export const nothingHeld = (): ReturnType<typeof fail> =>
  fail('disclosure-refused', [{ pointer: '/copies', code: 'nothing-held-back' }])
const differ = (): ReturnType<typeof fail> => fail('copies-differ', [{ pointer: '/copies', code: 'copies' }])

/** Of a copy whose signature was verified when it came. */
function payloadIn(jwt: string): unknown {
  const [, payload = ''] = jwt.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
}
