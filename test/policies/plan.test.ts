/** What the plan keeps between questions: it answers as if it kept nothing, and looks at no rule that cannot speak. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { decide } from '#policies/engine/decide.ts'
import { factReader } from '#policies/engine/item-fact.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import { prepare } from '#policies/engine/prepared-set.ts'
import { ATTRIBUTES } from '#policies/language/attributes.ts'
import type { PolicySet, Rule } from '#policies/language/policy.ts'
import { anItem, aPolicySet, aQuestion, SOME } from '#test/support/arbitraries.ts'
import { lawRuns } from '#test/support/law-runs.ts'

/** More rules than two blocks hold. */
const aLargeSet: fc.Arbitrary<PolicySet> = fc
  .array(aPolicySet(), { minLength: 14, maxLength: 14 })
  .map(([first, ...others]) => {
    assert.ok(first !== undefined)
    const rules = [first, ...others].flatMap((set, from) =>
      set.rules.map((rule) => ({ ...rule, id: `${rule.id}.${from}` })),
    )
    return { ...first, rules }
  })
  .filter(({ rules }) => rules.length > 64)

describe('compilePlan, asked again and again', () => {
  it('a set that has answered other questions about other items answers each as one that was never asked', () => {
    const asked = fc.array(fc.tuple(aQuestion(SOME), anItem(SOME)), { minLength: 10, maxLength: 10 })
    fc.assert(
      fc.property(aLargeSet, asked, (set, pairs) => {
        for (const [question] of pairs) {
          const plan = compilePlan(set, question)
          for (const [, item] of pairs)
            assert.equal(JSON.stringify(plan(item)), JSON.stringify(decide(set, question, item)))
        }
      }),
      { numRuns: lawRuns(80) },
    )
  })

  it('rules that stand at the same place of different blocks are not taken for each other', () => {
    const sections = Array.from({ length: 70 }, (_, index) => `section-${index}`)
    const rules = sections.map((section) => ({
      ...permit(section, []),
      what: [{ attribute: 'item.section', values: [section] }],
    }))
    const { vocabulary, ...set } = onePermit({})
    const [item] = fc.sample(anItem(SOME), { numRuns: 1, seed: 1 })
    assert.ok(item !== undefined)
    const plan = compilePlan(
      { ...set, vocabulary: { ...vocabulary, sections }, rules },
      { at: 0, milestones: {}, facts: {} },
    )
    for (const section of sections) assert.deepEqual(plan({ ...item, facts: { section } }).rules, [section])
  })

  it('a rule that asks twice for the same attribute must have it both times', () => {
    const [item] = fc.sample(anItem(SOME), { numRuns: 1, seed: 1 })
    assert.ok(item !== undefined)
    const ask = (...values: readonly string[]) => ({ attribute: 'item.within', values })
    const set = { ...onePermit({}), rules: [{ ...permit('both', []), what: [ask('a', 'b'), ask('b', 'c')] }] }
    const levelOf = (within: readonly string[]): string =>
      compilePlan(set, { at: 0, milestones: {}, facts: {} })({ ...item, facts: { within } }).level
    assert.deepEqual([['a'], ['c'], ['b'], ['a', 'c'], []].map(levelOf), [
      'nothing',
      'nothing',
      'full',
      'full',
      'nothing',
    ])
  })

  it('a decision that many are given can be changed by none of them', () => {
    const [item] = fc.sample(anItem(SOME), { numRuns: 1, seed: 1 })
    assert.ok(item !== undefined)
    const plan = compilePlan(onePermit({}), { at: 0, milestones: {}, facts: {} })
    const decision = plan({ ...item, facts: {} })
    assert.equal(plan({ ...item, facts: {} }), decision)
    assert.equal(decision.level, 'full')
    assert.ok(Object.isFrozen(decision))
    for (const part of Object.values(decision)) assert.ok(Object.isFrozen(part))
  })

  it('items made to meet ever other rules are not remembered without end', () => {
    const [item] = fc.sample(anItem(SOME), { numRuns: 1, seed: 1 })
    assert.ok(item !== undefined)
    const names = Array.from({ length: 14 }, (_, index) => `name-${index}`)
    const rules = names.map((name) => ({
      ...permit(name, []),
      what: [{ attribute: 'item.within', values: [name] }],
    }))
    const set = { ...onePermit({}), rules }
    const question = { at: 0, milestones: {}, facts: {} }
    const { memoryAt } = prepare(set)
    const first = memoryAt(0)
    const plan = compilePlan(set, question)
    const ask = (made: number): void => {
      const within = names.filter((_, bit) => (made & (1 << bit)) !== 0)
      assert.deepEqual(plan({ ...item, facts: { within } }).rules, within.toSorted())
    }
    for (let made = 1; made < 10_000; made += 1) ask(made)
    assert.equal(memoryAt(0), first)
    ask(10_000)
    assert.notEqual(memoryAt(0), first)
    assert.equal(memoryAt(0), memoryAt(0))
  })

  it('a legal basis that ended, or began, between two questions counts for each as it stood', () => {
    const [question, item] = fc.sample(fc.tuple(aQuestion(SOME), anItem(SOME)), { numRuns: 1, seed: 1 })[0] ?? []
    assert.ok(question !== undefined && item !== undefined)
    const set = onePermit({ from: 1_000, until: 2_000 })
    const levelAt = (at: number): string =>
      compilePlan(set, { ...question, at, facts: {} })({ ...item, facts: {} }).level
    assert.deepEqual([1_500, 500, 1_500, 2_000, 1_000, 1_999].map(levelAt), [
      'full',
      'nothing',
      'full',
      'nothing',
      'full',
      'full',
    ])
  })

  it('a basis is named from the instant at which it begins, though another was valid before', () => {
    const [item] = fc.sample(anItem(SOME), { numRuns: 1, seed: 1 })
    assert.ok(item !== undefined)
    const bases = [
      { id: 'basis', title: 'always' },
      { id: 'later', title: 'begins', from: 1_000 },
      { id: 'sooner', title: 'ends', until: 2_000 },
    ]
    const set = { ...onePermit({}), bases, rules: [{ ...permit('permit', []), bases: bases.map(({ id }) => id) }] }
    const basesAt = (at: number): string =>
      compilePlan(set, { at, milestones: {}, facts: {} })({ ...item, facts: {} }).bases.join(' ')
    assert.deepEqual([1_000, 999, 2_000, 1_999].map(basesAt), [
      'basis later sooner',
      'basis sooner',
      'basis later',
      'basis later sooner',
    ])
  })
})

describe('the index of rules', () => {
  it('looks at no rule of another sender, wherever the senders share their other questions', () => {
    const senders = Array.from({ length: 50 }, (_, sender) => `sender-${sender}`)
    const rules = senders.flatMap((sender) => [aRule(`${sender}.a`, sender, 'SP'), aRule(`${sender}.b`, sender, 'JU')])
    const { index } = prepare({ ...onePermit({}), rules })
    const facts = { 'edge.sender': 'sender-7', 'recipient.type': 'SP' }
    const found = [...index.candidates({ at: 0, milestones: {}, facts })].map((at) => index.rules[at]?.rule.id)
    assert.deepEqual(new Set(found), new Set(['sender-7.a', 'sender-7.b']))
  })
})

describe('factReader', () => {
  for (const { name } of ATTRIBUTES.filter((attribute) => attribute.name.startsWith('item.')))
    it(`reads ${name} and nothing else`, () => {
      const others = Object.fromEntries(ATTRIBUTES.map((attribute) => [attribute.name.slice(5), 'another']))
      assert.equal(factReader(name.slice(5))({ ...others, [name.slice(5)]: 'its own' }), 'its own')
    })

  it('finds no fact in what every object inherits', () => {
    for (const name of ['constructor', 'toString', '__proto__']) assert.equal(factReader(name)({}), undefined)
  })
})

function onePermit(valid: { readonly from?: number; readonly until?: number }): PolicySet {
  const [set] = fc.sample(aPolicySet(), { numRuns: 1, seed: 1 })
  assert.ok(set !== undefined)
  return { ...set, bases: [{ id: 'basis', title: 'a basis', ...valid }], rules: [permit('permit', [])] }
}

const permit = (id: string, who: Rule['who']): Rule => ({
  id,
  effect: 'permit',
  who,
  what: [],
  when: [],
  upTo: 'full',
  omission: 'silent',
  conditions: [],
  rungs: {},
  bases: ['basis'],
  reason: 'a rule of the test',
})

const aRule = (id: string, sender: string, type: string): Rule =>
  permit(id, [
    { attribute: 'recipient.type', values: [type] },
    { attribute: 'edge.sender', values: [sender] },
  ])
