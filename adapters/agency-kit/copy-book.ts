/** What a member remembers of its copies, in files of its own: the secret of its case handles, and what it sent last of each case. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { SeenCase } from '#gateway/core/case-copy/case-handle.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import { inTurn, readJsonFile, writeJsonFile } from './json-file.ts'
import { sealCopies } from './sign-copies.ts'
import type { CopyKeys } from './sign-copies.ts'

const SECRET = /^[A-Za-z0-9_-]{43}$/

const seenSchema = z.strictObject({ versions: z.record(z.string(), z.int()).readonly(), digest: z.string() }).readonly()
/** `pending` was posted, and whether it was taken is not known yet. */
const sentSchema = z.strictObject({ sent: seenSchema.optional(), pending: seenSchema.optional() }).readonly()

export interface CopyBook {
  /**
   * Copies a message, posts it by `post`, and remembers it once it was taken. One at a time for a case. `isStale` tells a refusal
   * that came because an earlier post was taken after all, although no answer to it arrived.
   */
  readonly send: <T>(
    message: CopiedMessage,
    to: { readonly classes: readonly string[]; readonly keys: CopyKeys },
    how: { readonly post: (jwe: string) => Promise<T>; readonly isStale: (error: unknown) => boolean },
  ) => Promise<T>
}

/** The book in that folder, made when first used. */
export function openCopyBook(folder: string): CopyBook {
  const secretOf = onceDone(() => readSecret(folder))
  return {
    send: (message, { classes, keys }, { post, isStale }) => {
      const path = join(folder, `${sha256Hex(message.caseId)}.json`)
      const sendAfter = async (before: SeenCase | undefined): ReturnType<typeof post> => {
        const { jwe, sent } = await sealCopies(message, { classes, secret: await secretOf(), sent: before }, keys)
        await writeJsonFile(path, { sent: before, pending: sent })
        const answer = await post(jwe)
        await writeJsonFile(path, { sent })
        return answer
      }
      return inTurn(path, async () => {
        const { sent, pending } = (await readJsonFile(path, sentSchema)) ?? {}
        try {
          return await sendAfter(sent)
        } catch (error) {
          if (pending === undefined || !isStale(error)) throw error
          return sendAfter(pending)
        }
      })
    },
  }
}

function onceDone<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined
  return () => (done ??= work())
}

/** Throws where the file holds no secret: another one would give every case another name. */
async function readSecret(folder: string): Promise<string> {
  const path = join(folder, 'secret')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Whoever comes first writes it.
  await writeFile(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(() => {})
  const secret = await readFile(path, 'utf8')
  if (!SECRET.test(secret)) throw new Error(`${path}: not the secret of this member's case handles`)
  return secret
}
