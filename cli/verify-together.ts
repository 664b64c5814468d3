/** Exported deliveries held against one another: of one recipient's, or of several who lay theirs side by side. */
import { factsOf, problemOf, valuesOf } from '#adapters/agency-kit/told-facts.ts'
import type { Fact, Told } from '#adapters/agency-kit/told-facts.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'

/** A delivery that was verified by itself. */
export interface InHand {
  readonly file: string
  readonly told: Told
}

export interface Gainsaid {
  readonly problem: ProblemCode
  readonly of: Fact['of']
  /** The two files that say two things. */
  readonly files: readonly [string, string]
}

/** The first two that say two things of what is one; undefined where there are none. */
export function gainsaid(deliveries: readonly InHand[]): Gainsaid | undefined {
  const first = new Map<string, { readonly file: string; readonly says: string }>()
  for (const { file, told } of deliveries) {
    for (const { of, about, says } of [...factsOf(told), ...valuesOf(told)]) {
      const known = first.get(about)
      if (known !== undefined && known.says !== says) return { problem: problemOf(of), of, files: [known.file, file] }
      if (known === undefined) first.set(about, { file, says })
    }
  }
  return undefined
}
