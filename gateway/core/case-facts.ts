/** What members stated about a case, taken together: later statements over earlier ones, a restriction only ever widened by its author. */
import type { CaseFacts } from './message.ts'

/** Members of later statements replace those of earlier ones. Oldest first. */
export const factsTogether = (stated: readonly { readonly facts: CaseFacts }[]): CaseFacts =>
  Object.assign({}, ...stated.map(({ facts }) => facts)) as CaseFacts
