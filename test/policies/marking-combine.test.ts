/** Two markings of one item: together they stop whatever one of them stops, in whatever order they come. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { combine, limitOf } from '#policies/engine/marking.ts'
import { CLASSIFICATIONS, HANDLING_CODES, TLP_LABELS } from '#policies/language/item.ts'
import type { Marking } from '#policies/language/item.ts'
import { rankOf } from '#policies/language/level.ts'
import { AT, OPEN, asked, marked } from '#test/support/markings.ts'

const NAMES = ['court-paris', 'prison-paris', 'probation-paris'] as const
const aMarking: fc.Arbitrary<Marking> = fc.record(
  {
    classification: fc.constantFrom(...CLASSIFICATIONS),
    handling: fc.subarray([...HANDLING_CODES]),
    conditions: fc.subarray(['destroy-by', 'no-onward']),
    receivedInConfidence: fc.boolean(),
    tlp: fc.constantFrom(...TLP_LABELS),
    releasableTo: fc.subarray([...NAMES]),
    validUntil: fc.integer({ min: AT - 5, max: AT + 5 }),
    originator: fc.constantFrom(...NAMES),
    secrecyRegime: fc.constantFrom('medical', 'spip', 'lawyer'),
  },
  { requiredKeys: ['classification', 'handling', 'conditions', 'receivedInConfidence'] },
)

describe('combine', () => {
  it('is the same either way round, in any grouping, and with itself', () => {
    fc.assert(
      fc.property(aMarking, aMarking, aMarking, (a, b, c) => {
        assert.deepEqual(combine(a, b), combine(b, a))
        assert.deepEqual(combine(combine(a, b), c), combine(a, combine(b, c)))
        const once = combine(a, a)
        assert.deepEqual(combine(once, once), once)
      }),
    )
  })

  it('never loosens: what stops one of the two stops both together', () => {
    const aQuestion = fc.record({
      'recipient.organisation': fc.constantFrom(...NAMES),
      'recipient.clearedForDr': fc.boolean(),
      'recipient.secrecies': fc.subarray(['medical', 'spip']),
      'recipient.regime': fc.constantFrom('LED', 'GDPR'),
      'edge.purpose': fc.constantFrom('judicial-decision', 'release-preparation'),
      'edge.sender': fc.constantFrom(...NAMES),
    })
    fc.assert(
      fc.property(aMarking, aMarking, aQuestion, (a, b, facts) => {
        const question = asked(facts)
        const together = limitOf(combine(a, b), question)
        for (const one of [a, b]) {
          assert.ok(rankOf(together.level) <= rankOf(limitOf(one, question).level))
          for (const condition of limitOf(one, question).conditions) assert.ok(together.conditions.includes(condition))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('keeps the higher classification and label, all codes, only common names, the earlier end', () => {
    const a = marked({
      classification: 'diffusion-restreinte',
      handling: ['H2'],
      tlp: 'TLP:GREEN',
      releasableTo: ['a', 'b'],
      validUntil: 5,
    })
    const b = marked({
      handling: ['H1'],
      tlp: 'TLP:AMBER',
      releasableTo: ['b', 'c'],
      validUntil: 4,
      originator: 'court-paris',
    })
    assert.deepEqual(combine(a, b), {
      ...OPEN,
      classification: 'diffusion-restreinte',
      handling: ['H1', 'H2'],
      tlp: 'TLP:AMBER',
      releasableTo: ['b'],
      validUntil: 4,
      originator: 'court-paris',
    })
  })

  it('names both owners where they differ, so that neither alone can let it go', () => {
    const both = combine(
      marked({ originator: 'b', secrecyRegime: 'spip' }),
      marked({ originator: 'a', secrecyRegime: 'none' }),
    )
    assert.deepEqual([both.originator, both.secrecyRegime], ['a+b', 'spip'])
  })
})
