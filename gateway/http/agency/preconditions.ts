/** If-Match and If-None-Match as revisions of a choice (RFC 9110 §13.1). */
import type { IncomingHttpHeaders } from 'node:http'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'

/** Which revision the caller has seen; undefined where it did not say. */
export interface Preconditions {
  readonly expectedRevision: number | undefined
}

const STRONG_REVISION = /^"(0|[1-9]\d{0,8})"$/

export const printRevision = (revision: number): string => `"${revision}"`

/** `If-Match: "3"`, or `If-None-Match: *` where nothing was chosen yet; problem `request-malformed` for both or anything else. */
export function readPreconditions(headers: IncomingHttpHeaders): Result<Preconditions> {
  const match = headers['if-match']
  const noneMatch = headers['if-none-match']
  if (match === undefined && noneMatch === undefined) return ok({ expectedRevision: undefined })
  if (match === undefined && noneMatch === '*') return ok({ expectedRevision: 0 })
  const revision = STRONG_REVISION.exec(match ?? '')?.[1]
  if (revision === undefined || noneMatch !== undefined)
    return fail('request-malformed', [{ pointer: '/headers/if-match', code: 'not-a-revision' }])
  return ok({ expectedRevision: Number(revision) })
}
