/** What each class of recipients calls a case, and how the copies of a case are counted. */
import { canonicalise, digestOf, hmacHex } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'

const HANDLE_CHARACTERS = 32

/** The same for one case and class, and to nobody without the sender's secret the same case as another class's: 128 bits in hex. */
export const caseHandleOf = (secret: string, caseId: string, audienceClass: string): string =>
  hmacHex(secret, canonicalise(['passerelle-case-handle/1', caseId, audienceClass])).slice(0, HANDLE_CHARACTERS)

/** The greatest step from one version to the next: so wide that a gap says nothing. */
export const MAX_STEP = 65_536

/** The version after `last`; `step` is drawn from 1 to MAX_STEP. Throws for any other. */
export function nextVersion(last: number | undefined, step: number): number {
  if (!Number.isInteger(step) || step < 1 || step > MAX_STEP) throw new RangeError('a step is from 1 to 65536')
  return (last ?? 0) + step
}

/** The digest of copies as they were signed, whatever their order: what the next ones name as `prev`. */
export const digestOfCopies = (signed: readonly string[]): string => digestOf(signed.toSorted())

/** What was last accepted of one case from one sender. */
export interface SeenCase {
  /** By audience class. */
  readonly versions: Readonly<Record<string, number>>
  readonly digest: string
}

export interface Arrived {
  readonly versions: Readonly<Record<string, number>>
  readonly digest: string
  readonly prev: string | undefined
}

/** For the gateway: what follows on what was accepted before, as it is to be remembered. Problem: `case-stale`. */
export function follow(seen: SeenCase | undefined, { versions, digest, prev }: Arrived): Result<SeenCase> {
  const isHigher = Object.entries(versions).every(([name, ver]) => ver > (seenVersion(seen, name) ?? 0))
  if (!isHigher) return fail('case-stale', [{ pointer: '/ver', code: 'not-higher' }])
  if (prev !== seen?.digest) return fail('case-stale', [{ pointer: '/prev', code: 'not-the-last' }])
  return ok({ versions: { ...seen?.versions, ...versions }, digest })
}

const seenVersion = (seen: SeenCase | undefined, name: string): number | undefined =>
  seen !== undefined && Object.hasOwn(seen.versions, name) ? seen.versions[name] : undefined

/**
 * For a recipient: the highest version it has seen of a case. An earlier message may be shown again, more of it or less, but only
 * openly as that: an old case is never the news. Problem: `case-stale`.
 */
export function keepHighest(seen: number | undefined, ver: number, isEarlier: boolean): Result<number> {
  if (seen === undefined || ver >= seen) return ok(ver)
  return isEarlier ? ok(seen) : fail('case-stale', [{ pointer: '/ver', code: 'earlier-than-seen' }])
}
