/** Attacks on the meaning of a disclosure: what a curious recipient, a careless officer or a hostile member could make of it. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import type { Level } from '#policies/language/level.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { label } from '#gateway/core/label.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import { anItemText } from '#test/support/messages.ts'

const NOW = Date.parse('2026-11-21T09:00:00Z')

const aCeiling = (changes: Partial<Ceiling>): Ceiling => ({
  level: 'full',
  omission: 'silent',
  rules: ['permit'],
  conditions: [],
  bases: [],
  rungs: {},
  because: [],
  ...changes,
})

/** The item as it leaves at that level, which must be one at which something leaves. */
function shownAt(level: Level, item: Partial<ItemText>, rungs: Ceiling['rungs'] = {}): ProjectedItem {
  const read = itemSchema.parse(anItemText(item))
  const situation = { at: NOW, isSuperseded: false, windowMonths: {}, attested: 'originator' } as const
  const request = { item: read, labelled: label(read, situation), ceiling: aCeiling({ level, rungs }), level }
  const shown = projectItem(request)
  assert.ok(shown !== undefined)
  return shown
}

const GENERALISED = {
  section: 'incidents',
  term: 'disciplinary-sanction',
  value: undefined,
  rungs: { g2: ['sanctioned'] },
  observedAt: '2026-10-13T14:05:00Z',
  recordedAt: '2026-10-14',
  validUntil: '2027-03-17',
  method: 'interview at the clinic on the hill',
} as const satisfies Partial<ItemText>

describe('beside a value that is generalised or only named', () => {
  for (const level of ['existence', 'summary'] as const)
    it(`no date is told to the day: ${level}`, () => {
      assert.equal(shownAt(level, GENERALISED).level, level)
      assert.doesNotMatch(JSON.stringify(shownAt(level, GENERALISED)), /\d{4}-\d{2}-\d{2}/)
    })

  it('no text of the sender says how it came about', () => {
    for (const level of ['existence', 'summary'] as const)
      assert.equal(JSON.stringify(shownAt(level, GENERALISED)).includes('clinic'), false)
  })

  it('a date is told no finer than the rung that policy sets for dates', () => {
    const shown = shownAt('summary', GENERALISED, { date: 'g3' })
    assert.deepEqual([shown.observedAt, shown.quality.asOf, shown.quality.validUntil], ['2026', '2026', '2027'])
  })
})

describe('the place of an item in its native record', () => {
  const place = { record: 'case-notes', at: '/caseNotes/7/psychology' }

  it('goes to nobody where the item was mapped: it counts what came before, and names what is only said to exist', () => {
    for (const level of ['existence', 'full'] as const) {
      const shown = shownAt(level, { ...place })
      assert.deepEqual([shown.at, shown.record], [undefined, undefined])
    }
  })

  it('goes along where the record is handed on in its own form', () => {
    const shown = shownAt('existence', { ...place, section: 'persons' })
    assert.deepEqual([shown.at, shown.record], [place.at, place.record])
  })
})
