/** Shapes of values: what each takes, what it says is wrong without quoting it, and the copy that it keeps. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import {
  anything,
  count,
  either,
  flag,
  listIn,
  listOf,
  memberOf,
  numberOf,
  oneOf,
  quantity,
  record,
  sum,
  text,
  textOf,
  textThat,
} from '#policies/engine/shape.ts'
import type { Shape } from '#policies/engine/shape.ts'

const SCALARS: readonly {
  readonly name: string
  readonly shape: Shape
  readonly expects: string
  readonly takes: readonly unknown[]
  readonly refuses: readonly unknown[]
}[] = [
  {
    name: 'text',
    shape: text,
    expects: 'text',
    takes: ['a', ' a '],
    refuses: ['', '  ', '\t\n', 7, null, undefined, ['a']],
  },
  { name: 'flag', shape: flag, expects: 'true or false', takes: [true, false], refuses: ['true', 0, null, undefined] },
  {
    name: 'count',
    shape: count,
    expects: 'a whole number from 0',
    takes: [0, 1, Number.MAX_SAFE_INTEGER],
    refuses: [-1, 1.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN, '1', null, undefined],
  },
  {
    name: 'quantity',
    shape: quantity,
    expects: 'a number',
    takes: [0, -1, 1.5],
    refuses: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1', null, undefined],
  },
  {
    name: 'sum',
    shape: sum,
    expects: 'a number from 0',
    takes: [0, 1.5],
    refuses: [-0.01, Number.NaN, Number.POSITIVE_INFINITY, '1', [], null, undefined],
  },
  { name: 'anything', shape: anything, expects: 'a value', takes: [null, false, 0, '', {}, []], refuses: [undefined] },
  {
    name: 'one of some names',
    shape: oneOf(['one', 'two']),
    expects: 'one of one, two',
    takes: ['one', 'two'],
    refuses: ['three', '', ['one'], 7, undefined],
  },
  {
    name: 'text that passes a test',
    shape: textThat('a short text', (value) => value.length < 3),
    expects: 'a short text',
    takes: ['', 'ab'],
    refuses: ['abc', [], 7, null, undefined],
  },
]

for (const { name, shape, expects, takes, refuses } of SCALARS)
  describe(`shape: ${name}`, () => {
    it(`expects ${expects}`, () => assert.equal(shape.expects, expects))
    it('keeps what it takes as it is', () => {
      for (const value of takes) assert.deepEqual([shape.keep(value), shape.fault(value, '/a')], [value, undefined])
    })
    it('keeps nothing of what it refuses and says where', () => {
      for (const value of refuses)
        assert.deepEqual([shape.keep(value), shape.fault(value, '/a')], [undefined, `expected ${expects} at /a`])
    })
    it('calls the place of the whole /', () =>
      assert.equal(shape.fault(refuses.at(-1), ''), `expected ${expects} at /`))
  })

describe('shape: a list', () => {
  const counts = listOf(count)
  it('keeps its entries in their order, an empty one too', () => {
    assert.equal(counts.expects, 'a list of a whole number from 0')
    assert.deepEqual([counts.keep([2, 1]), counts.fault([2, 1], '')], [[2, 1], undefined])
    assert.deepEqual([counts.keep([]), counts.fault([], '')], [[], undefined])
  })
  it('keeps nothing where one entry does not fit, and points at the first', () => {
    assert.equal(counts.keep([1, -1, -2]), undefined)
    assert.equal(counts.fault([1, -1, 'x'], '/a'), 'expected a whole number from 0 at /a/1')
  })
  it('is not an object with indexes, nor a text', () => {
    for (const value of [{ 0: 1, length: 1 }, '12', null, undefined])
      assert.deepEqual(
        [counts.keep(value), counts.fault(value, '/a')],
        [undefined, 'expected a list of a whole number from 0 at /a'],
      )
  })
})

describe('shape: an object', () => {
  const shape = record({ name: text }, { age: count })
  const expects = 'an object with name, age'
  it('keeps known members in its own order', () => {
    assert.equal(shape.expects, expects)
    assert.equal(JSON.stringify(shape.keep({ age: 7, name: 'a', secret: 1 })), '{"name":"a","age":7}')
    assert.deepEqual(shape.keep({ name: 'a' }), { name: 'a' })
    assert.deepEqual([shape.fault({ age: 7, name: 'a' }, ''), shape.fault({ name: 'a' }, '')], [undefined, undefined])
  })
  it('leaves out an optional member that does not fit, which is a fault all the same', () => {
    assert.deepEqual(shape.keep({ name: 'a', age: -1 }), { name: 'a' })
    assert.equal(shape.fault({ name: 'a', age: -1 }, '/x'), 'expected a whole number from 0 at /x/age')
  })
  it('keeps nothing without a required member', () => {
    for (const value of [{ age: 7 }, { age: 7, name: '' }]) {
      assert.equal(shape.keep(value), undefined)
      assert.equal(shape.fault(value, ''), 'expected text at /name')
    }
  })
  it('is no list, no null, no text, and never empty', () => {
    for (const value of [[], ['a'], null, 'a', {}, undefined])
      assert.deepEqual([shape.keep(value), shape.fault(value, '/a')], [undefined, `expected ${expects} at /a`])
    assert.equal(record({}, { age: count }).keep({ secret: 1 }), undefined)
    assert.equal(shape.fault([], ''), `expected ${expects} at /`)
  })
  it('does not quote the name of an unknown member, and finds it first', () => {
    assert.equal(shape.fault({ secret: 1 }, '/a'), 'an unknown member at /a')
    assert.equal(shape.fault({ name: 'a', secret: 1 }, ''), 'an unknown member at /')
  })
  it('reads no inherited member', () => {
    const inherited: unknown = Object.assign(Object.create({ name: 'a' }), { age: 7 })
    assert.equal(shape.keep(inherited), undefined)
    assert.equal(shape.fault(inherited, ''), 'expected text at /name')
  })
})

describe('shape: one of several', () => {
  const shape = either(record({ name: text }), record({ age: count }), text)
  it('keeps by the first that fits', () => {
    assert.deepEqual(shape.keep({ name: 'a', age: 7 }), { name: 'a' })
    assert.deepEqual(shape.keep({ age: 7 }), { age: 7 })
    assert.equal(shape.keep('a'), 'a')
    assert.equal(shape.keep(7), undefined)
  })
  it('finds a fault where none fits, and names all', () => {
    const expects = 'an object with name or an object with age or text'
    assert.equal(shape.expects, expects)
    assert.deepEqual([shape.fault({ age: 7 }, ''), shape.fault('a', '')], [undefined, undefined])
    assert.equal(shape.fault(7, '/a'), `expected ${expects} at /a`)
  })
})

describe('members of a value', () => {
  const value = { text: 'a', number: 7, list: [1], nothing: undefined }
  it('are read by name where the value is an object that has them as its own', () => {
    assert.equal(memberOf(value, 'text'), 'a')
    assert.equal(memberOf(value, 'toString'), undefined)
    for (const other of [null, undefined, 'text', [1]]) assert.equal(memberOf(other, 'length'), undefined)
  })
  it('are read as text, number or list where they are that', () => {
    assert.deepEqual(
      [textOf(value, 'text'), textOf(value, 'number'), textOf(value, 'none')],
      ['a', undefined, undefined],
    )
    assert.deepEqual([numberOf(value, 'number'), numberOf(value, 'text')], [7, undefined])
    assert.deepEqual([listIn(value, 'list'), listIn(value, 'text')], [[1], undefined])
  })
})
