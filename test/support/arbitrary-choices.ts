/** Random choices of a recipient, with every modifier at times. */
import fc from 'fast-check'
import { DEPTHS, MILESTONES } from '#gateway/core/choice.ts'
import type { Choice, ChoiceReach } from '#gateway/core/choice.ts'
import { pick } from './small-world.ts'

const aChoiceReach = (): fc.Arbitrary<ChoiceReach> =>
  fc.oneof(
    pick([0, 6, 12, 1200]).map((months): ChoiceReach => ({ kind: 'months', months })),
    pick(MILESTONES).map((milestone): ChoiceReach => ({ kind: 'since', milestone })),
    pick(['2025-06-01', '2027-01-01', '2029-01-01']).map((date): ChoiceReach => ({ kind: 'since-date', date })),
  )

/** Choices over the named sections, with every modifier at times. */
export const aChoice = (sections: readonly string[]): fc.Arbitrary<Choice> =>
  fc
    .record(
      {
        depth: pick(DEPTHS),
        sections: fc.dictionary(pick(sections), pick(DEPTHS), { maxKeys: 2 }),
        optOut: fc.subarray([...sections], { maxLength: 2 }),
        factsOnly: fc.boolean(),
        askMe: fc.boolean(),
        reach: aChoiceReach(),
        versions: pick(['standing', 'all'] as const),
        delayedReveal: fc.record(
          {
            meanwhile: pick(DEPTHS),
            until: pick(['2026-01-01', '2028-01-01']),
            meetings: fc.integer({ min: 1, max: 4 }),
          },
          { requiredKeys: ['meanwhile'] },
        ),
      },
      { requiredKeys: ['depth', 'sections', 'optOut', 'factsOnly', 'askMe'] },
    )
    .map(({ delayedReveal, ...rest }): Choice => {
      // A delayed reveal needs a date or a number of meetings.
      const isDelayed =
        delayedReveal !== undefined && (delayedReveal.until !== undefined || delayedReveal.meetings !== undefined)
      return isDelayed ? { ...rest, delayedReveal } : rest
    })
