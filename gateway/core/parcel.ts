/** What is encrypted to a recipient: the signed content, and beside it what its entry in the log commits to. */
import { z } from 'zod'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { canonicalise, sha256Hex } from './canonical-json.ts'
import { evidenceSchema } from './log/evidence.ts'
import { packContent, unpackContent } from './packed-content.ts'
import { fail, ok } from './problem.ts'
import type { Result } from './problem.ts'
import type { SharedBeginning } from './shared-beginning.ts'

const parcelSchema = z
  .strictObject({
    /** Compact JWS or presentation, as it was signed. */
    content: z.string().min(1),
    evidence: evidenceSchema,
  })
  .readonly()
export type Parcel = z.output<typeof parcelSchema>

/** A parcel to print. Where its content has begun with what others share, `content` is what comes after. */
export interface ToPrint extends Parcel {
  readonly begun?: SharedBeginning | undefined
}

/** The first line, where the content follows it as so many bytes. */
const packedSchema = z.strictObject({ evidence: evidenceSchema, packed: z.int().min(1) }).readonly()

const LEAST_BYTES = 4 * 1024
/** Up to here a single item is much of a parcel: only powers of two. */
const COARSE_BYTES = 32 * 1024
/** Above, an eighth of the power of two below: at most that much is filling. */
const STEPS = 8

/** The least of 4, 8, 16 and 32 kB, then of eight steps to each doubling, that holds so many bytes. */
export function bucketFor(bytes: number): number {
  let bucket = LEAST_BYTES
  while (bucket < bytes && bucket < COARSE_BYTES) bucket *= 2
  if (bytes <= bucket) return bucket
  while (bucket * 2 < bytes) bucket *= 2
  const step = bucket / STEPS
  return Math.ceil(bytes / step) * step
}

const LINE_END = 0x0a
const FILLING = 0x20

/**
 * The plaintext of a parcel, filled with spaces: its length says no more than its bucket. Its content follows a line of JSON
 * (RFC 8785), packed; one that would not come back the same stands in the JSON itself.
 */
export function printParcel({ content, evidence, begun }: ToPrint): Uint8Array {
  const packed = packedHalves(content, begun)
  const line =
    packed === undefined
      ? canonicalise({ content: `${begun?.text ?? ''}${content}`, evidence })
      : `${canonicalise({ evidence, packed: lengthOf(packed) })}\n`
  const parts = [Buffer.from(line), ...(packed ?? [])]
  return Buffer.concat(parts, bucketFor(lengthOf(parts))).fill(FILLING, lengthOf(parts))
}

/** Each by itself: together they are what the whole content is packed to. Undefined where it would not come back the same. */
function packedHalves(content: string, begun: SharedBeginning | undefined): readonly Uint8Array[] | undefined {
  const rest = packContent(content)
  if (begun === undefined) return rest === undefined ? undefined : [rest]
  return rest === undefined || begun.packed === undefined ? undefined : [begun.packed, rest]
}

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0)

/** Reads the plaintext of a parcel, bytes or text of one byte a character, without believing it. Problem `envelope-malformed`. */
export function readParcel(plaintext: string | Uint8Array): Result<Parcel> {
  const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext, 'latin1') : plaintext
  const parcel = readPacked(bytes) ?? readJson(bytes, parcelSchema)
  return parcel === undefined ? fail('envelope-malformed', [{ pointer: '/parcel', code: 'not-a-parcel' }]) : ok(parcel)
}

function readPacked(bytes: Uint8Array): Parcel | undefined {
  const end = bytes.indexOf(LINE_END)
  const head = end === -1 ? undefined : readJson(bytes.subarray(0, end), packedSchema)
  if (head === undefined) return undefined
  const after = end + 1 + head.packed
  if (after > bytes.length || bytes.subarray(after).some((byte) => byte !== FILLING)) return undefined
  const content = unpackContent(bytes.subarray(end + 1, after))
  return content === undefined || content === '' ? undefined : { content, evidence: head.evidence }
}

function readJson<Schema extends z.ZodType>(bytes: Uint8Array, schema: Schema): z.output<Schema> | undefined {
  const json = readStrictJson(bytes, { maxDepth: 3, maxKeys: 8 })
  return schema.safeParse(json.ok ? json.value : undefined).data
}

/** SHA-256 (hex) of the content, or of a beginning and the content after it: what the log's entry says of it. */
export const digestOfContent = (content: string, begun?: SharedBeginning): string =>
  begun === undefined ? sha256Hex(content) : begun.digestOnward(content, 'hex')
