/** Example files member by member: what a row may say, what stands in for what it leaves out, and the fault of each wrong one. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { parseCases } from '#policies/engine/case-text.ts'
import type { Example } from '#policies/engine/case-text.ts'

const ROW = { name: 'one', expected: { level: 'nothing' } }
const DEFAULTS = { at: '2026-06-15', facts: { 'edge.purpose': 'x', 'case.minor': true }, item: { section: 'family' } }
const textOf = (row: object, whole: object = {}): string =>
  JSON.stringify({
    format: 'passerelle-cases/1',
    pack: 'a-pack',
    defaults: DEFAULTS,
    cases: [{ ...ROW, ...row }],
    ...whole,
  })

function read(row: object): Example {
  const parsed = parseCases(textOf(row), 'file')
  if (!parsed.ok) assert.fail(JSON.stringify(parsed.faults))
  return parsed.examples[0] ?? assert.fail('no example')
}
function faults(text: string): readonly string[] {
  const parsed = parseCases(text, 'file')
  return parsed.ok ? [] : parsed.faults.map(({ code, at, detail }) => `${code} ${at} ${detail ?? ''}`.trim())
}
/** Codes and places only. */
const placesOf = (row: object, whole: object = {}): readonly string[] =>
  faults(textOf(row, whole)).map((fault) => fault.split(' ').slice(0, 2).join(' '))

describe('an example', () => {
  it('that says little is of the defaults: current, unmarked, without milestones', () => {
    const at = Date.UTC(2026, 5, 15)
    assert.deepEqual(read({}), {
      name: 'one',
      question: { at, milestones: {}, facts: { 'edge.purpose': 'x', 'case.minor': true } },
      item: {
        id: 'example',
        observedAt: at,
        isPast: false,
        facts: { section: 'family', isPast: false },
        marking: { classification: 'non-protege', handling: [], conditions: [], receivedInConfidence: false },
        value: { kind: 'plain', exact: '', rungs: {}, summaryRung: 'g0' },
      },
      expected: { level: 'nothing' },
    })
  })

  it('says its own instant, past, milestones and facts over the defaults, null for what is not stated', () => {
    const { question, item } = read({
      at: '2027-01-01',
      past: '2026-01-01',
      milestones: { release: '2026-03-01' },
      facts: { 'edge.purpose': 'y', 'case.minor': null, 'request.sections': ['family', 'health'] },
      item: { term: 'a-term', disputed: false },
    })
    assert.deepEqual(question, {
      at: Date.UTC(2027, 0, 1),
      milestones: { release: Date.UTC(2026, 2, 1) },
      facts: { 'edge.purpose': 'y', 'case.minor': undefined, 'request.sections': ['family', 'health'] },
    })
    assert.deepEqual([item.observedAt, item.isPast], [Date.UTC(2026, 0, 1), true])
    assert.deepEqual(item.facts, { section: 'family', term: 'a-term', disputed: false, isPast: true })
  })

  it('is current at its own instant where it says no past', () => {
    const { item } = read({ at: '2027-01-01' })
    assert.deepEqual([item.observedAt, item.isPast], [Date.UTC(2027, 0, 1), false])
  })

  it('says a whole marking, or a part of one', () => {
    const marking = {
      classification: 'diffusion-restreinte',
      handling: ['H1', 'H3'],
      releasableTo: ['a-mandate'],
      receivedInConfidence: true,
    }
    assert.deepEqual(read({ marking }).item.marking, { ...marking, conditions: [] })
    assert.deepEqual(read({ marking: { releasableTo: [] } }).item.marking, {
      classification: 'non-protege',
      handling: [],
      conditions: [],
      receivedInConfidence: false,
      releasableTo: [],
    })
    assert.equal(read({ marking: { receivedInConfidence: false } }).item.marking.receivedInConfidence, false)
  })

  it('says all that must come out, or the level alone', () => {
    const expected = {
      level: 'summary',
      omission: 'declared',
      rules: ['a.rule'],
      bases: ['a.basis'],
      conditions: ['no-onward'],
      says: 'A summary',
    }
    assert.deepEqual(read({ expected }).expected, expected)
    assert.deepEqual(read({ expected: { level: 'full', rules: [] } }).expected, { level: 'full', rules: [] })
    assert.equal(read({ expected: { level: 'full', omission: 'silent' } }).expected.omission, 'silent')
  })
})

describe('a file of examples', () => {
  it('names its pack and keeps its order', () => {
    const parsed = parseCases(textOf({}, { cases: [ROW, { ...ROW, name: 'another' }] }), 'file')
    assert.ok(parsed.ok)
    assert.equal(parsed.pack, 'a-pack')
    assert.deepEqual(
      parsed.examples.map(({ name }) => name),
      ['one', 'another'],
    )
  })

  it('may hold no example, and is read from bytes too', () => {
    const parsed = parseCases(new TextEncoder().encode(textOf({}, { cases: [] })), 'file')
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.examples, [])
  })

  it('says the character and the reason where it is no strict JSON', () => {
    const [fault = ''] = faults('{"format": tru')
    assert.match(fault, /^json-invalid {2}at character \d+: \S/)
    assert.equal(faults('{"a":1,"a":2}').length, 1)
  })

  it('says what was expected of an instant, and which attribute is unknown', () => {
    assert.deepEqual(faults(textOf({ at: 'soon' })), ['instant-invalid /cases/0/at expected YYYY-MM-DD or a UTC time'])
    assert.deepEqual(faults(textOf({ facts: { 'no.such': 'x' } })), [
      'name-unknown /cases/0/facts/no.such attribute no.such',
    ])
    assert.deepEqual(faults(textOf({ item: { such: 'x' } })), ['name-unknown /cases/0/item/such attribute item.such'])
    assert.deepEqual(faults(textOf({ item: { 'recipient.type': 'x' } })), [
      'name-unknown /cases/0/item/recipient.type attribute item.recipient.type',
    ])
  })

  const WRONG: readonly {
    readonly name: string
    readonly row?: object
    readonly whole?: object
    readonly places: readonly string[]
  }[] = [
    { name: 'another format', whole: { format: 'passerelle-cases/2' }, places: ['value-unknown /format'] },
    { name: 'a further member', whole: { extra: 1 }, places: ['member-unknown /extra'] },
    {
      name: 'a further default',
      whole: { defaults: { ...DEFAULTS, extra: 1 } },
      places: ['member-unknown /defaults/extra'],
    },
    {
      name: 'a default of no instant',
      whole: { defaults: { ...DEFAULTS, at: 7 } },
      places: ['instant-invalid /defaults/at'],
    },
    {
      name: 'a default of an unknown fact',
      whole: { defaults: { ...DEFAULTS, facts: { section: 'x' } } },
      places: ['name-unknown /defaults/facts/section'],
    },
    {
      name: 'a default of an item under its long name',
      whole: { defaults: { ...DEFAULTS, item: { 'item.section': 'x' } } },
      places: ['name-unknown /defaults/item/item.section'],
    },
    { name: 'a past that is no instant', row: { past: '2026-13-01' }, places: ['instant-invalid /cases/0/past'] },
    {
      name: 'a milestone that is no instant',
      row: { milestones: { release: 'x' } },
      places: ['instant-invalid /cases/0/milestones/release'],
    },
    {
      name: 'a fact that is an object',
      row: { facts: { 'edge.purpose': {} } },
      places: ['type-wrong /cases/0/facts/edge.purpose'],
    },
    { name: 'a further mark', row: { marking: { tlp: 'TLP:RED' } }, places: ['member-unknown /cases/0/marking/tlp'] },
    {
      name: 'an unknown classification',
      row: { marking: { classification: 'x' } },
      places: ['value-unknown /cases/0/marking/classification'],
    },
    {
      name: 'an unknown handling code',
      row: { marking: { handling: ['H9'] } },
      places: ['value-unknown /cases/0/marking/handling/0'],
    },
    {
      name: 'a confidence that is a number',
      row: { marking: { receivedInConfidence: 1 } },
      places: ['type-wrong /cases/0/marking/receivedInConfidence'],
    },
    {
      name: 'a further expectation',
      row: { expected: { level: 'full', rungs: {} } },
      places: ['member-unknown /cases/0/expected/rungs'],
    },
    {
      name: 'an unknown level',
      row: { expected: { level: 'all' } },
      places: ['value-unknown /cases/0/expected/level'],
    },
    {
      name: 'an unknown omission',
      row: { expected: { level: 'full', omission: '' } },
      places: ['value-unknown /cases/0/expected/omission'],
    },
  ]
  for (const { name, row = {}, whole = {}, places } of WRONG)
    it(`is refused for ${name}`, () => assert.deepEqual(placesOf(row, whole), places))

  for (const member of ['format', 'pack', 'defaults', 'cases'])
    it(`is refused without its ${member}`, () => {
      const text = JSON.stringify({ ...JSON.parse(textOf({})), [member]: undefined })
      assert.ok(faults(text).some((fault) => fault.includes(member)))
    })
  for (const member of ['name', 'expected'])
    it(`is refused for an example without its ${member}`, () =>
      assert.ok(placesOf({ [member]: undefined }).some((place) => place.startsWith('member-missing'))))
})
