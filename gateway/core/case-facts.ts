/** What members stated about a case, taken together: later statements over earlier ones, a restriction lifted by its author alone. */
import type { CaseFacts } from './message.ts'

/** One statement, and the member that answers for it. */
export interface StatedBy {
  readonly by: string
  readonly facts: CaseFacts
}

/**
 * Members of later statements replace those of earlier ones, milestones one by one. Oldest first. Restrictions of different
 * authors add up: whoever one of them shuts out stays out until that author says otherwise. A person is under 18 as long
 * as one author last said so. Measures of different authors add up, each as it was last stated; consents do not, since one that was withdrawn could not be told from one left out.
 */
export function factsTogether(stated: readonly StatedBy[]): CaseFacts {
  const latest = Object.assign({}, ...stated.map(({ facts }) => facts)) as CaseFacts
  const milestones = Object.assign({}, ...stated.map(({ facts }) => facts.milestones ?? {})) as CaseFacts['milestones']
  const restrictedTo = perAuthor(stated, 'restrictedTo')
  const excludedFrom = perAuthor(stated, 'excludedFrom')
  const measures = perAuthor(stated, 'measures')
  const minors = perAuthor(stated, 'minor')
  return {
    ...latest,
    ...(latest.milestones === undefined ? {} : { milestones }),
    ...(restrictedTo.length === 0 ? {} : { restrictedTo: restrictedTo.reduce(inBoth) }),
    ...(excludedFrom.length === 0 ? {} : { excludedFrom: [...new Set(excludedFrom.flat())] }),
    ...(minors.length === 0 ? {} : { minor: minors.includes(true) }),
    ...(measures.length === 0 ? {} : { measures: [...new Map(measures.flat().map((one) => [one.id, one])).values()] }),
  }
}

/** The last word of each author that had one, the most recent last. */
function perAuthor<Member extends 'restrictedTo' | 'excludedFrom' | 'measures' | 'minor'>(
  stated: readonly StatedBy[],
  member: Member,
): readonly NonNullable<CaseFacts[Member]>[] {
  const said = new Map<string, NonNullable<CaseFacts[Member]>>()
  for (const { by, facts } of stated) {
    const word = facts[member]
    if (word === undefined) continue
    said.delete(by)
    said.set(by, word)
  }
  return [...said.values()]
}

const inBoth = (a: readonly string[], b: readonly string[]): readonly string[] => a.filter((name) => b.includes(name))
