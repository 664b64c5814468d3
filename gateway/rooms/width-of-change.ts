/** Side room: whether a change discloses more than the version in force: proved, disproved by a question, or neither. */
import { explain } from '#policies/engine/explain.ts'
import { widerThan } from '#policies/engine/wider-search.ts'
import type { Width } from '#policies/engine/wider-search.ts'
import type { Bilingual } from '#policies/language/policy.ts'
import { readPolicy } from './read-policy.ts'
import type { PolicyRead, ReadDeps } from './read-policy.ts'

/** Questions drawn where there is no proof; some hundred milliseconds. */
const QUESTIONS = 2000

export interface WidthRead {
  readonly draft: PolicyRead
  readonly width: Width
  /** Of a counter-example: the two answers in one sentence each. */
  readonly sentences?: { readonly before: Bilingual; readonly after: Bilingual }
}

/** The same change over the same version gives the same answer. Undefined where either is not there. */
export async function widthOfChange(deps: ReadDeps, changeId: string): Promise<WidthRead | undefined> {
  const inForce = await readPolicy(deps)
  const draft = await readPolicy(deps, changeId)
  if (inForce === undefined || draft === undefined) return undefined
  const seed = Number.parseInt(draft.digest.slice(0, 7), 16)
  const width = widerThan(inForce.set, draft.set, { seed, count: QUESTIONS, at: draft.at })
  if (width.kind !== 'counter-example') return { draft, width }
  const sentences = { before: explain(inForce.set, width.before), after: explain(draft.set, width.after) }
  return { draft, width, sentences }
}
