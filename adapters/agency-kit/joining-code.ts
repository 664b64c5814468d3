/** The one text that an officer hands a new member: where the gateway is, whom to believe, and a code that is good once. */
import { X509Certificate } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { decodeBase64Url } from '#gateway/core/base64url.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { NAME_PATTERN } from '#gateway/core/ids.ts'
import { pinnedSchema } from '#gateway/core/trust-list/list.ts'

const CHECKSUM_BYTES = 8
const MOST_BYTES = 64 * 1024
const url = z.url({ protocol: /^https$/ }).max(200)

const codeSchema = z
  .strictObject({
    version: z.literal(1),
    /** Agency door. */
    url,
    /** Door of enrolment. */
    enrolmentUrl: url,
    organisation: z.string().regex(NAME_PATTERN),
    /** DER of the root certificate, base64url. */
    root: z.base64url().max(8000),
    /** As in officers.json. */
    officers: z.unknown().refine((value) => pinnedSchema.safeParse(value).success),
    /** One-time code of enrolment. */
    code: z.string().min(4).max(64),
    /** SHA-256 of the network as the officer has it and as GET /v1/network is to answer. */
    network: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .readonly()

export type JoiningCode = z.output<typeof codeSchema>

export function printJoiningCode(code: JoiningCode): string {
  const bytes = deflateRawSync(JSON.stringify(code))
  return Buffer.concat([checksumOf(bytes), bytes]).toString('base64url')
}

const checksumOf = (bytes: Uint8Array): Buffer => Buffer.from(sha256Hex(bytes), 'hex').subarray(0, CHECKSUM_BYTES)

/** What the text says, or why it is none. White space that a mail put into it is left out. */
export function readJoiningCode(
  text: string,
): { readonly kind: 'code'; readonly code: JoiningCode } | { readonly kind: 'fault'; readonly reason: string } {
  const fault = (reason: string): { readonly kind: 'fault'; readonly reason: string } => ({ kind: 'fault', reason })
  const bytes = decodeBase64Url(text.replaceAll(/\s+/g, ''))
  if (bytes === undefined || bytes.length <= CHECKSUM_BYTES) return fault('not a joining code')
  const packed = bytes.subarray(CHECKSUM_BYTES)
  if (!checksumOf(packed).equals(bytes.subarray(0, CHECKSUM_BYTES)))
    return fault('a character is wrong or missing: copy the whole code')
  const json = unpacked(packed)
  const read = codeSchema.safeParse(json)
  if (!read.success) return fault('of another version of passerelle, or not made by it')
  return rootOf(read.data) === undefined ? fault('holds no root certificate') : { kind: 'code', code: read.data }
}

function unpacked(packed: Uint8Array): unknown {
  try {
    const read = readStrictJson(inflateRawSync(packed, { maxOutputLength: MOST_BYTES }))
    return read.ok ? read.value : undefined
  } catch {
    return undefined
  }
}

/** PEM of the root, or undefined where it is no certificate of an authority. */
export function rootOf({ root }: Pick<JoiningCode, 'root'>): string | undefined {
  try {
    const certificate = new X509Certificate(Buffer.from(root, 'base64url'))
    return certificate.ca ? certificate.toString() : undefined
  } catch {
    return undefined
  }
}
