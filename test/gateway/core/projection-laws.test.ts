/** Laws 5 and 10 on a projected item: nothing beyond the ceiling, and markings with the quality block at every level. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { ceilingOf } from '#policies/engine/ceiling.ts'
import { decide } from '#policies/engine/decide.ts'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { LEVELS, rankOf } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { Item } from '#gateway/core/item.ts'
import { label } from '#gateway/core/label.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import { projectedItemSchema } from '#gateway/core/projection.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import { aSetOf } from '#test/support/arbitraries.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { QUESTION, permit } from '#test/support/small-questions.ts'
import { MIDDLE } from '#test/support/small-world.ts'

/** Texts found nowhere else, by the least level at which each may be seen. */
const SECRETS: Readonly<Record<string, Level>> = {
  'secret-exact': 'current',
  'secret-excerpt': 'summary',
  'secret-service': 'summary',
  'secret-for': 'current',
  'secret-against': 'current',
  'secret-gap': 'current',
  'secret-statement': 'current',
  '11111111-1111-4111-8111-111111111111': 'summary',
  'assessment-summary': 'summary',
}

/** A free text with something in every member, and its markings as drawn. */
const anItem = (): fc.Arbitrary<Item> =>
  fc
    .record({
      handling: fc.subarray(['H0', 'H1', 'H2', 'H3']),
      tlp: fc.constantFrom('TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER'),
      conditions: fc.subarray(['no-onward', 'no-judicial-use']),
      completeness: fc.constantFrom('complete', 'partial', 'unknown'),
      code: fc.constantFrom('A1', 'B2'),
      disputed: fc.boolean(),
      rungs: fc.subarray(['g1', 'g2', 'g3']),
    })
    .map(({ code, rungs, ...drawn }) =>
      itemSchema.parse({
        ...drawn,
        itemId: '11111111-1111-4111-8111-111111111111',
        section: 'evaluation',
        term: 'assessment-summary',
        value: 'secret-exact',
        rungs: Object.fromEntries(rungs.map((rung) => [rung, 'secret-excerpt'])),
        nature: 'assessment',
        subjectCategory: 'convicted',
        author: { role: 'educator', service: 'secret-service' },
        observedAt: '2026-12-01',
        recordedAt: '2026-12-02',
        source: { scheme: 'admiralty', code },
        information: { scheme: 'admiralty', code },
        evidenceFor: ['secret-for'],
        evidenceAgainst: ['secret-against'],
        missingInformation: 'secret-gap',
        subjectStatement: 'secret-statement',
      }),
    )

/** Labelled as a free text whose summary is the excerpt that the author approved, with the ceiling of an open policy. */
function readied(item: Item): { readonly labelled: LabelledItem; readonly ceiling: Ceiling } {
  const drawn = label(item, { at: MIDDLE, isSuperseded: false, windowMonths: { default: 3 }, attested: 'originator' })
  const labelled = { ...drawn, facts: {}, value: { ...drawn.value, kind: 'free-text', summaryRung: 'g1' as const } }
  return { labelled, ceiling: ceilingOf(decide(aSetOf([permit('open', {})]), QUESTION, labelled), labelled, QUESTION) }
}

/** The item at each level in turn, where anything of it is left. */
function forEachLevel(item: Item, look: (projected: ProjectedItem, level: Level) => void): void {
  for (const level of LEVELS) {
    const projected = projectItem({ item, ...readied(item), level })
    if (level === 'nothing') assert.equal(projected, undefined)
    if (projected !== undefined) look(projected, level)
  }
}

describe('a projected item', () => {
  it('Law 5: within the ceiling: a projection holds nothing that its ceiling does not name', () => {
    fc.assert(
      fc.property(anItem(), (item) => {
        forEachLevel(item, (projected, level) => {
          const text = JSON.stringify(projectedItemSchema.parse(projected))
          const early = Object.entries(SECRETS).filter(
            ([secret, least]) => rankOf(level) < rankOf(least) && text.includes(secret),
          )
          assert.deepEqual(early, [], level)
        })
      }),
      { numRuns: lawRuns(300) },
    )
  })

  it('Law 5: a summary without a rung to say it with says no more than existence', () => {
    fc.assert(
      fc.property(anItem(), (item) => {
        const bare = { ...item, rungs: {} }
        assert.equal(projectItem({ item: bare, ...readied(bare), level: 'summary' })?.level, 'existence')
      }),
      { numRuns: lawRuns(100) },
    )
  })

  it('Law 10: markings survive redaction together with the quality block (LED Art. 7(2)), at every level', () => {
    fc.assert(
      fc.property(anItem(), (item) => {
        const { ceiling } = readied(item)
        forEachLevel(item, ({ marking, quality, level, rung }) => {
          assert.deepEqual(
            [marking.classification, marking.handling, marking.tlp],
            [item.classification, item.handling, item.tlp],
          )
          assert.deepEqual(
            item.conditions.filter((name) => !marking.conditions.includes(name)),
            ceiling.level === 'nothing' ? item.conditions : [],
          )
          const { asOf, completeness, source, information } = quality
          assert.deepEqual([completeness, source, information], [item.completeness, item.source, item.information])
          const isExact = rankOf(level) >= rankOf('current') && rung === 'g0'
          // What is generalised is dated to the month.
          assert.equal(asOf, isExact ? '2026-12-02' : '2026-12')
          assert.equal(quality.generalised, !isExact)
        })
      }),
      { numRuns: lawRuns(300) },
    )
  })
})
