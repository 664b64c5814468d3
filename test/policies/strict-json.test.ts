/** The strict JSON reader: what it refuses that JSON.parse takes, and that it never takes another value than JSON.parse. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { fixtureJson, fixturesDir, needsFixtures } from '#test/support/fixtures.ts'

const reasonOf = (input: string | Uint8Array): string => {
  const read = readStrictJson(input)
  return read.ok ? 'accepted' : read.reason
}

/** An object of a hundred keys and one more. */
const manyKeys = (last: string): string =>
  `{${Array.from({ length: 100 }, (_, at) => `"k${at}":0`).join(',')},"${last}":0}`

const REFUSED: readonly { readonly name: string; readonly text: string | Uint8Array; readonly reason: string }[] = [
  { name: 'H030 refuses a duplicate key', text: '{"a":1,"a":2}', reason: 'duplicate key' },
  { name: 'H030 refuses a duplicate key spelled with an escape', text: '{"a":1,"\\u0061":2}', reason: 'duplicate key' },
  { name: 'H030 refuses a duplicate of the first key among many', text: manyKeys('k0'), reason: 'duplicate key' },
  { name: 'H030 refuses a duplicate of the last key among many', text: manyKeys('k99'), reason: 'duplicate key' },
  { name: 'H030 refuses a duplicate empty key', text: '{"":1,"":2}', reason: 'duplicate key' },
  { name: 'H031 refuses __proto__', text: '{"a":[{"__proto__":{}}]}', reason: 'forbidden key' },
  { name: 'H031 refuses __proto__ spelled with an escape', text: '{"\\u005f_proto__":1}', reason: 'forbidden key' },
  { name: 'H031 refuses constructor', text: '{"constructor":1}', reason: 'forbidden key' },
  { name: 'H031 refuses prototype', text: '{"prototype":1}', reason: 'forbidden key' },
  { name: 'H032 refuses a number beyond all', text: '1e400', reason: 'number out of range' },
  { name: 'H032 refuses a whole number that is not exact', text: '[9007199254740993]', reason: 'number out of range' },
  { name: 'H032 refuses minus zero', text: '{"a":-0}', reason: 'number out of range' },
  { name: 'H032 refuses minus zero with a fraction', text: '-0.0', reason: 'number out of range' },
  { name: 'H032 refuses a number that becomes zero', text: '1e-400', reason: 'number out of range' },
  { name: 'H032 refuses a leading zero', text: '01', reason: 'not JSON' },
  { name: 'H033 refuses a lone surrogate as an escape', text: '"\\ud800"', reason: 'lone surrogate' },
  { name: 'H033 refuses a lone surrogate in a key', text: '{"\\udc00":1}', reason: 'lone surrogate' },
  { name: 'H033 refuses a lone surrogate as a character', text: '"\ud800"', reason: 'lone surrogate' },
  { name: 'H033 refuses NUL as an escape', text: '["\\u0000"]', reason: 'NUL' },
  { name: 'H033 refuses NUL as a byte', text: '"\0"', reason: 'not JSON' },
  { name: 'H033 refuses a byte order mark', text: Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), reason: 'not JSON' },
  { name: 'H033 refuses invalid UTF-8', text: Buffer.from([0x22, 0xff, 0x22]), reason: 'not UTF-8' },
  {
    name: 'H033 refuses a surrogate encoded as UTF-8',
    text: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    reason: 'not UTF-8',
  },
  { name: 'H033 refuses UTF-16', text: Buffer.from('{}', 'utf16le'), reason: 'not JSON' },
  { name: 'H036 refuses trailing bytes', text: '{}x', reason: 'not JSON' },
  { name: 'H036 refuses two texts', text: '{} {}', reason: 'not JSON' },
  { name: 'H036 refuses nothing at all', text: '', reason: 'not JSON' },
  { name: 'H039 refuses comments', text: '{/*x*/}', reason: 'not JSON' },
  { name: 'H039 refuses single quotes', text: "{'a':1}", reason: 'not JSON' },
  { name: 'H039 refuses NaN', text: 'NaN', reason: 'not JSON' },
  { name: 'refuses a control character in a string', text: '"\n"', reason: 'not JSON' },
  { name: 'refuses 33 containers inside one another', text: '['.repeat(33) + ']'.repeat(33), reason: 'too deep' },
  { name: 'refuses 20,001 members', text: `[${'1,'.repeat(20_000)}1]`, reason: 'too many members' },
]

describe('readStrictJson', () => {
  for (const { name, text, reason } of REFUSED) it(name, () => assert.equal(reasonOf(text), reason))

  it('says where a lax place stands', () => {
    assert.deepEqual(readStrictJson('{"a":1,"a":2}'), { ok: false, at: 7, reason: 'duplicate key' })
  })

  it('takes 32 containers inside one another and 20,000 members', () => {
    assert.equal(readStrictJson('['.repeat(32) + ']'.repeat(32)).ok, true)
    assert.equal(readStrictJson(`[${'1,'.repeat(19_999)}1]`).ok, true)
  })

  it('keeps to the limits it is given', () => {
    assert.equal(readStrictJson('[[1]]', { maxDepth: 1 }).ok, false)
    assert.equal(readStrictJson('[1,2,3]', { maxKeys: 2 }).ok, false)
    assert.equal(readStrictJson('[1,2,3]', { maxKeys: 3 }).ok, true)
  })

  it('takes the same key in two objects, and a key that only looks escaped', () => {
    const text = '{"a":{"b":1},"b":{"b":2},"c\\\\u0061":1,"ca":[{"a":1},{"a":0.0}]}'
    assert.deepEqual(readStrictJson(text), { ok: true, value: JSON.parse(text) as unknown })
  })

  it('takes a hundred keys that differ', () => assert.equal(reasonOf(manyKeys('k100')), 'accepted'))

  it('reads a million open brackets without running out of stack', () => {
    assert.equal(reasonOf('['.repeat(1_000_000)), 'not JSON')
    assert.equal(reasonOf('['.repeat(1_000_000) + ']'.repeat(1_000_000)), 'too deep')
  })

  it('takes time in proportion to the length, whatever the escapes', () => {
    const texts = ['\\\\', '\\"', '\\n', 'a'].map((part) => `"${part.repeat(1_000_000)}"`)
    const startedAt = performance.now()
    for (const text of texts) assert.equal(readStrictJson(text).ok, true)
    assert.ok(performance.now() - startedAt < 3_000)
  })

  it('accepts what JSON.stringify writes, with an equal value, unless a reason is named', () => {
    const named = /^(forbidden key|number out of range|lone surrogate|NUL|too deep)$/
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value)
        const read = readStrictJson(text)
        if (read.ok) assert.deepEqual(read.value, JSON.parse(text))
        else assert.match(read.reason, named)
      }),
      { numRuns: 5_000, seed: 31 },
    )
  })

  it('H038 never takes what JSON.parse refuses, nor another value, over 40,000 mutated texts', () => {
    let accepted = 0
    const mutation = fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.string({ maxLength: 3 }), fc.nat(3))
    fc.assert(
      fc.property(mutation, ([value, place, inserted, removed]) => {
        const text = JSON.stringify(value)
        const at = place % (text.length + 1)
        const mutated = text.slice(0, at) + inserted + text.slice(at + removed)
        const read = readStrictJson(mutated)
        if (!read.ok) return
        accepted += 1
        assert.deepEqual(read.value, JSON.parse(mutated))
      }),
      { numRuns: 40_000, seed: 38 },
    )
    assert.ok(accepted > 1_000, `only ${accepted} texts were accepted: the law would be empty`)
  })

  it('agrees with a slow reader of its own about every duplicate', () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', '\\u0061', 'é', ''), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(keys, (names) => {
        const text = `{${names.map((name) => `"${name}":1`).join(',')}}`
        const spelled = names.map((name) => (name === '\\u0061' ? 'a' : name))
        assert.equal(readStrictJson(text).ok, new Set(spelled).size === spelled.length)
      }),
      { seed: 30 },
    )
  })
})

/** Valid JSON that is refused on purpose, each because another reader may take it for something else. */
const STRICTER: Readonly<Record<string, string>> = {
  // Which of the two values counts is left open (RFC 8259 §4).
  'y_object_duplicated_key.json': 'duplicate key',
  'y_object_duplicated_key_and_value.json': 'duplicate key',
  // NUL ends a string in many a store and library.
  'y_object_escaped_null_in_key.json': 'NUL',
  'y_string_null_character_escape.json': 'NUL',
  // -0 comes back as 0 after one round trip.
  'y_number_negative_zero.json': 'number out of range',
  // A whole number past 2^53 is not the number that was written (RFC 7493 §2.2).
  'y_number_real_exponent.json': 'number out of range',
}

describe('readStrictJson over the JSON test suite', () => {
  needsFixtures()
  const folder = (): string => join(fixturesDir(), 'json-test-suite/test_parsing')
  const files = (prefix: string): readonly string[] => readdirSync(folder()).filter((name) => name.startsWith(prefix))
  const read = (name: string): string => reasonOf(readFileSync(join(folder(), name)))

  it('accepts every y_ file but those named as stricter, with the value of JSON.parse', () => {
    const names = files('y_')
    assert.ok(names.length > 20, `${names.length} files`)
    for (const name of names.filter((entry) => !(entry in STRICTER))) {
      const bytes = readFileSync(join(folder(), name))
      const value: unknown = JSON.parse(bytes.toString('utf8'))
      assert.deepEqual(readStrictJson(bytes), { ok: true, value }, name)
    }
    for (const name of names) assert.equal(read(name), STRICTER[name] ?? 'accepted', name)
  })

  it('refuses every n_ file', () => {
    const names = files('n_')
    assert.ok(names.length > 50, `${names.length} files`)
    for (const name of names) assert.notEqual(read(name), 'accepted', name)
  })

  it('answers every i_ file without throwing', () => {
    const names = files('i_')
    assert.ok(names.length > 10, `${names.length} files`)
    for (const name of names) assert.equal(typeof read(name), 'string', name)
  })

  it('carries every naughty string unchanged, or says why not', () => {
    const strings = JSON.stringify(fixtureJson('naughty-strings/strings.json'))
    assert.deepEqual(readStrictJson(strings), { ok: true, value: JSON.parse(strings) as unknown })
  })
})

interface Payload {
  readonly kind: string
  readonly payload: string
}

describe('readStrictJson over prototype pollution', () => {
  needsFixtures()

  it('H031 refuses each payload that is JSON with such a key, and leaves Object.prototype alone', () => {
    const { payloads } = fixtureJson('payloads/prototype-pollution.json') as { readonly payloads: readonly Payload[] }
    const before = Object.getOwnPropertyNames(Object.prototype)
    const hostile = payloads.filter(({ payload }) => /__proto__|constructor|prototype/.test(payload))
    assert.ok(hostile.length > 3, `${hostile.length} payloads`)
    for (const { payload } of hostile) assert.notEqual(reasonOf(payload), 'accepted', payload)
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before)
  })
})
