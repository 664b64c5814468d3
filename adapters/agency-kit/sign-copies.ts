/** A member's outgoing message as copies (RFC 9901): one for each class of recipients, signed, folded and sealed to the gateway. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { caseHandleOf, digestOfCopies, MAX_STEP, nextVersion } from '#gateway/core/case-copy/case-handle.ts'
import type { SeenCase } from '#gateway/core/case-copy/case-handle.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import type { FoldedText } from '#gateway/core/case-copy/signed-copies.ts'
import { COPIES_ENVELOPE, COPY_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { messageSchema } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { encryptTo } from '#gateway/rooms/seal.ts'
import { signCompact } from './sign-message.ts'
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
}

export interface SealedCopies {
  /** The compact JWE to post. */
  readonly jwe: string
  /** To be kept once it is accepted. */
  readonly sent: SeenCase
  /** The id under which each class of recipients knows the message. */
  readonly names: Readonly<Record<string, string>>
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
  { classes, secret, sent }: Copying,
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
  })
  if (!unsigned.ok) throw new Error(`the message cannot be copied: ${unsigned.problem.code}`)
  const jwts = await Promise.all(
    unsigned.value.map(({ payload }) =>
      signCompact(new TextEncoder().encode(payload), COPY_SIGNATURE.exact['typ'] ?? '', signing),
    ),
  )
  const text: FoldedText = {
    message,
    ...(prev === undefined ? {} : { prev }),
    copies: folded.map(({ seed, caseHandle }, index) => ({ jwt: jwts[index] ?? '', seed, caseHandle })),
  }
  const versions = Object.fromEntries(folded.map(({ audienceClass, ver }) => [audienceClass, ver]))
  return {
    jwe: await encryptTo({ text: canonicalise(text), rule: COPIES_ENVELOPE, key: sealing }),
    sent: { versions: { ...sent?.versions, ...versions }, digest: digestOfCopies(jwts) },
    names: Object.fromEntries(folded.map(({ audienceClass, jti }) => [audienceClass, jti])),
  }
}
