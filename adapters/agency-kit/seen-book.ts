/** What a recipient remembers of what it was shown of each case, so that an old case is never taken for the news, nor one case for another. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { canonicalise, sha256Hex } from '#gateway/core/canonical-json.ts'
import { keepHighest } from '#gateway/core/case-copy/case-handle.ts'
import { readCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { readReceipt } from '#gateway/core/log/receipt.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Believed } from './believe-content.ts'
import { inTurn, readJsonFile, writeJsonFile } from './json-file.ts'

const seenSchema = z
  .strictObject({
    ver: z.int(),
    /** When the gateway says that it presented it, seconds. */
    iat: z.int(),
    /** Where that stands in the log, which nobody can say otherwise. */
    at: z.strictObject({ log: z.string(), index: z.int() }).readonly().optional(),
    /** What the case was called. */
    caseId: z.string(),
  })
  .readonly()

export interface SeenBook {
  /**
   * Takes note of what was shown, and says whether something newer of the case was shown before. `receipt`: that of its delivery, proven.
   * Problems: `case-stale`; `presentation-refused` where a handle stood for another case before.
   */
  readonly see: (believed: Believed, receipt: string) => Promise<Result<'news' | 'earlier'>>
}

/** The book in that folder, made when first used. */
export const openSeenBook = (folder: string): SeenBook => ({
  see: async ({ copy, projection }, receipt) => {
    if (copy === undefined) return ok('news')
    const { iss, caseHandle, audienceClass, ver } = copy
    const path = join(folder, `seen-${sha256Hex(canonicalise([iss, audienceClass, caseHandle]))}.json`)
    return inTurn(path, async () => {
      const seen = await readJsonFile(path, seenSchema)
      const { iat, caseId } = projection
      if (seen !== undefined && seen.caseId !== caseId)
        return fail('presentation-refused', [{ pointer: '/presentation', code: 'case' }])
      const at = placeOf(receipt)
      // What was logged before the newest was seen is older; the times that the gateway writes prove nothing.
      const isEarlier = copy.isEarlier || (seen !== undefined && wasBefore({ iat, at }, seen))
      const highest = keepHighest(seen?.ver, ver, isEarlier)
      if (!highest.ok) return highest
      if (seen === undefined || ver > seen.ver) {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeJsonFile(path, { ver, iat, caseId, at })
      }
      return ok(copy.isEarlier || highest.value > ver ? 'earlier' : 'news')
    })
  },
})

type Shown = Pick<z.output<typeof seenSchema>, 'iat' | 'at'>

function placeOf(receipt: string): Shown['at'] {
  const read = readReceipt(receipt)
  const checkpoint = read === undefined ? undefined : readCheckpoint(read.checkpoint)
  return read === undefined || checkpoint === undefined ? undefined : { log: checkpoint.origin, index: read.index }
}

/** By the time that it says only where it was noted before places were: of another log, nothing is known. */
function wasBefore(shown: Shown, seen: Shown): boolean {
  if (seen.at === undefined) return shown.iat <= seen.iat
  return shown.at?.log === seen.at.log && shown.at.index < seen.at.index
}
