/** One spelling for each value, and none for what is no JSON. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { GENESIS_HASH, firstBreak, link } from '#gateway/core/audit.ts'
import { canonicalise, uuidFrom } from '#gateway/core/canonical-json.ts'
import { UUID_PATTERN, toCaseId, toItemId, toMandateId } from '#gateway/core/ids.ts'
import { anEvent, newItemId } from '#test/contract/stored-things.ts'
import { fixtureJson, fixtureText, needsFixtures } from '#test/support/fixtures.ts'
import { samples } from '#test/support/samples.ts'

describe('canonical JSON', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, Symbol('x')])
    it(`refuses ${typeof value} ${String(value)}`, () => assert.throws(() => canonicalise(value), TypeError))

  it('says of what kind it was that has no form, and nothing of its content', () => {
    assert.throws(() => canonicalise({ a: [1n] }), { message: 'a bigint has no canonical form' })
    assert.throws(() => canonicalise(Number.NaN), { message: 'a number outside JSON has no canonical form' })
  })

  const SPELT: readonly (readonly [value: unknown, text: string])[] = [
    [null, 'null'],
    [[1, undefined, 'a'], '[1,null,"a"]'],
    [{ b: 1, a: { d: true, c: null } }, '{"a":{"c":null,"d":true},"b":1}'],
  ]
  for (const [value, text] of SPELT) it(`spells ${text}`, () => assert.equal(canonicalise(value), text))

  it('law: members stand in the order of their names, in whatever order they came, and it reads as the same value', () => {
    const spelt = (value: unknown): string => {
      if (Array.isArray(value)) return `[${value.map(spelt).join(',')}]`
      if (typeof value !== 'object' || value === null) return JSON.stringify(value)
      const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
      return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${spelt(member)}`).join(',')}}`
    }
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(canonicalise(value), spelt(value))
        assert.equal(canonicalise(JSON.parse(canonicalise(value))), canonicalise(value))
      }),
      { numRuns: samples(500) },
    )
  })

  it('spells names that are numbers as text, what prints itself as its members, and leaves out what is undefined', () => {
    assert.equal(canonicalise({ 9: 1, 10: 2 }), '{"10":2,"9":1}')
    assert.equal(canonicalise({ a: 1, toJSON: 'x' }), '{"a":1,"toJSON":"x"}')
    assert.equal(canonicalise({ a: [{ b: 1 }], c: undefined }), '{"a":[{"b":1}]}')
    assert.equal(canonicalise(new Date(0)), '{}')
  })

  it('makes the same UUID of the same text, and another of another', () => {
    assert.match(uuidFrom('one'), UUID_PATTERN)
    assert.equal(uuidFrom('one'), uuidFrom('one'))
    assert.notEqual(uuidFrom('one'), uuidFrom('two'))
  })
})

describe('canonical JSON, the vectors of RFC 8785', () => {
  needsFixtures()
  const at = (path: string): string => `json-canonicalization/${path}`

  for (const name of ['arrays', 'structures', 'values'])
    it(`${name} are spelled byte for byte as the reference spells them`, () => {
      const bytes = Buffer.from(fixtureText(at(`outhex/${name}.txt`)).replaceAll(/\s/g, ''), 'hex')
      const spelled = canonicalise(fixtureJson(at(`input/${name}.json`)))
      assert.equal(spelled, bytes.toString('utf8'))
      assert.equal(canonicalise(JSON.parse(spelled)), spelled)
    })

  it('a thousand numbers, the least and the greatest among them, are spelled as the reference spells them', () => {
    const lines = fixtureText(at('es6-numbers-1000.csv')).trim().split('\n')
    assert.equal(lines.length, 1000)
    for (const line of lines) {
      const [bits = '', text] = line.split(',')
      const number = Buffer.from(bits.padStart(16, '0'), 'hex').readDoubleBE()
      assert.equal(canonicalise(number), text, bits)
      assert.equal(canonicalise({ b: 0, a: number }), `{"a":${text ?? ''},"b":0}`, bits)
    }
  })
})

describe('the maker of an id', () => {
  for (const make of [toCaseId, toItemId, toMandateId])
    it('answers nothing for what has another form', () => assert.equal(make('not / an id'), undefined))
  it('answers the id for what has its form', () => {
    const id = newItemId()
    assert.equal(toItemId(id), id)
  })
})

describe('the audit chain', () => {
  const first = link(undefined, anEvent())
  const second = link(first, anEvent({ actor: 'court-paris' }))
  const BROKEN = [
    { name: 'another number', rows: [first, { ...second, seq: 7 }], at: 7 },
    { name: 'another row before', rows: [first, { ...second, previous: GENESIS_HASH }], at: 2 },
    { name: 'another hash', rows: [first, { ...second, hash: GENESIS_HASH }], at: 2 },
    { name: 'another event', rows: [{ ...first, event: anEvent({ actor: 'x' }) }, second], at: first.seq },
  ]
  for (const { name, rows, at } of BROKEN) it(`breaks at a row with ${name}`, () => assert.equal(firstBreak(rows), at))
  it('is whole where each follows from the one before', () => assert.equal(firstBreak([first, second]), undefined))
})
