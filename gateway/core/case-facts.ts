/** What members stated about a case, taken together: later statements over earlier ones, a restriction lifted by its author alone. */
import type { CaseFacts } from './message.ts'

/** One statement, and the member that answers for it. */
export interface StatedBy {
  readonly by: string
  readonly facts: CaseFacts
}

/**
 * Members of later statements replace those of earlier ones, milestones one by one. Oldest first. Restrictions of different
 * authors add up: whoever one of them shuts out stays out until that author says otherwise.
 */
export function factsTogether(stated: readonly StatedBy[]): CaseFacts {
  const latest = Object.assign({}, ...stated.map(({ facts }) => facts)) as CaseFacts
  const milestones = Object.assign({}, ...stated.map(({ facts }) => facts.milestones ?? {})) as CaseFacts['milestones']
  const restrictedTo = perAuthor(stated, 'restrictedTo')
  const excludedFrom = perAuthor(stated, 'excludedFrom')
  return {
    ...latest,
    ...(latest.milestones === undefined ? {} : { milestones }),
    ...(restrictedTo.length === 0 ? {} : { restrictedTo: restrictedTo.reduce(inBoth) }),
    ...(excludedFrom.length === 0 ? {} : { excludedFrom: [...new Set(excludedFrom.flat())] }),
  }
}

/** The last word of each author that had one. */
function perAuthor(
  stated: readonly StatedBy[],
  member: 'restrictedTo' | 'excludedFrom',
): readonly (readonly string[])[] {
  const said = new Map<string, readonly string[]>()
  for (const { by, facts } of stated) {
    const names = facts[member]
    if (names !== undefined) said.set(by, names)
  }
  return [...said.values()]
}

const inBoth = (a: readonly string[], b: readonly string[]): readonly string[] => a.filter((name) => b.includes(name))
