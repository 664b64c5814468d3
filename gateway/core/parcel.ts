/** What is encrypted to a recipient: the signed content, and beside it what its entry in the log commits to. */
import { z } from 'zod'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { canonicalise, sha256Hex } from './canonical-json.ts'
import { evidenceSchema } from './log/evidence.ts'
import { fail, ok } from './problem.ts'
import type { Result } from './problem.ts'

const parcelSchema = z
  .strictObject({
    /** Compact JWS or presentation, as it was signed. */
    content: z.string().min(1),
    evidence: evidenceSchema,
  })
  .readonly()
export type Parcel = z.output<typeof parcelSchema>

const LEAST_BYTES = 4 * 1024
const STEP_BYTES = 128 * 1024

/** The least of 4, 8, 16, 32, 64 and 128 kB, then multiples of 128 kB, that holds so many bytes. */
export function bucketFor(bytes: number): number {
  let bucket = LEAST_BYTES
  while (bucket < bytes && bucket < STEP_BYTES) bucket *= 2
  return bytes <= bucket ? bucket : Math.ceil(bytes / STEP_BYTES) * STEP_BYTES
}

/** The plaintext of a parcel (RFC 8785), filled with spaces: its length says no more than its bucket. */
export function printParcel(parcel: Parcel): string {
  const text = canonicalise(parcel)
  const bytes = Buffer.byteLength(text)
  return text + ' '.repeat(bucketFor(bytes) - bytes)
}

/** Reads the plaintext of a parcel without believing it. Problem `envelope-malformed`. */
export function readParcel(plaintext: string | Uint8Array): Result<Parcel> {
  const json = readStrictJson(plaintext, { maxDepth: 3, maxKeys: 8 })
  const read = parcelSchema.safeParse(json.ok ? json.value : undefined)
  return read.success ? ok(read.data) : fail('envelope-malformed', [{ pointer: '/parcel', code: 'not-a-parcel' }])
}

/** SHA-256 (hex) of the content: what the log's entry says of it. */
export const digestOfContent = (content: string): string => sha256Hex(content)
