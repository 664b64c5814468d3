/** What a recipient remembers of what it was shown of each case, so that an old case is never taken for the news, nor one case for another. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { canonicalise, sha256Hex } from '#gateway/core/canonical-json.ts'
import { keepHighest } from '#gateway/core/case-copy/case-handle.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Believed } from './believe-content.ts'
import { inTurn, readJsonFile, writeJsonFile } from './json-file.ts'

const seenSchema = z
  .strictObject({
    ver: z.int(),
    /** When the gateway presented it, seconds. */
    iat: z.int(),
    /** What the case was called. */
    caseId: z.string(),
  })
  .readonly()

export interface SeenBook {
  /** Takes note of what was shown. Problems: `case-stale`; `presentation-refused` where a handle stood for another case before. */
  readonly see: (believed: Believed) => Promise<Result<undefined>>
}

/** The book in that folder, made when first used. */
export const openSeenBook = (folder: string): SeenBook => ({
  see: async ({ copy, projection }) => {
    if (copy === undefined) return ok(undefined)
    const { iss, caseHandle, audienceClass, ver } = copy
    const path = join(folder, `seen-${sha256Hex(canonicalise([iss, audienceClass, caseHandle]))}.json`)
    return inTurn(path, async () => {
      const seen = await readJsonFile(path, seenSchema)
      const { iat, caseId } = projection
      if (seen !== undefined && seen.caseId !== caseId)
        return fail('presentation-refused', [{ pointer: '/presentation', code: 'case' }])
      // What was presented before the newest was seen says of itself that it is older.
      const isEarlier = copy.isEarlier || (seen !== undefined && iat <= seen.iat)
      const highest = keepHighest(seen?.ver, ver, isEarlier)
      if (!highest.ok) return highest
      if (seen === undefined || ver > seen.ver) {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeJsonFile(path, { ver, iat, caseId })
      }
      return ok(undefined)
    })
  },
})
