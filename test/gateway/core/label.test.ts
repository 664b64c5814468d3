/** An item as policy sees it: when it is past, where it stood in a native record, and every mark that its sender put on it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'mocha'
import { parseInstant } from '#policies/language/instant.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { isFloorTerm, label, markingOf } from '#gateway/core/label.ts'
import type { ItemSituation } from '#gateway/core/label.ts'
import { anItemText } from '#test/support/messages.ts'

const day = (text: string): number => {
  const instant = parseInstant(text)
  assert.ok(instant !== undefined)
  return instant
}
const AT = day('2026-11-21')
const labelled = (changes: Partial<ItemText>, situation: Partial<ItemSituation> = {}): LabelledItem =>
  label(itemSchema.parse(anItemText(changes)), {
    at: AT,
    isSuperseded: false,
    windowMonths: { default: 6, incidents: 12 },
    attested: 'originator',
    ...situation,
  })
const incident = (observedAt: string): Partial<ItemText> => ({
  section: 'incidents',
  term: 'incident-type',
  observedAt,
})
const programme = (observedAt: string): Partial<ItemText> => ({
  section: 'programmes',
  term: 'programme-engagement',
  observedAt,
})

describe('label: an item', () => {
  const PAST: readonly {
    readonly name: string
    readonly item: Partial<ItemText>
    readonly situation?: Partial<ItemSituation>
    readonly isPast: boolean
  }[] = [
    { name: 'that stands, however old', item: { observedAt: '2001-01-01' }, isPast: false },
    { name: 'that another version replaced', item: {}, situation: { isSuperseded: true }, isPast: true },
    { name: 'whose validity ended yesterday', item: { validUntil: '2026-11-20' }, isPast: true },
    { name: 'whose validity ends at this instant', item: { validUntil: '2026-11-21' }, isPast: true },
    { name: 'whose validity ends tomorrow', item: { validUntil: '2026-11-22' }, isPast: false },
    { name: 'an event as old as the window of its section', item: incident('2025-11-21'), isPast: false },
    { name: 'an event older than the window of its section', item: incident('2025-11-20'), isPast: true },
    { name: 'an event as old as the window of the rest', item: programme('2026-05-21'), isPast: false },
    { name: 'an event older than the window of the rest', item: programme('2026-05-20'), isPast: true },
    {
      name: 'an event three months old where no window is set',
      item: programme('2026-08-21'),
      situation: { windowMonths: {} },
      isPast: false,
    },
    {
      name: 'an event older than three months where no window is set',
      item: programme('2026-08-20'),
      situation: { windowMonths: {} },
      isPast: true,
    },
  ]
  for (const { name, item, situation, isPast } of PAST)
    it(`${name} is ${isPast ? 'past' : 'current'}, for itself and as a fact`, () => {
      const found = labelled(item, situation)
      assert.deepEqual([found.isPast, found.facts['isPast']], [isPast, isPast])
    })

  it('is judged anew at each instant that it is asked about', () => {
    const item = itemSchema.parse(anItemText({ validUntil: '2026-12-01' }))
    const situation = { isSuperseded: false, windowMonths: {}, attested: 'broker' } as const
    assert.equal(label(item, { ...situation, at: AT }).isPast, false)
    assert.equal(label(item, { ...situation, at: day('2026-12-01') }).isPast, true)
    assert.equal(label(item, { ...situation, at: AT }).facts['attested'], 'broker')
    assert.equal(label(item, { ...situation, at: AT, attested: 'originator' }).facts['attested'], 'originator')
  })

  it('has every label spelled out, and no place where it came from none', () => {
    const itemId = randomUUID()
    const found = labelled({ itemId })
    assert.equal(found.id, itemId)
    assert.equal(found.observedAt, day('2026-11-01'))
    assert.deepEqual(found.facts, {
      section: 'release-plan',
      term: 'first-appointment',
      kind: 'date',
      nature: 'fact',
      subjectCategory: 'convicted',
      specialCategories: [],
      markings: [],
      secrecyRegime: 'none',
      authorRole: 'probation-counsellor',
      authorService: 'probation-paris',
      disputed: false,
      subjectInformed: 'yes',
      isPast: false,
      attested: 'originator',
    })
  })

  it('names every marking of an item, so that a policy can ask for it', () => {
    const { facts } = labelled({
      conditions: ['pap-amber'],
      handling: ['H1'],
      tlp: 'TLP:RED',
      classification: 'diffusion-restreinte',
      source: { scheme: 'admiralty', code: 'B' },
    })
    assert.deepEqual(facts['markings'], ['pap-amber', 'H1', 'TLP:RED', 'diffusion-restreinte', 'admiralty:B'])
  })

  it('of a native record says where it stood, without indexes, and within what, each once', () => {
    const { facts } = labelled({ record: 'person', at: '/data/0/aliases/12/data/name' })
    assert.equal(facts['record'], 'person')
    assert.equal(facts['path'], '/data/aliases/data/name')
    assert.deepEqual(facts['within'], ['/data', '/data/aliases', '/data/aliases/data', 'data', 'aliases'])
  })

  it('keeps a name that only begins or ends with digits', () => {
    const { facts } = labelled({ record: 'person', at: '/2nd/line1/x' })
    assert.equal(facts['path'], '/2nd/line1/x')
    assert.deepEqual(facts['within'], ['/2nd', '/2nd/line1', '2nd', 'line1'])
  })

  it('has the ladder of its term, its value and the rungs that were supplied', () => {
    const start = { section: 'programmes', term: 'programme-start-date' }
    assert.deepEqual(labelled({ ...start, rungs: { g1: '2026-12' } }).value, {
      kind: 'date',
      summaryRung: 'g1',
      rungs: { g1: '2026-12' },
      exact: '2026-12-01',
    })
    assert.deepEqual(labelled({ ...start, value: undefined }).value, { kind: 'date', summaryRung: 'g1', rungs: {} })
  })

  it('of a term that no ladder knows is plain, and its summary the coarsest rung', () =>
    assert.deepEqual(labelled({ section: 'person-record', term: 'first-appointment' }).value, {
      kind: 'plain',
      summaryRung: 'g4',
      rungs: {},
      exact: '2026-12-01',
    }))
})

describe('markingOf', () => {
  it('gives an unmarked item a marking that limits nothing', () =>
    assert.deepEqual(markingOf(itemSchema.parse(anItemText())), {
      classification: 'non-protege',
      handling: [],
      conditions: [],
      receivedInConfidence: false,
      secrecyRegime: 'none',
    }))

  it('carries every mark that the sender put', () =>
    assert.deepEqual(
      markingOf(
        itemSchema.parse(
          anItemText({
            classification: 'diffusion-restreinte',
            handling: ['H1', 'H3'],
            conditions: ['no-onward'],
            receivedInConfidence: true,
            secrecyRegime: 'medical',
            tlp: 'TLP:AMBER',
            releasableTo: ['pairs-paris'],
            originator: 'prison-paris',
            releaseUntil: '2027-01-01',
          }),
        ),
      ),
      {
        classification: 'diffusion-restreinte',
        handling: ['H1', 'H3'],
        conditions: ['no-onward'],
        receivedInConfidence: true,
        secrecyRegime: 'medical',
        tlp: 'TLP:AMBER',
        releasableTo: ['pairs-paris'],
        originator: 'prison-paris',
        validUntil: day('2027-01-01'),
      },
    ))

  it('takes a classification above what is carried for the highest that is', () => {
    for (const classification of ['secret', 'tres-secret'] as const)
      assert.equal(markingOf(itemSchema.parse(anItemText({ classification }))).classification, 'diffusion-restreinte')
  })
})

describe('isFloorTerm', () => {
  it('is true of a term of the floor in its vocabulary alone', () => {
    assert.equal(isFloorTerm('measures', 'prohibition-contact'), true)
    assert.equal(isFloorTerm('person-record', 'prohibition-contact'), false)
    assert.equal(isFloorTerm('release-plan', 'no-such-term'), false)
  })
})
