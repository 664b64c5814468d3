/** The laws of a choice: 6 to 8. A choice narrows what policy permits, and the safety floor stays. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { monthsBefore } from '#policies/language/instant.ts'
import { LEVELS, rankOf } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import { DEFAULT_CHOICE, DEPTHS, UNNARROWED, showsMore } from '#gateway/core/choice.ts'
import type { Choice, Depth } from '#gateway/core/choice.ts'
import { NATURES } from '#gateway/core/item.ts'
import { narrow, narrowLevel } from '#gateway/core/narrow.ts'
import type { NarrowedItem, View } from '#gateway/core/narrow.ts'
import type { Choices } from '#gateway/core/stages.ts'
import { SECTION_IDS } from '#gateway/core/vocabulary/section.ts'
import { referenceNarrow } from '#test/reference/narrow.reference.ts'
import { aChoice } from '#test/support/arbitrary-choices.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { MIDDLE, anInstant } from '#test/support/small-world.ts'

/** Sections of every row of the table of depths: few, so that choices and items meet. */
const SECTIONS = [
  'identity',
  'measures',
  'accommodation',
  'ideology',
  'incidents',
  'own-statement',
  'risk-needs',
] as const
const RUNS = { numRuns: lawRuns(5_000) }

const aView = (): fc.Arbitrary<View> =>
  fc.record({
    at: fc.constantFrom(MIDDLE, MIDDLE + 400 * 86_400_000),
    milestones: fc
      .record({ 'measure-start': anInstant(), release: anInstant(), transfer: anInstant() }, { requiredKeys: [] })
      .map((milestones) => ({ ...milestones })),
    meetings: fc.integer({ min: 0, max: 4 }),
    lastReadAt: fc.option(anInstant(), { nil: undefined }),
  })

const anItem = (): fc.Arbitrary<NarrowedItem> =>
  fc
    .record({
      section: fc.constantFrom(...SECTIONS),
      nature: fc.constantFrom(...NATURES),
      isPast: fc.boolean(),
      isSuperseded: fc.boolean(),
      isNew: fc.boolean(),
      observedAt: anInstant(),
    })
    // What is superseded is past.
    .map((item) => ({ ...item, isSuperseded: item.isSuperseded && item.isPast }))

const anyLevel = (): fc.Arbitrary<Level> => fc.constantFrom(...LEVELS)
const anyChoice = (): fc.Arbitrary<Choice> =>
  fc.oneof(
    { weight: 4, arbitrary: aChoice(SECTIONS) },
    { weight: 1, arbitrary: fc.constantFrom(DEFAULT_CHOICE, UNNARROWED) },
  )
const choicesOf = (organisation: Choice, practitioner: Choice, view: View): Choices => ({
  organisation,
  practitioner,
  meetings: view.meetings,
  lastReadAt: view.lastReadAt,
})

describe('law 6', () => {
  it('Law 6: a choice only narrows', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), aView(), (level, item, choice, view) => {
        assert.ok(rankOf(narrowLevel({ level, item, choice, view })) <= rankOf(level))
      }),
      RUNS,
    )
  })

  it('Law 6: a choice only narrows: one that is said to show no more than another shows no more of anything', () => {
    let counted = 0
    const pairs = fc.tuple(anyChoice(), anyChoice()).chain(([one, other]) =>
      // Two drawn by chance are seldom alike: a change of one member meets the edge between more and no more.
      fc
        .constantFrom(other, ...Object.entries(other).map(([name, value]) => ({ ...one, [name]: value })))
        .map((after) => ({ one, after })),
    )
    fc.assert(
      fc.property(pairs, fc.array(anItem(), { minLength: 8, maxLength: 8 }), aView(), ({ one, after }, items, view) => {
        if (showsMore(one, after)) return
        counted += 1
        for (const item of items) {
          const [before, now] = [one, after].map((choice) => rankOf(narrowLevel({ level: 'full', item, choice, view })))
          assert.ok((now ?? 0) <= (before ?? 0))
        }
      }),
      RUNS,
    )
    assert.ok(counted > RUNS.numRuns / 20, `${counted} pairs`)
  })

  it('Law 6: a choice only narrows: organisation and practitioner together never pass the ceiling, floor or not', () => {
    fc.assert(
      fc.property(
        anyLevel(),
        anItem(),
        anyChoice(),
        anyChoice(),
        fc.boolean(),
        aView(),
        (ceiling, item, mine, ours, isFloor, view) => {
          const narrowed = narrow({ ceiling, isFloor, item }, choicesOf(ours, mine, view), view)
          assert.ok(rankOf(narrowed.level) <= rankOf(ceiling))
        },
      ),
      RUNS,
    )
  })

  it('Law 6: a choice commutes with every other choice', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), anyChoice(), aView(), (level, item, a, b, view) => {
        const then = (first: Choice, second: Choice): Level =>
          narrowLevel({ level: narrowLevel({ level, item, choice: first, view }), item, choice: second, view })
        assert.equal(then(a, b), then(b, a))
        const both = (ours: Choice, mine: Choice): Level =>
          narrow({ ceiling: level, isFloor: false, item }, choicesOf(ours, mine, view), view).level
        assert.equal(both(a, b), both(b, a))
      }),
      RUNS,
    )
  })

  it('Law 6: applying a choice twice changes nothing', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), aView(), (level, item, choice, view) => {
        const once = narrowLevel({ level, item, choice, view })
        assert.equal(narrowLevel({ level: once, item, choice, view }), once)
      }),
      RUNS,
    )
  })

  it('Law 6: a pull-up, which replaces the practitioner’s choice, never passes the organisation’s choice', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), aView(), (ceiling, item, ours, view) => {
        const pulledUp = narrow({ ceiling, isFloor: false, item }, choicesOf(ours, UNNARROWED, view), view).level
        assert.equal(
          pulledUp,
          narrowLevel({
            level: narrowLevel({ level: ceiling, item, choice: UNNARROWED, view }),
            item,
            choice: ours,
            view,
          }),
        )
      }),
      RUNS,
    )
  })
})

describe('law 7', () => {
  it('Law 7: the floor holds: floor ∧ ceiling is in every projection, at any choice', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), anyChoice(), aView(), (ceiling, item, mine, ours, view) => {
        const standing = { ...item, isPast: false, isSuperseded: false }
        assert.equal(
          narrow({ ceiling, isFloor: true, item: standing }, choicesOf(ours, mine, view), view).level,
          ceiling,
        )
      }),
      RUNS,
    )
  })

  it('Law 7: the floor is not for what is past: an old ban is narrowed as any other item', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), anyChoice(), aView(), (ceiling, item, mine, ours, view) => {
        const past = { ...item, isPast: true }
        const of = (isFloor: boolean): Level =>
          narrow({ ceiling, isFloor, item: past }, choicesOf(ours, mine, view), view).level
        assert.equal(of(true), of(false))
        assert.ok(['full', 'nothing'].includes(of(true)))
      }),
      RUNS,
    )
  })
})

describe('law 8', () => {
  const deeper = (a: Depth, b: Depth): readonly [Depth, Depth] =>
    DEPTHS.indexOf(a) <= DEPTHS.indexOf(b) ? [a, b] : [b, a]
  const twoDepths = fc.tuple(fc.constantFrom(...DEPTHS), fc.constantFrom(...DEPTHS)).map(([a, b]) => deeper(a, b))

  it('Law 8: raising the depth, modifiers unchanged, never removes an item and never lowers its level', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), twoDepths, aView(), (level, item, choice, [low, high], view) => {
        const at = (depth: Depth): number => rankOf(narrowLevel({ level, item, choice: { ...choice, depth }, view }))
        assert.ok(at(low) <= at(high))
      }),
      RUNS,
    )
  })

  it('Law 8: raising the depth of one section never lowers the level of an item', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), twoDepths, aView(), (level, item, choice, [low, high], view) => {
        const at = (depth: Depth): number =>
          rankOf(
            narrowLevel({
              level,
              item,
              choice: { ...choice, sections: { ...choice.sections, [item.section]: depth } },
              view,
            }),
          )
        assert.ok(at(low) <= at(high))
      }),
      RUNS,
    )
  })

  it('Law 8: raising what is shown in the meantime of a delayed reveal never lowers the level of an item', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), twoDepths, aView(), (level, item, choice, [low, high], view) => {
        const at = (meanwhile: Depth): number =>
          rankOf(narrowLevel({ level, item, choice: { ...choice, delayedReveal: { meetings: 3, meanwhile } }, view }))
        assert.ok(at(low) <= at(high))
      }),
      RUNS,
    )
  })
})

describe('narrowLevel', () => {
  it('leaves what the plain reading of the table of depths and the modifiers leaves', () => {
    fc.assert(
      fc.property(anyLevel(), anItem(), anyChoice(), aView(), (level, item, choice, view) => {
        const number = SECTION_IDS.findIndex((id) => id === item.section) + 1
        assert.equal(narrowLevel({ level, item, choice, view }), referenceNarrow({ level, number, item, choice, view }))
      }),
      { numRuns: lawRuns(20_000) },
    )
  })

  it('leaves what the table of depths says of a standing item in full, for each of 31 sections and 5 depths', () => {
    const view: View = { at: MIDDLE, milestones: {}, meetings: 0, lastReadAt: undefined }
    for (const depth of DEPTHS)
      SECTION_IDS.forEach((section, index) => {
        const item = { section, nature: 'fact', isPast: false, isSuperseded: false, isNew: false, observedAt: MIDDLE }
        const choice: Choice = { ...DEFAULT_CHOICE, depth }
        const found = narrowLevel({ level: 'full', item, choice, view })
        assert.equal(
          found,
          referenceNarrow({ level: 'full', number: index + 1, item, choice, view }),
          `${section} at ${depth}`,
        )
      })
  })

  const aPast = { section: 'incidents', nature: 'fact', isPast: true, isSuperseded: false, isNew: false }
  const at = MIDDLE
  const view: View = { at, milestones: { release: monthsBefore(at, 5) }, meetings: 2, lastReadAt: monthsBefore(at, 1) }
  const pastAt = (months: number, choice: Partial<Choice>, isSuperseded = false): Level =>
    narrowLevel({
      level: 'full',
      item: { ...aPast, isSuperseded, observedAt: monthsBefore(at, months) },
      choice: { ...DEFAULT_CHOICE, ...choice },
      view,
    })
  const ROWS: readonly (readonly [string, () => Level, Level])[] = [
    ['an old event at D2', () => pastAt(6, { depth: 'D2' }), 'nothing'],
    ['an event of 12 months ago at D3', () => pastAt(12, { depth: 'D3' }), 'full'],
    ['an event of 13 months ago at D3', () => pastAt(13, { depth: 'D3' }), 'nothing'],
    [
      'an event of 13 months ago at D3 with a reach of 24',
      () => pastAt(13, { depth: 'D3', reach: { kind: 'months', months: 24 } }),
      'full',
    ],
    ['an event of ten years ago at D4', () => pastAt(120, { depth: 'D4' }), 'full'],
    [
      'an event of ten years ago at D4 with a reach of 6 months',
      () => pastAt(120, { depth: 'D4', reach: { kind: 'months', months: 6 } }),
      'nothing',
    ],
    ['a superseded version at D3', () => pastAt(6, { depth: 'D3' }, true), 'nothing'],
    ['a superseded version at D3 with all versions', () => pastAt(6, { depth: 'D3', versions: 'all' }, true), 'full'],
    ['a superseded version at D4', () => pastAt(6, { depth: 'D4' }, true), 'full'],
    [
      'a superseded version at D4 with standing versions only',
      () => pastAt(6, { depth: 'D4', versions: 'standing' }, true),
      'nothing',
    ],
    [
      'an event since release',
      () => pastAt(4, { depth: 'D3', reach: { kind: 'since', milestone: 'release' } }),
      'full',
    ],
    [
      'an event before release',
      () => pastAt(6, { depth: 'D3', reach: { kind: 'since', milestone: 'release' } }),
      'nothing',
    ],
    [
      'an event since a transfer that is not known',
      () => pastAt(0, { depth: 'D4', reach: { kind: 'since', milestone: 'transfer' } }),
      'nothing',
    ],
    [
      'an event before the last reading',
      () => pastAt(2, { depth: 'D4', reach: { kind: 'since', milestone: 'last-read' } }),
      'nothing',
    ],
    [
      'an old event before the third meeting',
      () => pastAt(6, { depth: 'D4', delayedReveal: { meetings: 3, meanwhile: 'D0' } }),
      'nothing',
    ],
    [
      'an old event after the second meeting',
      () => pastAt(6, { depth: 'D4', delayedReveal: { meetings: 2, meanwhile: 'D0' } }),
      'full',
    ],
    [
      'an old event on the day of the reveal',
      () => pastAt(6, { depth: 'D4', delayedReveal: { until: '2027-01-01', meanwhile: 'D0' } }),
      'full',
    ],
    [
      'an old event the day before the reveal',
      () => pastAt(6, { depth: 'D4', delayedReveal: { until: '2027-01-02', meanwhile: 'D0' } }),
      'nothing',
    ],
  ]
  for (const [name, found, expected] of ROWS) it(`gives ${expected} of ${name}`, () => assert.equal(found(), expected))
})
