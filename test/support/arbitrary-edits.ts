/** Random edits of the cells of a set: any level, with names that the set knows. */
import fc from 'fast-check'
import { CELL_CONDITIONS } from '#policies/engine/cell-edit.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { LEVELS, RUNGS } from '#policies/language/level.ts'
import type { PolicySet, Reach } from '#policies/language/policy.ts'
import { DAY_MS, MIDDLE } from './small-world.ts'

const aReach: fc.Arbitrary<Reach> = fc.oneof(
  fc.integer({ min: 0, max: 24 }).map((months): Reach => ({ kind: 'months', months })),
  fc.constant<Reach>({ kind: 'since', milestone: 'release' }),
)

/** For one of the cells of the set; without dates of its own. */
export const anEdit = (set: PolicySet, kinds: readonly string[] = ['address']): fc.Arbitrary<CellEdit> =>
  fc
    .tuple(
      fc.record(
        {
          recipientType: fc.constantFrom(...set.vocabulary.recipientTypes),
          section: fc.constantFrom(...set.vocabulary.sections),
          level: fc.constantFrom(...LEVELS),
          omission: fc.constantFrom('silent' as const, 'declared' as const),
          rungs: fc.dictionary(fc.constantFrom(...kinds), fc.constantFrom(...RUNGS), {
            maxKeys: 1,
            noNullPrototype: true,
          }),
          conditions: fc.subarray([...CELL_CONDITIONS], { maxLength: 3 }),
          purposes: fc.subarray([...set.vocabulary.purposes]),
          bases: fc.subarray(set.bases.map(({ id }) => id)),
          reason: fc.constant('Because a test wants it so.'),
          reviewAt: fc.constant(MIDDLE + 365 * DAY_MS),
          at: fc.constant(MIDDLE),
        },
        { noNullPrototype: true },
      ),
      fc.option(aReach, { nil: undefined }),
    )
    .map(([edit, reach]) => (reach === undefined ? edit : { ...edit, reach }))
