/** A set that reads well may still break the law: by its text, by closing a mandatory flow, or by falling behind the shipped pack. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { checkSet, checkStatutes } from '#policies/engine/statutes.ts'
import { checkPolicy } from '#policies/language/check.ts'
import { parseInstant, type Instant } from '#policies/language/instant.ts'
import type { Fault, PolicySet } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { warningsOf } from '#policies/language/warnings.ts'
import { aRule, aText, type Loose } from './policy-texts.ts'

const instant = (text: string): Instant => parseInstant(text) ?? Number.NaN

const setOf = (text: Loose): PolicySet => {
  const parsed = parsePolicy(JSON.stringify(text), 'small.json')
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.set
}

const PULL = { kind: 'pull-only', id: 'pull', recipientType: 'SN', basis: 'fr.law', never: ['genetic'] }
const SWITCH = {
  kind: 'regime-switch',
  id: 'switch',
  recipientTypes: ['PS'],
  basis: 'fr.law',
  conditions: ['no-onward'],
}
const FLOW = {
  kind: 'mandatory',
  id: 'flow',
  recipientType: 'PS',
  section: 'family',
  atLeast: 'summary',
  basis: 'fr.law',
}

const NAMED_REQUEST = [{ attribute: 'request.sections', includes: { attribute: 'item.section' } }]
const toIntelligence = (changed: Loose = {}): Loose =>
  aRule({ id: 'sn.1', who: { 'recipient.type': ['SN'] }, when: NAMED_REQUEST, ...changed })
const NEVER_GENETIC = {
  id: 'never',
  effect: 'limit',
  who: { 'recipient.type': ['SN'] },
  what: { 'item.specialCategories': ['genetic'] },
  upTo: 'nothing',
  reason: 'Never.',
}
const acrossRegimes = (changed: Loose = {}): Loose =>
  aRule({ who: { 'recipient.type': ['PS'], 'edge.regime': ['GDPR'] }, conditions: ['no-onward'], ...changed })

const pulled = (...rules: readonly Loose[]): Loose => aText({ statutes: [PULL], rules })
const switched = (...rules: readonly Loose[]): Loose => aText({ statutes: [SWITCH], rules })
const flowing = (...rules: readonly Loose[]): Loose => aText({ statutes: [FLOW], rules })

const aLimit = (changed: Loose): Loose => ({
  id: 'l',
  effect: 'limit',
  upTo: 'existence',
  reason: 'Less.',
  ...changed,
})

const seen = (faults: readonly Fault[]): readonly string[] => faults.map(({ code, at }) => `${code} ${at}`)

const AT = instant('2026-06-01')

const BROKEN: readonly { readonly name: string; readonly text: Loose; readonly faults: readonly string[] }[] = [
  {
    name: 'a permit that pushes to a pull-only recipient',
    text: pulled(toIntelligence({ when: [] }), NEVER_GENETIC),
    faults: ['pull-only-broken /rules/0'],
  },
  {
    name: 'a request for something else than the section',
    text: pulled(toIntelligence({ when: [{ attribute: 'request.sections', includes: 'family' }] }), NEVER_GENETIC),
    faults: ['pull-only-broken /rules/0'],
  },
  {
    name: 'a permit for everybody, which reaches the pull-only recipient too',
    text: pulled(aRule({ who: {} }), NEVER_GENETIC),
    faults: ['pull-only-broken /rules/0'],
  },
  {
    name: 'a permit for a list in which the pull-only recipient is',
    text: aText({
      statutes: [PULL],
      lists: { civil: ['PS', 'SN'] },
      rules: [aRule({ who: { 'recipient.type': ['@civil'] } }), NEVER_GENETIC],
    }),
    faults: ['pull-only-broken /rules/0'],
  },
  {
    name: 'conditions that are no request for the section',
    text: pulled(
      toIntelligence({
        when: [
          { attribute: 'request.sections', includes: { attribute: 'item.term' } },
          { attribute: 'request.kinds', includes: { attribute: 'item.section' } },
          { attribute: 'item.section', in: { attribute: 'request.sections' } },
        ],
      }),
      NEVER_GENETIC,
    ),
    faults: ['pull-only-broken /rules/0'],
  },
  {
    name: 'a limit for another type of recipient',
    text: pulled(toIntelligence(), { ...NEVER_GENETIC, who: { 'recipient.type': ['PS'] } }),
    faults: ['pull-only-broken /statutes/0/never'],
  },
  {
    name: 'a limit above nothing',
    text: pulled(toIntelligence(), { ...NEVER_GENETIC, upTo: 'existence' }),
    faults: ['pull-only-broken /statutes/0/never'],
  },
  {
    name: 'a category that may never go, without a limit',
    text: pulled(toIntelligence()),
    faults: ['pull-only-broken /statutes/0/never'],
  },
  {
    name: 'a limit on that category which ends',
    text: pulled(toIntelligence(), { ...NEVER_GENETIC, until: '2030-01-01' }),
    faults: ['pull-only-broken /statutes/0/never'],
  },
  {
    name: 'a limit on that category in one section only',
    text: pulled(toIntelligence(), {
      ...NEVER_GENETIC,
      what: { ...NEVER_GENETIC.what, 'item.section': ['health'] },
    }),
    faults: ['pull-only-broken /statutes/0/never'],
  },
  {
    name: 'a limit on that category under a condition',
    text: pulled(toIntelligence(), { ...NEVER_GENETIC, when: [{ attribute: 'case.minor', is: true }] }),
    faults: ['pull-only-broken /statutes/0/never'],
  },
  {
    name: 'a limit on that category for another purpose group',
    text: pulled(toIntelligence(), {
      ...NEVER_GENETIC,
      who: { 'recipient.type': ['SN'], 'edge.regime': ['LED'] },
    }),
    faults: ['pull-only-broken /statutes/0/never'],
  },
  {
    name: 'a permit across regimes that does not ask for the regime',
    text: switched(aRule({ conditions: ['no-onward'] })),
    faults: ['regime-switch-unguarded /rules/0'],
  },
  {
    name: 'a permit across regimes without the conditions that travel',
    text: switched(acrossRegimes({ conditions: [] })),
    faults: ['regime-switch-unguarded /rules/0'],
  },
  {
    name: 'a permit across regimes that takes another regime too',
    text: switched(acrossRegimes({ who: { 'recipient.type': ['PS'], 'edge.regime': ['GDPR', 'LED'] } })),
    faults: ['regime-switch-unguarded /rules/0'],
  },
  { name: 'a mandatory flow without a permit', text: flowing(), faults: ['mandatory-flow-removed /statutes/0'] },
  {
    name: 'a mandatory flow at less than it asks',
    text: flowing(aRule({ upTo: 'existence' })),
    faults: ['mandatory-flow-removed /statutes/0'],
  },
  {
    name: 'a mandatory flow that a limit closes',
    text: flowing(aRule(), aLimit({ what: { 'item.section': ['family'] } })),
    faults: ['mandatory-flow-removed /statutes/0'],
  },
  {
    name: 'a mandatory flow closed for one nature of item',
    text: flowing(aRule(), aLimit({ what: { 'item.nature': ['assessment'] } })),
    faults: ['mandatory-flow-removed /statutes/0'],
  },
  {
    name: 'a mandatory flow closed for minors',
    text: flowing(aRule(), aLimit({ who: { 'case.minor': [true] } })),
    faults: ['mandatory-flow-removed /statutes/0'],
  },
  {
    name: 'a mandatory flow that waits for a request',
    text: flowing(aRule({ when: NAMED_REQUEST })),
    faults: ['mandatory-flow-removed /statutes/0'],
  },
  {
    name: 'a mandatory flow that ends one day',
    text: flowing(aRule({ until: '2031-01-01' })),
    faults: ['mandatory-flow-removed /statutes/0'],
  },
]

describe('checkSet', () => {
  for (const { name, text, faults } of BROKEN) {
    it(`finds ${name}`, () => assert.deepEqual(seen(checkSet(setOf(text), 'small.json', { at: AT })), faults))
  }

  it('finds nothing in sets that keep their statutes', () => {
    const kept = [
      pulled(toIntelligence(), NEVER_GENETIC),
      pulled(aRule()),
      pulled(toIntelligence(), { ...NEVER_GENETIC, who: {}, what: {} }),
      switched(acrossRegimes()),
      switched(acrossRegimes({ who: { 'recipient.type': ['PS'] }, when: [{ attribute: 'edge.regime', is: 'GDPR' }] })),
      switched(aRule({ upTo: 'nothing', bases: [] })),
      flowing(aRule()),
      flowing(aRule({ upTo: 'full' }), aLimit({ who: { 'recipient.type': ['SN'] } })),
      flowing(aRule({ who: { 'recipient.type': ['PS'], 'edge.statutory': ['flow'] } })),
      flowing(aRule({ until: '2031-01-01' }), aRule({ id: 'ps.2', from: '2031-01-01' })),
    ]
    for (const text of kept) assert.deepEqual(checkSet(setOf(text), 'x', { at: AT }), [], JSON.stringify(text))
  })

  it('takes a limit on one term for a detail, and on every term for the end of the flow', () => {
    const limited = (...terms: readonly string[]): PolicySet => {
      const text = flowing(aRule(), aLimit({ what: { 'item.term': terms } }))
      return setOf({ ...text, vocabulary: { ...setOf(text).vocabulary, terms: ['visits', 'children'] } })
    }
    assert.deepEqual(checkStatutes(limited('visits'), 'x', AT), [])
    assert.equal(checkStatutes(limited('visits', 'children'), 'x', AT).length, 1)
  })

  it('asks a mandatory flow only while its basis is in force', () => {
    const ended = { ...flowing(), bases: [{ id: 'fr.law', title: 'A law', until: '2026-01-01' }] }
    assert.deepEqual(checkStatutes(setOf(ended), 'x', AT), [])
    assert.equal(checkStatutes(setOf(ended), 'x', instant('2025-12-31')).length, 1)
  })
})

const BASES = [
  { id: 'fr.law', title: 'A law' },
  { id: 'fr.other', title: 'Another' },
]

describe('checkPolicy with the shipped pack', () => {
  const shipped = setOf(
    aText({ statutes: [FLOW, PULL, SWITCH], rules: [acrossRegimes(), toIntelligence(), NEVER_GENETIC] }),
  )
  const held = (...statutes: readonly Loose[]): readonly string[] =>
    seen(checkPolicy(setOf(aText({ statutes, rules: [], bases: BASES })), 'x', shipped))

  it('finds each statute that was dropped', () => {
    assert.deepEqual(held(FLOW, SWITCH), ['mandatory-flow-removed /statutes'])
    assert.equal(held().length, 3)
  })

  it('finds each statute that was weakened', () => {
    for (const weaker of [
      { ...FLOW, atLeast: 'existence' },
      { ...FLOW, section: 'health' },
      { ...FLOW, recipientType: 'SN' },
      { ...PULL, id: 'flow' },
      { ...FLOW, basis: 'fr.other' },
    ]) {
      assert.deepEqual(held(weaker, PULL, SWITCH).slice(0, 1), ['mandatory-flow-removed /statutes/0'])
    }
    assert.deepEqual(held(FLOW, { ...PULL, never: [] }, SWITCH), ['mandatory-flow-removed /statutes/1'])
    assert.deepEqual(held(FLOW, { ...PULL, recipientType: 'PS' }, SWITCH), ['mandatory-flow-removed /statutes/1'])
    assert.deepEqual(held(FLOW, PULL, { ...SWITCH, conditions: [] }), ['mandatory-flow-removed /statutes/2'])
    assert.deepEqual(held(FLOW, PULL, { ...SWITCH, recipientTypes: [] }), ['mandatory-flow-removed /statutes/2'])
  })

  it('takes stronger statutes', () => {
    assert.deepEqual(held({ ...FLOW, atLeast: 'full' }, { ...PULL, never: ['genetic', 'health'] }, SWITCH), [])
  })
})

describe('a set that was never read', () => {
  it('has no member in a list that it lacks', () => {
    const set = setOf(pulled(aRule({ who: { 'recipient.type': ['@civil'] } })))
    assert.deepEqual(checkPolicy({ ...set, lists: {} }, 'x'), [])
  })
})

describe('warningsOf', () => {
  const warned = (text: Loose): readonly string[] => warningsOf(setOf(text), AT).map(({ code, at }) => `${code} ${at}`)
  const used = { lists: {} }
  const ended = [
    { id: 'fr.law', title: 'Old', until: '2026-01-01', successor: 'fr.new' },
    { id: 'fr.new', title: 'New' },
  ]

  it('says nothing of a plain set', () => assert.deepEqual(warned(aText(used)), []))

  it('names a list that no rule uses', () => assert.deepEqual(warned(aText()), ['list-unused /lists/civil']))

  it('names rules that will never apply again, and the successor of their basis', () => {
    assert.deepEqual(warned(aText({ ...used, rules: [aRule({ until: '2026-06-01' })] })), ['rule-ended /rules/0'])
    assert.deepEqual(warned(aText({ ...used, rules: [aRule({ until: '2026-06-02' })] })), [])
    assert.deepEqual(warned(aText({ ...used, bases: ended })), ['basis-ended /rules/0'])
    assert.match(warningsOf(setOf(aText({ ...used, bases: ended })), AT)[0]?.detail ?? '', /successor: fr\.new/)
    assert.deepEqual(warned(aText({ ...used, bases: ended, rules: [aRule({ bases: ['fr.law', 'fr.new'] })] })), [])
  })

  it('names a permit that a limit always keeps below its level', () => {
    const below = aLimit({ who: { 'recipient.type': ['PS', 'SN'] } })
    assert.deepEqual(warned(aText({ ...used, rules: [aRule(), below] })), ['rule-never-reaches /rules/0'])
    for (const harmless of [
      { ...below, upTo: 'summary' },
      { ...below, who: { 'recipient.type': ['SN'] } },
      { ...below, who: { 'edge.regime': ['LED'] } },
      { ...below, when: NAMED_REQUEST },
      { ...below, until: '2030-01-01' },
    ]) {
      assert.deepEqual(warned(aText({ ...used, rules: [aRule(), harmless] })), [], JSON.stringify(harmless))
    }
  })

  it('names a permit for everybody, a special category in full and consent as the only basis', () => {
    const bases = [{ id: 'consent:c1', title: 'Consent' }]
    const rule = aRule({
      who: {},
      what: { 'item.specialCategories': ['health'] },
      upTo: 'current',
      bases: ['consent:c1'],
    })
    assert.deepEqual(warned(aText({ ...used, bases, rules: [rule] })), [
      'permit-for-all /rules/0',
      'special-category-in-full /rules/0',
      'consent-as-basis /rules/0',
    ])
  })
})
