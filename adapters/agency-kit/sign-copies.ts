/** A member's outgoing message as copies (RFC 9901): one for each class of recipients, signed, folded and sealed to the gateway. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { canonicalise, digestOf } from '#gateway/core/canonical-json.ts'
import { caseHandleOf, digestOfCopies, MAX_STEP, nextVersion } from '#gateway/core/case-copy/case-handle.ts'
import type { SeenCase } from '#gateway/core/case-copy/case-handle.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import type { Hold } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { payloadOf } from '#gateway/core/case-copy/read-copy.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import type { FoldedText } from '#gateway/core/case-copy/signed-copies.ts'
import type { Item } from '#gateway/core/item.ts'
import { COPIES_ENVELOPE, COPY_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { messageSchema } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { printCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import { sealToGateway, signCompact } from './sign-message.ts'
import type { SealingKey, SigningKey } from './sign-message.ts'

export interface CopyKeys {
  readonly signing: SigningKey
  readonly sealing: SealingKey
  /** The gateway's, bound into each copy: nobody else can present it. */
  readonly presenting: SealingKey
}

export interface Copying {
  /** Types of recipients, one copy each. */
  readonly classes: readonly string[]
  /** What the handles of this member's cases are made from; never leaves it. */
  readonly secret: string
  /** What this member sent last of the case. */
  readonly sent: SeenCase | undefined
  /** What stays here for now; absent: nothing, and the copies travel folded. */
  readonly holdOf?: HoldOf | undefined
}

export type HoldOf = (item: Item) => Hold | undefined

/** A copy as it was sent, and what was kept of it. */
export interface KeptCopy {
  readonly jti: string
  readonly jwt: string
  readonly disclosures: readonly string[]
  readonly held: readonly string[]
}

export interface SealedCopies {
  /** The envelope to post. */
  readonly jwe: string
  /** Of the message as the gateway reads it: its receipt says it. */
  readonly digest: string
  /** To be kept once it is accepted. */
  readonly sent: SeenCase
  /** The id under which each class of recipients knows the message. */
  readonly names: Readonly<Record<string, string>>
  /** Where something is held back: to be kept, since nothing can be released without it. */
  readonly kept?: readonly KeptCopy[]
}

/** The message of a payload whose kind comes in copies; undefined for any other, and for what is no message. */
export function copiedMessage(payload: unknown): CopiedMessage | undefined {
  // Printed once and read again, so that both ends copy the same text, member by member.
  const read = messageSchema.safeParse(JSON.parse(canonicalise(payload)))
  return read.success && isCopied(read.data) ? read.data : undefined
}

/** Types of mandates that this sender's message may come to: at the ends of the flows of its kind, and of those that take granted sections. */
export function audienceOf({ participants, edges, mandates }: Registry, message: Message): readonly string[] {
  const sender = participants.find(({ uri }) => uri === message.iss)?.id
  const isReached = ({ from, kinds }: Registry['edges'][number]): boolean =>
    from === sender &&
    (message.kind === 'Correction' || kinds.includes(message.kind) || kinds.includes('InformationResponse'))
  const ends = new Set(edges.filter(isReached).map(({ to }) => to))
  return [...new Set(mandates.flatMap(({ organisation, type }) => (ends.has(organisation) ? [type] : [])))].toSorted()
}

/** Throws where a value has a member that only the format may have. */
export async function sealCopies(
  message: CopiedMessage,
  { classes, secret, sent, holdOf }: Copying,
  { signing, sealing, presenting }: CopyKeys,
): Promise<SealedCopies> {
  const folded = classes.map((audienceClass) => ({
    audienceClass,
    jti: randomUUID(),
    caseHandle: caseHandleOf(secret, message.caseId, audienceClass),
    ver: nextVersion(sent?.versions[audienceClass], randomInt(1, MAX_STEP + 1)),
    seed: randomBytes(32).toString('base64url'),
  }))
  const prev = sent?.digest
  const unsigned = copiesOf({
    message,
    copies: folded.map((copy) => ({ ...copy, salt: saltsOf(copy.seed) })),
    presenter: presenting.jwk,
    prev,
    ...(holdOf === undefined ? {} : { holdOf }),
  })
  if (!unsigned.ok) throw new Error(`the message cannot be copied: ${unsigned.problem.code}`)
  const jwts = await Promise.all(
    unsigned.value.map(({ payload }) =>
      signCompact(new TextEncoder().encode(payload), COPY_SIGNATURE.exact.typ, signing),
    ),
  )
  const versions = Object.fromEntries(folded.map(({ audienceClass, ver }) => [audienceClass, ver]))
  const sealed = {
    sent: { versions: { ...sent?.versions, ...versions }, digest: digestOfCopies(jwts) },
    names: Object.fromEntries(folded.map(({ audienceClass, jti }) => [audienceClass, jti])),
  }
  if (holdOf !== undefined) {
    const kept = unsigned.value.map(({ disclosures, held }, index) => ({
      jti: folded[index]?.jti ?? '',
      jwt: jwts[index] ?? '',
      disclosures,
      held,
    }))
    return { ...sealed, kept, digest: digestOfWhole(kept), jwe: await sealWhole(kept, sealing) }
  }
  const text: FoldedText = {
    message,
    ...(prev === undefined ? {} : { prev }),
    copies: folded.map(({ seed, caseHandle }, index) => ({ jwt: jwts[index] ?? '', seed, caseHandle })),
  }
  const jwe = await sealToGateway({ text: canonicalise(text), rule: COPIES_ENVELOPE, key: sealing })
  return { ...sealed, digest: digestOf(message), jwe }
}

/** Copies with their disclosures and without what is held: a seed would tell all of it. */
export const sealWhole = (kept: readonly KeptCopy[], sealing: SealingKey): Promise<string> =>
  sealToGateway({
    text: canonicalise({ copies: kept.map(({ jwt, disclosures }) => printCompactSdJwt({ jwt, disclosures })) }),
    rule: COPIES_ENVELOPE,
    key: sealing,
  })

/** Of what copies with their disclosures say; what is held is no part of it. Throws for what is no copy. */
export function digestOfWhole([first]: readonly KeptCopy[]): string {
  const [, payload = ''] = first?.jwt.split('.') ?? []
  const read = reveal(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')), first?.disclosures ?? [])
  if (!read.ok) throw new Error(`the copy cannot be read: ${read.problem.code}`)
  return digestOf(payloadOf(read.value))
}
