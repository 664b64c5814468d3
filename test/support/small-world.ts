/** The small world of random cases: a few names, a few days, one basis that always holds. */
import fc from 'fast-check'
import type { Instant } from '#policies/language/instant.ts'
import type { Vocabulary } from '#policies/language/policy.ts'

export const DAY_MS = 86_400_000
/** 2027-01-01T00:00:00Z: the middle of the small calendar that every random instant falls in. */
export const MIDDLE: Instant = 1_798_761_600_000

export const VOCABULARY: Vocabulary = {
  sections: ['identity', 'family', 'health'],
  terms: ['name', 'address'],
  records: ['person'],
  recipientTypes: ['PS', 'SP'],
  roles: ['educator', 'counsellor'],
  purposes: ['follow-up', 'safety'],
  conditions: ['no-onward', 'no-judicial-use'],
}
/** One of these, the first being the simplest. */
export const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
/** A day within about three years of the middle; few enough that instants coincide. */
export const anInstant = (): fc.Arbitrary<Instant> =>
  fc.integer({ min: -36, max: 36 }).map((months) => MIDDLE + months * 30 * DAY_MS)
