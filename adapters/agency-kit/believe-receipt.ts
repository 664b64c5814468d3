/** The gateway's receipt for what a member sent it: signed by a key of the gateway, to this member, over this very message. */
import { readStrictJson } from '#policies/language/strict-json.ts'
import { readCompactJws, RECEIPT_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { fromNumericDate } from '#gateway/core/time.ts'
import type { ListedKey, TrustList } from '#gateway/core/trust-list/list.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { readSecondSignature } from '#gateway/rooms/second-signature.ts'
import type { SecondKeys } from '#gateway/rooms/second-signature.ts'
import { z } from 'zod'

/** What was posted, by its own id and by the digest that the gateway makes of it. */
export interface Said {
  readonly jti: string
  readonly digest: string
}

/** What the receipt has to be of. */
export interface ToReceipt {
  readonly said: Said
  /** As the gateway named it in its answer. */
  readonly id: string
  /** URI of the member. */
  readonly member: string
}

export interface ReceiptTrust {
  readonly list: Pick<TrustList, 'gateway'>
  readonly second: SecondKeys | undefined
}

const receiptSchema = z.looseObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  jti: z.string(),
  iat: z.int().min(0),
  messageDigest: z.string(),
})

/**
 * Problems `receipt-of-another` where it is of another message, member or gateway, `receipt-malformed`, `key-unknown`, `signature-invalid`,
 * and those of a second signature. A repeated message is answered with its first receipt: it may be older than the keys of today.
 */
export async function believeReceipt(
  receipt: string,
  { said, id, member }: ToReceipt,
  { list: { gateway }, second }: ReceiptTrust,
): Promise<Result<undefined>> {
  const twice = await readSecondSignature(receipt, second)
  if (!twice.ok) return twice
  const jws = readCompactJws(twice.value, RECEIPT_SIGNATURE)
  if (!jws.ok) return fail('receipt-malformed')
  const key = gateway.keys.find(({ kid, use }) => use === 'sign' && kid === jws.value.kid)
  if (key?.jwk.kty !== 'EC') return fail('key-unknown')
  const verified = await verifyJws(jws.value, key.jwk)
  if (!verified.ok) return verified
  const json = readStrictJson(verified.value)
  const read = receiptSchema.safeParse(json.ok ? json.value : undefined)
  if (!read.success) return fail('receipt-malformed')
  const { iss, aud, sub, jti, iat, messageDigest } = read.data
  if (!wasGoodAt(key, iat)) return fail('key-unknown')
  const isOfThis = sub === id && jti === said.jti && messageDigest === said.digest
  return isOfThis && iss === gateway.uri && aud === member ? ok(undefined) : fail('receipt-of-another')
}

/** In its time when it signed, and nobody else is known to have had it. */
function wasGoodAt({ from, until, revokedAt, reason }: ListedKey, iat: number): boolean {
  const signedAt = fromNumericDate(iat)
  // Seconds are cut off.
  if (signedAt + SECOND_MS <= from || signedAt >= until) return false
  return revokedAt === undefined || (reason !== 'compromised' && signedAt < revokedAt)
}

const SECOND_MS = 1_000
