/** One item at each level, member by member: what passes, what is dated more coarsely, what is left out. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import type { Level } from '#policies/language/level.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { Item, ItemText } from '#gateway/core/item.ts'
import { label } from '#gateway/core/label.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'

const ITEM_ID = '11111111-1111-4111-8111-111111111111'
const BARE: ItemText = {
  itemId: ITEM_ID,
  section: 'protective-factors',
  term: 'strength',
  value: 'Garde un lien régulier avec sa sœur.',
  rungs: { g2: ['lien-familial'] },
  nature: 'fact',
  subjectCategory: 'convicted',
  author: { role: 'registry', service: 'prison-paris' },
  observedAt: '2026-10-21',
}
const RICH: ItemText = {
  ...BARE,
  recordedAt: '2026-10-23T08:00:00Z',
  validUntil: '2027-05-06',
  source: { scheme: 'europol-4x4', code: 'A' },
  information: { scheme: 'europol-4x4', code: '1' },
  completeness: 'partial',
  method: 'entretien',
  evidenceFor: ['pour'],
  evidenceAgainst: ['contre'],
  missingInformation: 'manque',
  classification: 'diffusion-restreinte',
  handling: ['H1'],
  tlp: 'TLP:AMBER',
  originator: 'prison-paris',
  releaseUntil: '2028-01-01',
  disputed: true,
  subjectStatement: 'ce que dit la personne',
  lang: 'fr',
  record: 'native',
  at: '/data/0/text',
}
const OPEN: Ceiling = {
  level: 'full',
  omission: 'silent',
  rules: [],
  conditions: ['no-onward'],
  bases: [],
  rungs: {},
  because: [],
}

const anItem = (text: ItemText): Item => itemSchema.parse(text)
const at = (
  level: Level,
  text: ItemText = RICH,
  changes: Partial<Ceiling> = {},
  supersedes?: string,
): ProjectedItem | undefined => {
  const item = anItem(text)
  const labelled = label(item, { at: 1_798_000_000_000, isSuperseded: false, windowMonths: {}, attested: 'originator' })
  return projectItem({ item, labelled, ceiling: { ...OPEN, ...changes }, level, supersedes })
}
const MARKING = {
  classification: 'diffusion-restreinte',
  handling: ['H1'],
  conditions: ['no-onward'],
  tlp: 'TLP:AMBER',
  originator: 'prison-paris',
  releaseUntil: '2028-01-01',
}
const GRADED = {
  completeness: 'partial',
  source: { scheme: 'europol-4x4', code: 'A' },
  information: { scheme: 'europol-4x4', code: '1' },
}

describe('projectItem', () => {
  it('gives nothing at nothing', () => assert.equal(at('nothing'), undefined))

  it('gives section, month, author role, quality and marking at existence, and no more', () => {
    assert.deepEqual(at('existence'), {
      section: 'protective-factors',
      observedAt: '2026-10',
      past: false,
      level: 'existence',
      author: { role: 'registry' },
      marking: MARKING,
      quality: { asOf: '2026-10', generalised: true, validUntil: '2027-05', ...GRADED },
    })
  })

  it('gives the summary rung, dated to the month, without evidence, statement or method', () => {
    assert.deepEqual(at('summary'), {
      section: 'protective-factors',
      observedAt: '2026-10',
      past: false,
      itemId: ITEM_ID,
      term: 'strength',
      level: 'summary',
      rung: 'g2',
      value: ['lien-familial'],
      nature: 'fact',
      subjectCategory: 'convicted',
      author: { role: 'registry', service: 'prison-paris' },
      marking: MARKING,
      quality: { asOf: '2026-10', generalised: true, validUntil: '2027-05', ...GRADED },
      disputed: true,
      lang: 'fr',
    })
  })

  for (const level of ['current', 'full'] as const)
    it(`gives everything as it was written at ${level}`, () => {
      assert.deepEqual(at(level), {
        section: 'protective-factors',
        observedAt: '2026-10-21',
        past: false,
        itemId: ITEM_ID,
        term: 'strength',
        level,
        rung: 'g0',
        value: 'Garde un lien régulier avec sa sœur.',
        nature: 'fact',
        subjectCategory: 'convicted',
        author: { role: 'registry', service: 'prison-paris' },
        marking: MARKING,
        quality: {
          asOf: '2026-10-23T08:00:00Z',
          generalised: false,
          validUntil: '2027-05-06',
          ...GRADED,
          method: 'entretien',
        },
        evidenceFor: ['pour'],
        evidenceAgainst: ['contre'],
        missingInformation: 'manque',
        subjectStatement: 'ce que dit la personne',
        disputed: true,
        lang: 'fr',
      })
    })

  it('leaves out what an item does not say', () => {
    assert.deepEqual(Object.keys(at('full', BARE) ?? {}).toSorted(), [
      'author',
      'itemId',
      'level',
      'marking',
      'nature',
      'observedAt',
      'past',
      'quality',
      'rung',
      'section',
      'subjectCategory',
      'term',
      'value',
    ])
    assert.deepEqual(at('full', BARE)?.marking, {
      classification: 'non-protege',
      handling: [],
      conditions: ['no-onward'],
    })
    assert.deepEqual(at('full', BARE)?.quality, { asOf: '2026-10-21', generalised: false, completeness: 'unknown' })
  })

  it('generalises by a rung of policy at full as well, with dates and detail to match', () => {
    const seen = at('full', RICH, { rungs: { 'free-text': 'g2' } })
    assert.deepEqual(
      [seen?.rung, seen?.level, seen?.observedAt, seen?.evidenceFor, seen?.quality.method],
      ['g2', 'full', '2026-10', undefined, undefined],
    )
  })

  it('dates what is generalised to the year where policy lets dates through no finer than the quarter', () => {
    const dates = (date: 'g1' | 'g2' | 'g4'): string | undefined => at('summary', RICH, { rungs: { date } })?.observedAt
    assert.deepEqual([dates('g1'), dates('g2'), dates('g4')], ['2026-10', '2026', '2026'])
    assert.equal(at('current', RICH, { rungs: { date: 'g3' } })?.observedAt, '2026-10-21')
  })

  it('names the version it replaces only where told that the recipient saw it', () => {
    const before = '22222222-2222-4222-8222-222222222222'
    assert.equal(at('full', { ...RICH, supersedes: before })?.supersedes, undefined)
    assert.equal(at('full', { ...RICH, supersedes: before }, {}, before)?.supersedes, before)
  })

  it('keeps the place of a native section at every level, and of no other', () => {
    const native: ItemText = { ...RICH, section: 'record', term: 'text', value: 'x' }
    for (const level of ['existence', 'full'] as const) {
      const seen = at(level, native)
      assert.deepEqual([seen?.record, seen?.at], ['native', '/data/0/text'])
      assert.deepEqual([at(level)?.record, at(level)?.at], [undefined, undefined])
    }
    const { record: _none, at: _nowhere, ...unplaced } = native
    assert.deepEqual([at('full', unplaced)?.record, at('full', unplaced)?.at], [undefined, undefined])
  })
})
