/** Example decisions of a pack, run: every example asked of the set, with what differs from what was expected. */
import type { PolicySet } from '#policies/language/policy.ts'
import type { Example, Expected } from './case-text.ts'
import { ceilingOf, type Ceiling } from './ceiling.ts'
import { decide } from './decide.ts'
import { explain } from './explain.ts'

/** One example after its run; `wrong` names what differs, and is empty when it passed. */
export interface Outcome {
  readonly name: string
  readonly expected: Expected
  readonly ceiling: Ceiling
  readonly sentence: string
  readonly wrong: readonly string[]
}

/** Asks the set about every example, in their order. Pure. */
export const runCases = (set: PolicySet, examples: readonly Example[]): readonly Outcome[] =>
  examples.map(({ name, question, item, expected }) => {
    const ceiling = ceilingOf(decide(set, question, item), item, question)
    const sentence = explain(set, ceiling).en
    return { name, expected, ceiling, sentence, wrong: wrongIn(expected, ceiling, sentence) }
  })

/** Those that do not come out as expected: while there is one, a draft is not submitted. */
export const failingExamples = (set: PolicySet, examples: readonly Example[]): readonly Outcome[] =>
  runCases(set, examples).filter(({ wrong }) => wrong.length > 0)

function wrongIn(expected: Expected, ceiling: Ceiling, sentence: string): readonly string[] {
  const differs = (name: 'rules' | 'bases' | 'conditions'): boolean =>
    expected[name] !== undefined && expected[name].toSorted().join('\n') !== ceiling[name].join('\n')
  return [
    ...(ceiling.level === expected.level ? [] : ['level']),
    ...(expected.omission === undefined || ceiling.omission === expected.omission ? [] : ['omission']),
    ...(['rules', 'bases', 'conditions'] as const).filter(differs),
    ...(expected.says === undefined || sentence.includes(expected.says) ? [] : ['says']),
  ]
}
