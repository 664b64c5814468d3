/** What a member remembers of its copies, in files of its own: the secret of its case handles, and what it sent last of each case. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { SeenCase } from '#gateway/core/case-copy/case-handle.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import type { Said } from './believe-receipt.ts'
import { openHeldBook } from './held-book.ts'
import { inTurn, readJsonFile, writeJsonFile } from './json-file.ts'
import { digestOfWhole, sealCopies, sealWhole } from './sign-copies.ts'
import type { CopyKeys, HoldOf } from './sign-copies.ts'

const SECRET = /^[A-Za-z0-9_-]{43}$/

const seenSchema = z.strictObject({ versions: z.record(z.string(), z.int()).readonly(), digest: z.string() }).readonly()
/** `pending` was posted, and whether it was taken is not known yet. */
const sentSchema = z.strictObject({ sent: seenSchema.optional(), pending: seenSchema.optional() }).readonly()

/** How a message leaves, and what is known of its way. */
export interface Sending<T> {
  readonly post: (jwe: string, said: Said) => Promise<T>
  /** A refusal because the gateway has taken something since, of which there is no note here. */
  readonly isStale: (error: unknown) => boolean
  /** What the gateway says that it took last of this case from this member; undefined where it took nothing. */
  readonly last?: (caseId: string) => Promise<SeenCase | undefined>
  /** What stays here for now. */
  readonly holdOf?: HoldOf | undefined
}

export interface CopyBook {
  /**
   * Copies a message, posts it by `post`, and remembers it once it was taken. One at a time for a case. Where an earlier post was
   * taken after all, although no answer to it arrived, or the book was lost, it goes on from what the gateway took last.
   */
  readonly send: <T>(
    message: CopiedMessage,
    to: { readonly classes: readonly string[]; readonly keys: CopyKeys },
    how: Sending<T>,
  ) => Promise<T>
}

/** The book in that folder, made when first used. */
export function openCopyBook(folder: string): CopyBook {
  const secretOf = onceDone(() => readSecret(folder))
  const heldBook = openHeldBook(folder)
  return {
    send: (message, { classes, keys }, { post, isStale, last, holdOf }) => {
      const path = join(folder, `${sha256Hex(message.caseId)}.json`)
      const sendAfter = async (before: SeenCase | undefined): ReturnType<typeof post> => {
        const copying = { classes, secret: await secretOf(), sent: before, holdOf }
        const { jwe, sent, kept, digest } = await sealCopies(message, copying, keys)
        if (kept !== undefined) await heldBook.write(message.jti, { copies: kept, sent })
        await writeJsonFile(path, { sent: before, pending: sent })
        const answer = await post(jwe, { jti: message.jti, digest })
        await writeJsonFile(path, { sent })
        return answer
      }
      /** The very copies that were posted before and kept: others of the same message could not be released from. */
      const sendAgain = async (): Promise<{ readonly answer: Awaited<ReturnType<typeof post>> } | undefined> => {
        const held = holdOf === undefined ? undefined : await heldBook.read(message.jti)
        if (held === undefined) return undefined
        try {
          const said = { jti: message.jti, digest: digestOfWhole(held.copies) }
          const answer = await post(await sealWhole(held.copies, keys.sealing), said)
          const { pending } = (await readJsonFile(path, sentSchema)) ?? {}
          if (pending?.digest === held.sent.digest) await writeJsonFile(path, { sent: held.sent })
          return { answer }
        } catch (error) {
          if (!isStale(error)) throw error
          return undefined
        }
      }
      return inTurn(path, async () => {
        const again = await sendAgain()
        if (again !== undefined) return again.answer
        const { sent, pending } = (await readJsonFile(path, sentSchema)) ?? {}
        try {
          return await sendAfter(sent)
        } catch (error) {
          if (!isStale(error)) throw error
          const taken = await takenSince(message.caseId, { sent, pending }, last)
          if (taken === undefined) throw error
          return sendAfter(taken)
        }
      })
    },
  }
}

/**
 * What the gateway took last, by its own word; without one, what was posted and never answered. undefined where it has less than it
 * confirmed to have taken: a gateway that forgot is not to be followed.
 */
async function takenSince(
  caseId: string,
  { sent, pending }: z.output<typeof sentSchema>,
  last: Sending<unknown>['last'],
): Promise<SeenCase | undefined> {
  if (last === undefined) return pending
  const told = await last(caseId)
  const isBehind = Object.entries(sent?.versions ?? {}).some(([name, ver]) => ver > (told?.versions[name] ?? 0))
  return isBehind ? undefined : told
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
