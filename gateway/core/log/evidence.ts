/**
 * What travels inside a parcel so that its recipient can find it in the log: the leaf, its salt and the body it commits to. The
 * body shows the recipient only what it knows already; the full audit event is committed to under a salt that stays here.
 */
import { z } from 'zod'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { decodeBase64Url, isBase64Url } from '#gateway/core/base64url.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { opensTo, readLeaf } from './leaf.ts'
import type { VerifyEd25519 } from './note.ts'
import { verifyReceipt } from './receipt.ts'
import type { LogTrust, Proven } from './receipt.ts'

const base64url = z.string().length(43).refine(isBase64Url)

/** What was disclosed, as its recipient sees it. */
const disclosureSchema = z
  .strictObject({
    delivery: z.string().min(1).max(100),
    recipient: z.string().min(1).max(200),
    /** SHA-256 (hex) of the content. */
    digest: z.string().regex(/^[0-9a-f]{64}$/),
    /** Commitment to the audit event (leaf.ts, commitTo). */
    kept: base64url,
  })
  .readonly()
export type Disclosure = z.output<typeof disclosureSchema>

export const evidenceSchema = z
  .strictObject({ leaf: z.string().max(1_000), salt: base64url, body: z.string().max(2_000) })
  .readonly()
export type Evidence = z.output<typeof evidenceSchema>

/** The body of a disclosure's leaf (RFC 8785). */
export const printDisclosure = (disclosure: Disclosure): string => canonicalise(disclosureSchema.parse(disclosure))

export interface Received {
  readonly evidence: Evidence
  /** Undefined where the delivery came without one. */
  readonly receipt: string | undefined
  /** As the recipient itself found them. */
  readonly delivery: string
  readonly recipient: string
  readonly digest: string
}

/**
 * Whether the delivery stands in the log. Problems `receipt-missing`, `evidence-mismatch` where the leaf is about another content,
 * recipient or delivery, and those of verifyReceipt.
 */
export function verifyDelivery(received: Received, trust: LogTrust, verify: VerifyEd25519): Result<Proven> {
  const { evidence, receipt } = received
  if (receipt === undefined) return fail('receipt-missing')
  const disclosure = open(evidence)
  const isThis =
    disclosure?.delivery === received.delivery &&
    disclosure.recipient === received.recipient &&
    disclosure.digest === received.digest
  return isThis ? verifyReceipt({ leaf: evidence.leaf, receipt }, trust, verify) : fail('evidence-mismatch')
}

/** The disclosure that the leaf commits to. */
function open({ leaf, salt, body }: Evidence): Disclosure | undefined {
  const read = readLeaf(leaf)
  const bytes = decodeBase64Url(salt)
  if (read === undefined || bytes === undefined || !opensTo(read, bytes, body)) return undefined
  const json = readStrictJson(body)
  return disclosureSchema.safeParse(json.ok ? json.value : undefined).data
}

/** What an exported delivery file holds: the content as it was opened, its evidence, and its receipt. */
const exportedSchema = z
  .strictObject({ content: z.unknown(), evidence: evidenceSchema, receipt: z.string().max(1_000_000).optional() })
  .readonly()
export type ExportedDelivery = z.output<typeof exportedSchema>

/** Reads the JSON of an exported delivery. Problem `receipt-malformed`. */
export function readExportedDelivery(json: unknown): Result<ExportedDelivery> {
  const read = exportedSchema.safeParse(json)
  return read.success ? ok(read.data) : fail('receipt-malformed')
}
