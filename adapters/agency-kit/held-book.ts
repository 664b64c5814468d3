/** What a member keeps of messages it sent in part: their copies, and what it held back of each. Nothing can be released without it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'

const seenSchema = z.strictObject({ versions: z.record(z.string(), z.int()).readonly(), digest: z.string() }).readonly()
const disclosures = z.array(z.string()).readonly()
const heldSchema = z
  .strictObject({
    copies: z
      .array(z.strictObject({ jti: z.string(), jwt: z.string(), disclosures, held: disclosures }).readonly())
      .readonly(),
    /** To be noted once they are taken. */
    sent: seenSchema,
    /** A release that was posted, and whether it was taken is not known yet. */
    releasing: z
      .strictObject({ payload: z.string(), copies: z.array(disclosures).readonly() })
      .readonly()
      .optional(),
  })
  .readonly()

/** Of one message. */
export type HeldMessage = z.output<typeof heldSchema>

export interface HeldBook {
  /** By the jti of the message. */
  readonly read: (jti: string) => Promise<HeldMessage | undefined>
  readonly write: (jti: string, held: HeldMessage) => Promise<void>
}

/** The book in that folder, made when first used. */
export function openHeldBook(folder: string): HeldBook {
  const pathOf = (jti: string): string => join(folder, `held-${sha256Hex(jti.toLowerCase())}.json`)
  return {
    read: (jti) => readJsonFile(pathOf(jti), heldSchema),
    write: async (jti, held) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeJsonFile(pathOf(jti), held)
    },
  }
}
