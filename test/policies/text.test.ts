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
import { REFUSALS, withRule } from './refused-texts.ts'

const parse = (text: Loose) => parsePolicy(JSON.stringify(text), 'small.json')

const faultsOf = (text: Loose): readonly Fault[] => {
  const parsed = parse(text)
  return parsed.ok ? [] : parsed.faults
}

/** Faults as `code place`, in the order found. */
const found = (text: Loose): readonly string[] => faultsOf(text).map(({ code, at }) => `${code} ${at}`)

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
