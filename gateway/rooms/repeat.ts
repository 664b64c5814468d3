/** Sent again: the first answer stands, and the same name around other content is refused. */
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Acceptance } from '#gateway/ports/stored.ts'

/** What the sender keeps: signed by the gateway, with the digest of exactly what it received. */
export interface Accepted {
  readonly messageId: MessageId
  readonly receipt: string
  readonly isRepeat: boolean
}

/** The first acceptance of the same thing, a refusal where only half of it is the same, or undefined for something new. */
export async function repeatOf(
  tx: Tx,
  { issuer, jti, idempotencyKey, bodyDigest, messageDigest }: Acceptance,
): Promise<Result<Accepted> | undefined> {
  const byKey = await tx.messages.acceptanceByKey(issuer, idempotencyKey)
  if (byKey !== undefined) return byKey.bodyDigest === bodyDigest ? repeat(byKey) : fail('idempotency-key-reused')
  const byJti = await tx.messages.acceptanceByJti(issuer, jti)
  if (byJti === undefined) return undefined
  return byJti.messageDigest === messageDigest ? repeat(byJti) : fail('submission-repeated')
}

/** The first answer to a verified message that was taken before, before anything of today is asked of it. */
export async function repeatOfMessage(
  read: Tx,
  sender: Pick<Participant, 'id'>,
  { payload, messageDigest }: { readonly payload: unknown; readonly messageDigest: string },
): Promise<Result<Accepted> | undefined> {
  const jti: unknown = typeof payload === 'object' && payload !== null && 'jti' in payload ? payload.jti : undefined
  const known = typeof jti === 'string' ? await read.messages.acceptanceByJti(sender.id, jti) : undefined
  if (known === undefined) return undefined
  return known.messageDigest === messageDigest ? repeat(known) : fail('submission-repeated')
}

export const repeat = ({ messageId, receipt }: Acceptance): Result<Accepted> =>
  ok({ messageId, receipt, isRepeat: true })
