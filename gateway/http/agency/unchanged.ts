/** What a reader holds already is not sent again: If-None-Match on what everyone may read (RFC 9110 §13.1.2). */
import type { Result } from '#gateway/core/problem.ts'
import { ok } from '#gateway/core/problem.ts'
import type { Answer } from './operation.ts'

const WEAK = /^W\//

/** 304 with the tag and no body where one of the tags in the header is the answer's; else the answer. */
export function unlessHeld(result: Result<Answer>, ifNoneMatch: string | undefined): Result<Answer> {
  const tag = result.ok ? result.value.headers?.['ETag'] : undefined
  if (!result.ok || tag === undefined || ifNoneMatch === undefined) return result
  const held = ifNoneMatch.split(',').map((text) => text.trim().replace(WEAK, ''))
  if (!held.includes('*') && !held.includes(tag)) return result
  return ok({ ...result.value, status: 304, body: '' })
}
