/** Whether a parcel that was opened stands in the log that the trust list names, as this delivery with this content. */
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { decodeBase64Url } from '#gateway/core/base64url.ts'
import { verifyDelivery } from '#gateway/core/log/evidence.ts'
import type { Evidence } from '#gateway/core/log/evidence.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import type { LogTrust } from '#gateway/core/log/receipt.ts'
import { digestOfContent } from '#gateway/core/parcel.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Projection } from '#gateway/core/projection.ts'
import type { Answer } from './client.ts'
import type { OpenedParcel } from './open-parcel.ts'

/** A delivery with its place in the log; without the projection, it is what `passerelle verify delivery` reads. */
export interface ReceivedDelivery {
  readonly projection: Projection
  readonly content: string
  readonly evidence: Evidence
  readonly receipt: string
  /** Something newer of the case was sent, or shown here, before: this is not the news. */
  readonly earlier?: true
}

export interface Claimed {
  /** Of the delivery, as it was asked for. */
  readonly id: string
  /** Undefined where the trust list names no log. */
  readonly log: LogTrust | undefined
  readonly receipt: string | undefined
}

/** Problems `receipt-missing`, `evidence-mismatch` and those of verifyReceipt. */
export function proveDelivery(
  { projection, content, evidence }: Pick<OpenedParcel, 'projection' | 'content' | 'evidence'>,
  { id, log, receipt }: Claimed,
): Result<ReceivedDelivery> {
  if (log === undefined || receipt === undefined) return fail('receipt-missing')
  // Files are named for it: an id that is a path would be one that the gateway chose.
  if (projection.jti !== id || !isDeliveryId(id)) return fail('evidence-mismatch')
  const digest = digestOfContent(content)
  const received = { evidence, receipt, delivery: id, recipient: projection.aud, digest }
  const proven = verifyDelivery(received, log, verifyEd25519)
  return proven.ok ? ok({ projection, content, evidence, receipt }) : proven
}

export const isDeliveryId = (text: string): boolean => UUID_PATTERN.test(text)

const RECEIPT_HEADER = 'passerelle-log-receipt'

/** The receipt that came beside a parcel, or undefined. */
export function receiptIn(headers: Answer['headers']): string | undefined {
  const value = headers[RECEIPT_HEADER]
  const bytes = typeof value === 'string' ? decodeBase64Url(value) : undefined
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}
