/** What RFC 9901 §7.1 says must be refused, and what two readers could take differently. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { conceal, hidden, holdsReservedName, value } from '#gateway/core/sd-jwt/conceal.ts'
import type { ClaimNode } from '#gateway/core/sd-jwt/conceal.ts'
import { readCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import { selectDisclosures } from '#gateway/core/sd-jwt/select.ts'
import { A_SALT, digestOf, encode, encodeText, saltsFrom } from '#test/support/sd-jwt.ts'

/** Why it was refused, or what it revealed. */
function verdict(payload: unknown, disclosures: readonly string[]): unknown {
  const revealed = reveal(payload, disclosures)
  if (revealed.ok) return revealed.value.claims
  assert.equal(revealed.problem.code, 'disclosure-refused')
  return revealed.problem.errors?.[0]?.code
}

const member = (name: string, of: unknown = 1): string => encode([A_SALT, name, of])
const element = (of: unknown = 1): string => encode([A_SALT, of])
const signed = (...disclosures: readonly string[]): object => ({ _sd: disclosures.map(digestOf), _sd_alg: 'sha-256' })

describe('a revealed payload', () => {
  it('H040 refuses a disclosure that was added, sent twice, or changed', () => {
    const [one, two] = [member('one'), member('two')]
    assert.deepEqual(verdict(signed(one), [one]), { one: 1 })
    assert.equal(verdict(signed(one), [one, two]), 'unreferenced')
    assert.equal(verdict(signed(one), [one, one]), 'sent-twice')
    assert.equal(verdict(signed(one), [member('one', 2)]), 'unreferenced')
  })

  it('H042 refuses a claim that the holder made up, whatever its name', () => {
    const payload = signed(member('one'))
    for (const name of ['one', 'two', 'iss', 'toString'])
      assert.equal(verdict(payload, [member(name, 9)]), 'unreferenced')
  })

  it('H043 refuses a child without its parent', () => {
    const child = member('child')
    const parent = member('parent', { _sd: [digestOf(child)] })
    assert.deepEqual(verdict(signed(parent), [parent, child]), { parent: { child: 1 } })
    assert.deepEqual(verdict(signed(parent), [parent]), { parent: {} })
    assert.equal(verdict(signed(parent), [child]), 'unreferenced')
  })

  it('H044 refuses a claim with a reserved name', () => {
    for (const name of ['_sd', '...', '_sd_alg', '__proto__', 'constructor', 'prototype'])
      assert.equal(verdict(signed(member(name)), [member(name)]), 'reserved-name')
    assert.equal(verdict({ a: { '...': 'x' } }, []), 'reserved-name')
    assert.equal(verdict({ a: { _sd_alg: 'sha-256' } }, []), 'reserved-name')
  })

  it('takes a claim named toString for what it is', () => {
    assert.deepEqual(verdict(signed(member('toString')), [member('toString')]), { toString: 1 })
  })

  it('H044 refuses a hidden claim over an open one, and two hidden ones of one name', () => {
    const iss = member('iss', 'another')
    assert.equal(verdict({ ...signed(iss), iss: 'agency' }, [iss]), 'name-twice')
    const again = encode([`${A_SALT}x`, 'iss', 'third'])
    assert.equal(verdict(signed(iss, again), [iss, again]), 'name-twice')
  })

  it('H044 refuses a digest that occurs twice, in one list, in two, or where nobody disclosed it', () => {
    const one = member('one')
    assert.equal(verdict(signed(one, one), [one]), 'digest-twice')
    assert.equal(verdict(signed(one, one), []), 'digest-twice')
    assert.equal(verdict({ ...signed(one), two: { _sd: [digestOf(one)] } }, [one]), 'digest-twice')
    const parent = member('parent', { _sd: [digestOf(one)] })
    assert.equal(verdict(signed(parent, one), [parent]), 'digest-twice')
  })

  it('H044 refuses an element in an object and a member in an array', () => {
    assert.equal(verdict(signed(element()), [element()]), 'element-in-an-object')
    assert.equal(verdict({ list: [{ '...': digestOf(member('one')) }] }, [member('one')]), 'member-in-an-array')
  })

  it('H044 refuses a digest with company, a digest that is no text, and digests that are no list', () => {
    const one = element()
    assert.deepEqual(verdict({ list: [{ '...': digestOf(one) }, 2] }, [one]), { list: [1, 2] })
    assert.equal(verdict({ list: [{ '...': digestOf(one), x: 1 }] }, [one]), 'digest-with-company')
    assert.equal(verdict({ list: [{ '...': 1 }] }, []), 'digest-not-text')
    assert.equal(verdict({ _sd: [1] }, []), 'digest-not-text')
    assert.equal(verdict({ _sd: 'text' }, []), 'digests-not-a-list')
  })

  it('H045 refuses forty disclosures inside one another, and one more than the limit', () => {
    const chain = [member('end')]
    for (let depth = 0; depth < 40; depth += 1)
      chain.push(encode([A_SALT, 'in', { _sd: [digestOf(chain.at(-1) ?? '')] }]))
    assert.equal(verdict(signed(chain.at(-1) ?? ''), chain), 'too-deep')
    assert.equal(
      verdict(
        {},
        Array.from({ length: 65_537 }, () => 'x'),
      ),
      'too-many',
    )
    assert.equal(readCompactSdJwt(`jwt~${'x~'.repeat(65_537)}`).ok, false)
    assert.equal(readCompactSdJwt(`jwt~${'x~'.repeat(65_536)}`).ok, true)
  })

  it('H046 refuses any algorithm but sha-256', () => {
    assert.deepEqual(verdict({ _sd_alg: 'sha-256' }, []), {})
    for (const algorithm of ['sha-256-32', 'sha-512', 'SHA-256', '', null])
      assert.equal(verdict({ _sd_alg: algorithm }, []), 'algorithm')
  })

  it('H030 H031 H033 refuses a disclosure that is not strict JSON', () => {
    const texts: readonly (readonly [string, string])[] = [
      [`["${A_SALT}","a",{"b":1,"b":2}]`, 'duplicate-key'],
      [`["${A_SALT}","a",{"\\u0062":1,"b":2}]`, 'duplicate-key'],
      [`["${A_SALT}","a",{"__proto__":1}]`, 'forbidden-key'],
      [`["${A_SALT}","a",1] `.repeat(2), 'not-JSON'],
      [`["${A_SALT}","a","\\ud800"]`, 'lone-surrogate'],
      [`["${A_SALT}"]`, 'not-a-disclosure'],
      [`["${A_SALT}","a",1,2]`, 'not-a-disclosure'],
      [`{"0":"${A_SALT}"}`, 'not-a-disclosure'],
      [`["short","a",1]`, 'salt-too-short'],
      [`[1234567890123456789012,"a",1]`, 'number-out-of-range'],
      [`["${A_SALT}",1,1]`, 'reserved-name'],
    ]
    for (const [text, code] of texts) assert.equal(verdict(signed(encodeText(text)), [encodeText(text)]), code, text)
  })

  it('H035 refuses a disclosure in another spelling of base64url', () => {
    const one = encodeText(`["${A_SALT}","a",1]`.padEnd(37))
    for (const other of [`${one}=`, ` ${one}`, one.replace(/.$/, 'h'), ''])
      assert.equal(verdict(signed(other), [other]), 'not-base64url', other)
  })

  it('refuses a compact text without its end, with an empty part, or without a signed text', () => {
    for (const text of ['jwt', '', '~', '~a~', 'jwt~a~~', 'jwt~~']) assert.equal(readCompactSdJwt(text).ok, false, text)
    assert.deepEqual(readCompactSdJwt('jwt~'), { ok: true, value: { jwt: 'jwt', disclosures: [] } })
    assert.deepEqual(readCompactSdJwt('jwt~a~kb'), {
      ok: true,
      value: { jwt: 'jwt', disclosures: ['a'], keyBinding: 'kb' },
    })
  })
})

const object = (members: Readonly<Record<string, ClaimNode>>): ClaimNode & { readonly kind: 'object' } => ({
  kind: 'object',
  members,
})

describe('what is concealed', () => {
  it('holds no reserved name, wherever in a value', () => {
    for (const name of ['_sd', '...', '_sd_alg']) {
      assert.equal(holdsReservedName({ a: [{ [name]: 1 }] }), true)
      assert.equal(holdsReservedName({ a: [`"${name}":`, name, `x${name}`], [`x${name}`]: `"${name}":1` }), false)
      assert.throws(() => conceal(object({ a: value({ [name]: 1 }) }), saltsFrom('a')), TypeError)
      assert.throws(() => conceal(object({ [name]: value(1) }), saltsFrom('a')), TypeError)
    }
  })

  it('has the width and the capacity of its schema, sorted, and refuses to grow beyond', () => {
    const members = { one: hidden(value(1)), two: hidden(value(2)) }
    const made = conceal({ kind: 'object', members, width: 8 }, saltsFrom('a'))
    const payload = JSON.parse(made.payload) as { readonly _sd: readonly string[] }
    assert.equal(payload._sd.length, 8)
    assert.deepEqual(payload._sd, payload._sd.toSorted())
    assert.throws(() => conceal({ kind: 'object', members, width: 1 }, saltsFrom('a')), TypeError)
    const list: ClaimNode = { kind: 'array', elements: [hidden(value('x'))], capacity: 4 }
    const array = JSON.parse(conceal(object({ list }), saltsFrom('a')).payload) as { readonly list: readonly object[] }
    assert.equal(array.list.length, 4)
    assert.throws(() => conceal(object({ list: { ...list, capacity: 0 } }), saltsFrom('a')), TypeError)
  })

  it('keeps what is held, with all within it, and reveals it under the same payload later', () => {
    const inner: ClaimNode = object({ name: hidden(value('Ada Exemple')) })
    const made = conceal(
      object({ open: value(1), source: { kind: 'hidden', node: inner, isHeld: true } }),
      saltsFrom('a'),
    )
    assert.equal(made.disclosures.length, 0)
    assert.equal(made.held.length, 2)
    const payload: unknown = JSON.parse(made.payload)
    assert.deepEqual(verdict(payload, made.disclosures), { open: 1 })
    assert.deepEqual(verdict(payload, made.held), { open: 1, source: { name: 'Ada Exemple' } })
  })
})

describe('a selection', () => {
  it('H043 H065 sends no child without its parent, and takes a name with a dot or a slash for no path', () => {
    const tree = object({
      'a.b': hidden(value('dotted')),
      'a/b': hidden(value('slashed')),
      a: hidden(object({ b: hidden(value('child')) })),
    })
    const made = conceal(tree, saltsFrom('a'))
    const revealed = reveal(JSON.parse(made.payload), made.disclosures)
    assert.ok(revealed.ok)
    const said = (...pointers: readonly string[]): unknown =>
      verdict(
        JSON.parse(made.payload),
        selectDisclosures(revealed.value, ({ pointer }) => pointers.includes(pointer)),
      )
    assert.deepEqual(said('/a/b'), {})
    assert.deepEqual(said('/a', '/a/b'), { a: { b: 'child' } })
    assert.deepEqual(said('/a~1b'), { 'a/b': 'slashed' })
    assert.deepEqual(said('/a.b'), { 'a.b': 'dotted' })
  })
})
