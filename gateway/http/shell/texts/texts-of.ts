/** What is said of problems, by code. */
import type { ProblemCode } from '#gateway/core/problem.ts'

/** French title, then what to do in each language. The English title stands in the table of problems. */
export type Texts = readonly [titleFr: string, detailEn: string, detailFr: string]

export type TextsOf = Readonly<Partial<Record<ProblemCode, Texts>>>
