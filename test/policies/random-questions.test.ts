/** Random questions: drawn around rules, disturbed now and then, spread over time; the same for the same seed. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { randomQuestions, seeded } from '#policies/engine/random-questions.ts'
import type { Asked } from '#policies/engine/random-questions.ts'
import { ATTRIBUTES } from '#policies/language/attributes.ts'
import type { AttributeType } from '#policies/language/attributes.ts'
import type { AttributeValue } from '#policies/language/item.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'

const AT = 1_795_000_000_000
const YEAR_MS = 31_557_600_000
const COUNT = 3_000

const file = join(import.meta.dirname, '../../policies/packs/france-prison-exit.json')
const parsed = parsePolicy(readFileSync(file), file)
assert.ok(parsed.ok)
const set: PolicySet = parsed.set
const drawn: readonly Asked[] = [...randomQuestions(set, { seed: 11, count: COUNT, at: AT })]

const about = (found: number, wanted: number, of: number = COUNT): void =>
  assert.ok(Math.abs(found / of - wanted) < 0.04, `${found} of ${of}, wanted about ${wanted}`)
const spread = (times: readonly number[]): readonly [number, number] => [
  Math.min(...times) / YEAR_MS,
  Math.max(...times) / YEAR_MS,
]
const typeOf = (value: AttributeValue | undefined): AttributeType | undefined =>
  typeof value === 'object'
    ? 'list'
    : typeof value === 'boolean'
      ? 'boolean'
      : typeof value === 'number'
        ? 'integer'
        : 'string'
/** Every value of an attribute that was drawn. */
const valuesOf = (name: string): readonly AttributeValue[] =>
  drawn.flatMap(({ question, item }) => {
    const value = name.startsWith('item.') ? item.facts[name.slice('item.'.length)] : question.facts[name]
    return value === undefined ? [] : [value]
  })

describe('seeded', () => {
  it('gives the numbers of mulberry32', () => {
    const random = seeded(1)
    const numbers = Array.from({ length: 3 }, () => random())
    assert.deepEqual(numbers, [0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
  })
  it('takes any whole number for a seed of 32 bits', () => {
    assert.equal(seeded(2 ** 32 + 1)(), seeded(1)())
    assert.notEqual(seeded(-1)(), seeded(1)())
  })
})

describe('randomQuestions', () => {
  it('draws as many as asked for, each under its own name', () => {
    assert.equal(drawn.length, COUNT)
    assert.deepEqual(
      drawn.slice(0, 3).map(({ item }) => item.id),
      ['question-0', 'question-1', 'question-2'],
    )
    assert.equal(new Set(drawn.map(({ item }) => item.id)).size, COUNT)
  })

  it('keeps what is of the item with the item, by its short name', () => {
    for (const { question, item } of drawn) {
      assert.ok(Object.keys(question.facts).every((name) => !name.startsWith('item.') && name.includes('.')))
      assert.ok(Object.keys(item.facts).every((name) => !name.includes('.')))
    }
    assert.ok(valuesOf('item.section').length > COUNT / 2)
  })

  it('asks of unmarked items with nothing in them, three of ten past', () => {
    for (const { item } of drawn) {
      assert.deepEqual(item.marking, {
        classification: 'non-protege',
        handling: [],
        conditions: [],
        receivedInConfidence: false,
      })
      assert.deepEqual(item.value, { kind: 'plain', rungs: {}, summaryRung: 'g4' })
      assert.equal(item.facts['isPast'], item.isPast)
    }
    about(drawn.filter(({ item }) => item.isPast).length, 0.3)
  })

  it('asks nine of ten at the instant and the rest within five years of it', () => {
    const elsewhere = drawn.map(({ question }) => question.at - AT).filter((shift) => shift !== 0)
    about(elsewhere.length, 0.1)
    const [earliest, latest] = spread(elsewhere)
    assert.ok(earliest >= -5 && earliest < -4 && latest <= 5 && latest > 4, `${earliest} to ${latest} years`)
  })

  it('has items of the last four years and milestones of the last three, each in one question of two', () => {
    const [oldest, newest] = spread(drawn.map(({ item }) => item.observedAt - AT))
    assert.ok(oldest >= -4 && oldest < -3.8 && newest <= 0 && newest > -0.2, `${oldest} to ${newest} years`)
    for (const name of ['measure-start', 'release', 'transfer']) {
      const times = drawn.flatMap(({ question }) => {
        const time = question.milestones[name]
        return time === undefined ? [] : [time - AT]
      })
      about(times.length, 0.5)
      const [first, last] = spread(times)
      assert.ok(first >= -3 && first < -2.8 && last <= 0 && last > -0.2, `${first} to ${last} years`)
    }
  })

  it('gives most attributes a value of their type, and each now and then one of another', () => {
    for (const { name, type } of ATTRIBUTES.filter((attribute) => attribute.name !== 'item.isPast')) {
      const values = valuesOf(name)
      const wrong = values.filter((value) => typeOf(value) !== type)
      assert.ok(values.length > COUNT / 50, name)
      assert.ok(wrong.length > 0 && wrong.length < values.length / 4, `${name}: ${wrong.length} of ${values.length}`)
      assert.ok(
        wrong.every((value) => value === (type === 'string' ? 7 : 'text')),
        name,
      )
    }
  })

  it('puts no list with more or less than one name, known or not', () => {
    const lists = ATTRIBUTES.filter(({ type }) => type === 'list').flatMap(({ name }) => valuesOf(name))
    const names = lists.flatMap((value) => (typeof value === 'object' ? [value] : []))
    assert.ok(names.every((list) => list.length === 1 && typeof list[0] === 'string' && list[0] !== ''))
    assert.ok(names.some(([name]) => name === 'no-such-name'))
    assert.ok(names.some(([name]) => name === 'something'))
  })

  it('names what the vocabulary holds, and now and then what it does not', () => {
    for (const [name, known] of [
      ['item.section', set.vocabulary.sections],
      ['recipient.type', set.vocabulary.recipientTypes],
      ['edge.purpose', set.vocabulary.purposes],
    ] as const) {
      const texts = valuesOf(name).filter((value) => typeof value === 'string')
      const unknown = texts.filter((value) => !known.includes(value))
      assert.ok(new Set(texts).size > known.length / 2, name)
      assert.ok(unknown.length > 0 && unknown.length < texts.length / 10, `${name}: ${unknown.length}`)
      assert.ok(
        unknown.every((value) => value === 'no-such-name'),
        name,
      )
    }
  })

  it('meets a rule of those it is to draw around, but for what it disturbs', () => {
    const around = set.rules
      .filter(({ who }) => who.some(({ attribute }) => attribute === 'recipient.type'))
      .slice(0, 1)
    const [rule] = around
    assert.ok(rule !== undefined)
    const asked = [...randomQuestions(set, { seed: 5, count: 500, at: AT, around })]
    const wanted = rule.who.find(({ attribute }) => attribute === 'recipient.type')?.values ?? []
    const met = asked.filter(({ question }) => {
      const type = question.facts['recipient.type']
      return (
        typeof type === 'string' && (wanted.includes(type) || wanted.some((value) => String(value).startsWith('@')))
      )
    })
    assert.ok(met.length > 450, `${met.length} of 500`)
  })

  it('meets a condition that compares two attributes', () => {
    const around = set.rules.filter(
      ({ effect, when }) =>
        effect === 'permit' &&
        when.some(
          ({ attribute, operand }) =>
            attribute === 'request.sections' && operand.kind === 'attribute' && operand.name === 'item.section',
        ),
    )
    assert.ok(around.length > 0)
    const asked = [...randomQuestions({ ...set, rules: around }, { seed: 5, count: 300, at: AT })]
    const sections = new Set(asked.map(({ item }) => item.facts['section']))
    const met = asked.filter(
      ({ question, item }) => String(question.facts['request.sections']) === item.facts['section'],
    )
    assert.ok(sections.size > 3 && met.length > 200, `${met.length} of 300, ${sections.size} sections`)
  })

  it('draws of a set without rules all the same', () => {
    const [asked] = [...randomQuestions({ ...set, rules: [] }, { seed: 1, count: 1, at: AT })]
    assert.equal(asked?.item.id, 'question-0')
  })
})
