/** The cross-walk of gradings to Europol's 4x4, for import: lossy, so the grade as it came always stays beside it (`domain.md` §2.5). */
import { isGrade } from './grading.ts'
import type { EvaluationScheme, Graded } from './grading.ts'

/** A grade as its scheme writes it. */
export interface Grade {
  readonly scheme: EvaluationScheme
  readonly code: string
}

export interface CrossWalked {
  readonly original: Grade
  readonly europol: Grade
  /** False where the two do not say quite the same, or where several grades share one. */
  readonly isExact: boolean
}

type Walk = Readonly<Partial<Record<EvaluationScheme, Readonly<Record<string, string>>>>>

/** Grades without an equal among Europol's four, such as "suspected to be false", are left out: they are not made better than they were. */
const TO_EUROPOL: Readonly<Record<Graded, Walk>> = {
  source: {
    'uk-5x5x5': { A: 'A', B: 'B', C: 'B', D: 'C', E: 'X' },
    'uk-3x5x2': { 1: 'B', 2: 'X', 3: 'C' },
    admiralty: { A: 'A', B: 'B', C: 'B', D: 'C', E: 'C', F: 'X' },
  },
  information: {
    'uk-5x5x5': { 1: '1', 2: '2', 3: '3', 4: '4' },
    'uk-3x5x2': { A: '1', B: '3', C: '2', D: '4' },
    admiralty: { 1: '1', 2: '3', 3: '2', 6: '4' },
  },
}

/**
 * The nearest Europol grade with the original kept; undefined for a code that its scheme does not have, or that has no near one.
 * Where Europol's A and B share a grade of another scheme, the lower is given: import never raises a grade.
 */
export function toEuropol(graded: Graded, original: Grade): CrossWalked | undefined {
  if (!isGrade(original.scheme, graded, original.code)) return undefined
  if (original.scheme === 'europol-4x4') return { original, europol: original, isExact: true }
  const walk = TO_EUROPOL[graded][original.scheme] ?? {}
  const found = Object.hasOwn(walk, original.code) ? walk[original.code] : undefined
  return found === undefined ? undefined : { original, europol: { scheme: 'europol-4x4', code: found }, isExact: false }
}
