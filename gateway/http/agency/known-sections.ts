/** Whether a choice speaks of sections that exist: a misspelt opt-out would opt out of nothing. */
import type { Choice } from '#gateway/core/choice.ts'
import type { ProblemPlace } from '#gateway/core/problem.ts'

/** Places of unknown section names; the names themselves are not repeated. */
export function unknownSections(
  known: readonly string[],
  { sections, optOut = [] }: Pick<Choice, 'sections'> & Partial<Pick<Choice, 'optOut'>>,
): readonly ProblemPlace[] {
  const isUnknown = (name: string): boolean => !known.includes(name)
  return [
    ...(Object.keys(sections).some(isUnknown) ? [{ pointer: '/sections', code: 'name-unknown' }] : []),
    ...optOut.flatMap((name, index) =>
      isUnknown(name) ? [{ pointer: `/optOut/${index}`, code: 'name-unknown' }] : [],
    ),
  ]
}
