/** Policy text: strict, canonical, every fault with its place, and never half a set. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { Fault } from '#policies/language/policy.ts'
import { parsePolicy, printPolicy } from '#policies/language/text.ts'
import { fixtureJson, fixturesDir, needsFixtures } from '#test/support/fixtures.ts'
import { aPolicySet, aRule, aText, vocabularyWith, type Loose } from './policy-texts.ts'

const parse = (text: Loose) => parsePolicy(JSON.stringify(text), 'small.json')

const faultsOf = (text: Loose): readonly Fault[] => {
  const parsed = parse(text)
  return parsed.ok ? [] : parsed.faults
}

/** Faults as `code place`, in the order found. */
const found = (text: Loose): readonly string[] => faultsOf(text).map(({ code, at }) => `${code} ${at}`)

const withRule = (changed: Loose): Loose => aText({ rules: [aRule(changed)] })
const when = (...conditions: readonly unknown[]): Loose => withRule({ when: conditions })

const REFUSALS: readonly { readonly name: string; readonly text: Loose; readonly faults: readonly string[] }[] = [
  { name: 'another format', text: aText({ format: 'passerelle-policy/2' }), faults: ['format-unknown /format'] },
  { name: 'a member that is not known', text: aText({ ruels: [] }), faults: ['member-unknown /ruels'] },
  { name: 'a rule without a reason', text: withRule({ reason: undefined }), faults: ['member-missing /rules/0'] },
  { name: 'an unknown member of a rule', text: withRule({ unless: [] }), faults: ['member-unknown /rules/0/unless'] },
  { name: 'a rule id used twice', text: aText({ rules: [aRule(), aRule()] }), faults: ['name-repeated /rules/1'] },
  { name: 'a permit without a basis', text: withRule({ bases: [] }), faults: ['basis-missing /rules/0'] },
  { name: 'an unknown basis', text: withRule({ bases: ['fr.x'] }), faults: ['basis-unknown /rules/0/bases/0'] },
  { name: 'a basis that is no name', text: withRule({ bases: [7] }), faults: ['type-wrong /rules/0/bases/0'] },
  { name: 'an unknown level', text: withRule({ upTo: 'all' }), faults: ['value-unknown /rules/0/upTo'] },
  { name: 'an unknown effect', text: withRule({ effect: 'forbid' }), faults: ['value-unknown /rules/0/effect'] },
  { name: '30 February', text: withRule({ from: '2027-02-30' }), faults: ['instant-invalid /rules/0/from'] },
  {
    name: 'a rule that ends before it begins',
    text: withRule({ from: '2027-02-03', until: '2027-02-03' }),
    faults: ['instant-invalid /rules/0/until'],
  },
  {
    name: 'an unknown attribute',
    text: withRule({ who: { 'recipient.kind': ['PS'] } }),
    faults: ['name-unknown /rules/0/who/recipient.kind'],
  },
  {
    name: 'an item attribute in who',
    text: withRule({ who: { 'item.section': ['family'] } }),
    faults: ['name-unknown /rules/0/who/item.section'],
  },
  {
    name: 'a recipient attribute in what',
    text: withRule({ what: { 'recipient.type': ['PS'] } }),
    faults: ['name-unknown /rules/0/what/recipient.type'],
  },
  {
    name: 'a section that the vocabulary lacks',
    text: withRule({ what: { 'item.section': ['famly'] } }),
    faults: ['name-unknown /rules/0/what/item.section/0'],
  },
  {
    name: 'a list that is not there',
    text: withRule({ who: { 'recipient.type': ['@cvil'] } }),
    faults: ['name-unknown /rules/0/who/recipient.type/0'],
  },
  {
    name: 'a list with a name that the vocabulary lacks',
    text: aText({ lists: { civil: ['XX'] }, rules: [aRule({ who: { 'recipient.type': ['@civil'] } })] }),
    faults: ['name-unknown /rules/0/who/recipient.type/0'],
  },
  {
    name: 'a list with something that is no value',
    text: aText({ lists: { civil: ['PS', null] } }),
    faults: ['type-wrong /lists/civil/1'],
  },
  {
    name: 'a match without a value',
    text: withRule({ who: { 'recipient.type': [] } }),
    faults: ['value-unknown /rules/0/who/recipient.type'],
  },
  {
    name: 'a text for a yes or no',
    text: withRule({ who: { 'recipient.clinician': ['true'] } }),
    faults: ['type-wrong /rules/0/who/recipient.clinician/0'],
  },
  {
    name: 'a condition without an operator',
    text: when({ attribute: 'case.minor' }),
    faults: ['member-missing /rules/0/when/0'],
  },
  {
    name: 'a condition with two operators',
    text: when({ attribute: 'edge.regime', is: 'LED', in: ['LED'] }),
    faults: ['member-missing /rules/0/when/0'],
  },
  {
    name: 'a negated condition, which the language has not',
    text: when({ attribute: 'case.minor', isNot: true }),
    faults: ['member-unknown /rules/0/when/0/isNot', 'member-missing /rules/0/when/0'],
  },
  {
    name: 'includes of something that is no list',
    text: when({ attribute: 'edge.regime', includes: 'LED' }),
    faults: ['type-wrong /rules/0/when/0'],
  },
  {
    name: 'an operand of another type',
    text: when({ attribute: 'request.sections', includes: { attribute: 'case.minor' } }),
    faults: ['type-wrong /rules/0/when/0/includes'],
  },
  {
    name: 'an operand that is no attribute',
    text: when({ attribute: 'request.sections', includes: { attribute: 'item.sectoin' } }),
    faults: ['name-unknown /rules/0/when/0/includes/attribute'],
  },
  {
    name: 'a list name as the operand of a condition',
    text: when({ attribute: 'edge.regime', in: ['@civil'] }),
    faults: ['value-unknown /rules/0/when/0/in/0'],
  },
  {
    name: 'a condition on nothing',
    text: when({ is: true }),
    faults: ['member-missing /rules/0/when/0'],
  },
  {
    name: 'a condition on an unknown attribute',
    text: when({ attribute: 'case.mino', is: true }),
    faults: ['name-unknown /rules/0/when/0/attribute'],
  },
  {
    name: 'a condition between two unknown attributes',
    text: when({ attribute: 'case.mino', is: { attribute: 'case.age' } }),
    faults: ['name-unknown /rules/0/when/0/attribute', 'name-unknown /rules/0/when/0/is/attribute'],
  },
  {
    name: 'an operand that names nothing',
    text: when({ attribute: 'case.minor', is: {} }),
    faults: ['member-missing /rules/0/when/0/is'],
  },
  {
    name: 'an empty operand',
    text: when({ attribute: 'edge.regime', is: '' }),
    faults: ['type-wrong /rules/0/when/0/is'],
  },
  {
    name: 'a number for a text',
    text: when({ attribute: 'edge.regime', is: 7 }),
    faults: ['type-wrong /rules/0/when/0/is'],
  },
  {
    name: 'an attribute that is no list after in',
    text: when({ attribute: 'edge.regime', in: { attribute: 'recipient.regime' } }),
    faults: ['type-wrong /rules/0/when/0/in'],
  },
  {
    name: 'a comparison by size of what has none',
    text: when(
      { attribute: 'edge.regime', atLeast: { attribute: 'case.minor' } },
      { attribute: 'case.minor', atMost: 3 },
    ),
    faults: [
      'type-wrong /rules/0/when/0/atLeast',
      'type-wrong /rules/0/when/0',
      'type-wrong /rules/0/when/1/atMost',
      'type-wrong /rules/0/when/1',
    ],
  },
  {
    name: 'a comparison of a text with a yes or no, at most',
    text: when({ attribute: 'edge.regime', atMost: { attribute: 'edge.basis' } }),
    faults: ['type-wrong /rules/0/when/0/atMost', 'type-wrong /rules/0/when/0'],
  },
  {
    name: 'a reach of both kinds',
    text: withRule({ reach: { months: 3, since: 'release' } }),
    faults: ['member-unknown /rules/0/reach'],
  },
  { name: 'half a month', text: withRule({ reach: { months: 0.5 } }), faults: ['type-wrong /rules/0/reach/months'] },
  {
    name: 'a condition that travels but is not named',
    text: withRule({ conditions: ['no-onwrad'] }),
    faults: ['name-unknown /rules/0/conditions/0'],
  },
  { name: 'an unknown rung', text: withRule({ rungs: { date: 'g5' } }), faults: ['value-unknown /rules/0/rungs/date'] },
  {
    name: 'a successor that is no basis',
    text: aText({ bases: [{ id: 'fr.law', title: 'A law', successor: 'fr.new' }] }),
    faults: ['basis-unknown /bases/0/successor'],
  },
  {
    name: 'a statute of an unknown kind',
    text: aText({ statutes: [{ kind: 'optional', id: 's', basis: 'fr.law' }] }),
    faults: [
      'value-unknown /statutes/0/kind',
      'member-missing /statutes/0',
      'member-missing /statutes/0',
      'member-missing /statutes/0',
    ],
  },
  {
    name: 'a window of an unknown section',
    text: aText({ currentWindowMonths: { default: 3, famly: 6 } }),
    faults: ['name-unknown /currentWindowMonths/famly'],
  },
  {
    name: 'no default window',
    text: aText({ currentWindowMonths: {} }),
    faults: ['member-missing /currentWindowMonths'],
  },
  { name: 'rules that are no array', text: aText({ rules: {} }), faults: ['type-wrong /rules'] },
]

describe('parsePolicy', () => {
  for (const { name, text, faults } of REFUSALS) {
    it(`refuses ${name}, and says where`, () => assert.deepEqual(found(text), faults))
  }

  it('reports all faults of a text at once, each with its file', () => {
    const text = aText({ format: 'x', rules: [aRule({ upTo: 'all' }), aRule({ id: 'ps.2', bases: ['fr.x'] })] })
    assert.deepEqual(found(text), [
      'format-unknown /format',
      'value-unknown /rules/0/upTo',
      'basis-unknown /rules/1/bases/0',
    ])
    assert.deepEqual(new Set(faultsOf(text).map(({ file }) => file)), new Set(['small.json']))
  })

  it('refuses a text that is longer than any policy, unread', () => {
    const parsed = parsePolicy(' '.repeat(16 * 1024 * 1024 + 1), 'x')
    assert.ok(!parsed.ok)
    assert.equal(parsed.faults[0]?.detail, 'at character 0: too long')
  })

  it('reads the small text whole', () => {
    const parsed = parse(aText())
    assert.ok(parsed.ok)
    assert.equal(parsed.set.rules[0]?.id, 'ps.1')
    assert.equal(parsed.set.rules[0].omission, 'silent')
  })

  it('H030 refuses a duplicate key anywhere in the text', () => {
    const text = JSON.stringify(aText()).replace('"upTo":"summary"', '"upTo":"summary","upTo":"full"')
    const parsed = parsePolicy(text, 'small.json')
    assert.ok(!parsed.ok)
    assert.deepEqual(
      parsed.faults.map(({ code }) => code),
      ['json-invalid'],
    )
  })

  it('H031 refuses forbidden keys, and H032 numbers that two readers would take differently', () => {
    const spoiled = [
      ['"reason":', '"__proto__":{"upTo":"full"},"reason":'],
      ['"lists":{', '"lists":{"constructor":["PS"],'],
      ['"default":3', '"default":1e400'],
      ['"default":3', '"default":-0'],
      ['"default":3', '"default":9007199254740993'],
    ]
    for (const [from = '', to = ''] of spoiled) {
      const text = JSON.stringify(aText())
      assert.ok(text.includes(from))
      const parsed = parsePolicy(text.replace(from, to), 'small.json')
      assert.ok(!parsed.ok && parsed.faults[0]?.code === 'json-invalid', to)
    }
  })

  it('H034 takes no name that is written in two ways, and no attribute that only looks like one', () => {
    const decomposed = 'sant\u0065\u0301'
    assert.deepEqual(found(aText({ vocabulary: vocabularyWith({ sections: ['family', decomposed] }) })), [
      'value-unknown /vocabulary/sections/1',
    ])
    const cyrillic = 'recipient.t\u0443pe'
    assert.deepEqual(found(withRule({ who: { [cyrillic]: ['PS'] } })), [`name-unknown /rules/0/who/${cyrillic}`])
  })

  it('H06C refuses a newline, a comma list or a quote that would make a second line of a name', () => {
    for (const id of ['ps.1\np, x', 'ps.1", "x', 'ps.1, limit', "ps.1'", 'ps.1\r', 'ps.1\u2028', 'ps 1', '@ps']) {
      assert.deepEqual(found(withRule({ id })), ['value-unknown /rules/0/id'], JSON.stringify(id))
    }
    for (const name of [' health', 'health ', '\u00a0health', '', '@health', 'h'.repeat(201)]) {
      const text = aText({ vocabulary: vocabularyWith({ sections: ['family', name] }) })
      assert.deepEqual(found(text), ['value-unknown /vocabulary/sections/1'], JSON.stringify(name))
    }
    const sections = ['family', 'health\np, *, *, full']
    const vocabulary = vocabularyWith({ sections })
    assert.deepEqual(found(aText({ vocabulary })), ['value-unknown /vocabulary/sections/1'])
    const who = { 'recipient.organisation': ['probation\np, *, *, full'] }
    assert.deepEqual(found(withRule({ who })), ['type-wrong /rules/0/who/recipient.organisation/0'])
  })

  it('shows no hidden character of the text in a fault, and no more than a name of it', () => {
    for (const fault of faultsOf(aText({ ['\u202e\u0000'.padEnd(5000, 'x')]: 1 }))) {
      assert.ok(!/[\p{Cc}\u202e]/u.test(fault.at + fault.detail))
      assert.ok(fault.at.length + fault.detail.length < 400)
    }
  })

  it('takes names with comma and quote as data where a vocabulary has them', () => {
    const vocabulary = vocabularyWith({ sections: ['a, b', 'c"d', "e'f"] })
    const parsed = parse(aText({ vocabulary, rules: [aRule({ what: { 'item.section': ['a, b', 'c"d'] } })] }))
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.set.rules[0]?.what, [{ attribute: 'item.section', values: ['a, b', 'c"d'] }])
  })
})

describe('printPolicy', () => {
  it('parse undoes print', () => {
    fc.assert(
      fc.property(aPolicySet(), (set) => {
        assert.deepEqual(parsePolicy(printPolicy(set), 'x'), { ok: true, set })
      }),
    )
  })

  it('print undoes parse on canonical text', () => {
    fc.assert(
      fc.property(aPolicySet(), (set) => {
        const text = printPolicy(set)
        const parsed = parsePolicy(text, 'x')
        assert.equal(parsed.ok && printPolicy(parsed.set), text)
      }),
    )
  })

  it('leaves out what is absent or the default, and ends in a newline', () => {
    const text = JSON.stringify(withRule({ omission: 'silent', when: [], conditions: [], rungs: {} }))
    const parsed = parsePolicy(text, 'x')
    assert.ok(parsed.ok)
    const rule =
      '  {"id": "ps.1", "effect": "permit", "who": {"recipient.type": ["PS"]}, "what": {"item.section": ["family"]}, ' +
      '"upTo": "summary", "bases": ["fr.law"], "reason": "For support."}\n ]\n}\n'
    assert.ok(printPolicy(parsed.set).endsWith(rule))
  })

  it('prints one text whatever the order in which lists and windows were filled', () => {
    const texts = [
      aText({ lists: { a: ['PS'], b: ['SN'] }, currentWindowMonths: { default: 3, family: 6 } }),
      aText({ lists: { b: ['SN'], a: ['PS'] }, currentWindowMonths: { family: 6, default: 3 } }),
    ].map((text) => {
      const parsed = parse(text)
      return parsed.ok ? printPolicy(parsed.set) : ''
    })
    assert.notEqual(texts[0], '')
    assert.equal(texts[0], texts[1])
  })
})

describe('a hostile policy text', () => {
  needsFixtures()

  it('H036 H039 never loads half a set and never throws, with each parsing test of the JSON suite in the place of its rules', () => {
    const folder = join(fixturesDir(), 'json-test-suite/test_parsing')
    const [head = '', tail = ''] = JSON.stringify(aText({ rules: 'HERE' })).split('"HERE"')
    const files = readdirSync(folder)
    assert.ok(files.length > 100)
    for (const file of files) {
      const bytes = Buffer.concat([Buffer.from(head), readFileSync(join(folder, file)), Buffer.from(tail)])
      const parsed = parsePolicy(bytes, file)
      if (file.startsWith('n_')) assert.ok(!parsed.ok && parsed.faults[0]?.code === 'json-invalid', file)
      else assert.ok(parsed.ok || parsed.faults.length > 0, file)
    }
  })

  it('H06C keeps naughty strings out, or keeps them whole as names', () => {
    const strings = fixtureJson('naughty-strings/strings.json')
    assert.ok(Array.isArray(strings) && strings.length > 200)
    for (const name of strings.map(String)) {
      const vocabulary = vocabularyWith({ sections: ['family', name] })
      const parsed = parse(aText({ vocabulary, rules: [aRule({ what: { 'item.section': [name] } })] }))
      if (parsed.ok) assert.deepEqual(parsePolicy(printPolicy(parsed.set), 'x'), parsed)
      else assert.ok(parsed.faults.length > 0)
      assert.ok(!parse(withRule({ [`x${name}`]: 1, id: `${name} ` })).ok)
    }
  })

  it('never throws on an arbitrary JSON value in any member', () => {
    const members = Object.keys(aText())
    fc.assert(
      fc.property(fc.constantFrom(...members), fc.jsonValue({ maxDepth: 3 }), (member, value) => {
        const parsed = parse(aText({ [member]: value }))
        if (parsed.ok) assert.deepEqual(parsePolicy(printPolicy(parsed.set), 'x'), parsed)
      }),
    )
  })

  it('never throws on an arbitrary JSON value in any member of a rule', () => {
    const members = ['id', 'effect', 'who', 'what', 'when', 'upTo', 'reach', 'omission', 'conditions', 'rungs', 'from']
    fc.assert(
      fc.property(fc.constantFrom(...members), fc.jsonValue({ maxDepth: 3 }), (member, value) => {
        const parsed = parse(withRule({ [member]: value }))
        if (parsed.ok) assert.deepEqual(parsePolicy(printPolicy(parsed.set), 'x'), parsed)
      }),
    )
  })
})
