/** Compact JOSE texts before any key is looked for: every part that is wrong is refused, each with its own problem and place. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import {
  ASSERTION_SIGNATURE,
  COPIES_ENVELOPE,
  COPY_SIGNATURE,
  KEY_BINDING_SIGNATURE,
  KEY_REQUEST_SIGNATURE,
  MESSAGE_ENVELOPE,
  MESSAGE_SIGNATURE,
  PARCEL_ENVELOPE,
  PROJECTION_SIGNATURE,
  readCompactJwe,
  readCompactJws,
  readPublicJwk,
  RECEIPT_SIGNATURE,
  SECOND_SIGNATURE,
  TRUST_LIST_SIGNATURE,
} from '#gateway/core/jose-headers.ts'
import type { Problem } from '#gateway/core/problem.ts'

const KID = 'k'.repeat(43)
const COORDINATE = 'A'.repeat(43)
const KEY = { kty: 'EC', crv: 'P-256', x: COORDINATE, y: COORDINATE }
const JWS_HEADER = { alg: 'ES256', typ: 'gw-case+jws', kid: KID }
const JWE_HEADER = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', typ: 'gw-msg+jwe', cty: 'gw-case+jws', kid: KID, epk: KEY }
const JWS_PARTS = ['e30', 'A'.repeat(86)]
const JWE_PARTS = ['A'.repeat(54), 'A'.repeat(16), 'e30', 'A'.repeat(22)]

const segment = (header: unknown): string =>
  Buffer.from(typeof header === 'string' ? header : JSON.stringify(header)).toString('base64url')
const jws = (header: unknown, parts: readonly string[] = JWS_PARTS): string => [segment(header), ...parts].join('.')
const jwe = (header: unknown, parts: readonly string[] = JWE_PARTS): string => [segment(header), ...parts].join('.')

const problem = (code: Problem['code'], pointer: string, place: string): object => ({
  ok: false,
  problem: { code, errors: [{ pointer, code: place }] },
})

/** Members of a header that are wrong, for either form; `at` is the place under its name. */
const WRONG_HEADERS: readonly { readonly name: string; readonly header: unknown; readonly code: string }[] = [
  { name: 'a list', header: [1], code: 'not-an-object' },
  { name: 'null', header: 'null', code: 'not-an-object' },
  { name: 'a text', header: '"text"', code: 'not-an-object' },
  { name: 'broken JSON', header: '{"alg":', code: 'not-strict-json' },
  { name: 'a name twice', header: '{"alg":"ES256","alg":"ES256"}', code: 'not-strict-json' },
  { name: 'objects too deep', header: '{"alg":{"a":{"b":1}}}', code: 'not-strict-json' },
  {
    name: 'seventeen names',
    header: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`n${n}`, 1])),
    code: 'not-strict-json',
  },
  { name: 'more than 2048 characters', header: { ...JWS_HEADER, pad: 'x'.repeat(1600) }, code: 'too-long' },
]

describe('readCompactJws', () => {
  it('reads a text of three parts and its key id', () => {
    const text = jws(JWS_HEADER)
    assert.deepEqual(readCompactJws(text, MESSAGE_SIGNATURE), { ok: true, value: { text, kid: KID } })
  })

  const SHAPES: readonly { readonly name: string; readonly text: string; readonly code: string }[] = [
    { name: 'no text', text: '', code: 'not-compact' },
    { name: 'a header alone', text: segment(JWS_HEADER), code: 'not-compact' },
    { name: 'two parts', text: jws(JWS_HEADER, ['e30']), code: 'not-compact' },
    { name: 'a fourth part', text: jws(JWS_HEADER, [...JWS_PARTS, '']), code: 'not-compact' },
    { name: 'a fifth part', text: jws(JWS_HEADER, [...JWS_PARTS, 'a', 'b']), code: 'not-compact' },
    { name: 'a payload with padding', text: jws(JWS_HEADER, ['e30=', 'A'.repeat(86)]), code: 'not-base64url' },
    {
      name: 'a signature in another alphabet',
      text: jws(JWS_HEADER, ['e30', `${'A'.repeat(85)}+`]),
      code: 'not-base64url',
    },
    { name: 'an empty header', text: ['', ...JWS_PARTS].join('.'), code: 'not-base64url' },
    { name: 'a header with stray bits', text: ['e31', ...JWS_PARTS].join('.'), code: 'not-base64url' },
  ]
  for (const { name, text, code } of SHAPES)
    it(`refuses ${name}`, () =>
      assert.deepEqual(readCompactJws(text, MESSAGE_SIGNATURE), problem('envelope-malformed', '/jws', code)))

  for (const { name, header, code } of WRONG_HEADERS)
    it(`refuses a header of ${name}`, () =>
      assert.deepEqual(readCompactJws(jws(header), MESSAGE_SIGNATURE), problem('header-refused', '/jws', code)))

  it('takes a header of 2048 characters for what it says and one of more for too long', () => {
    const padded = (length: number): string => {
      const bare = JSON.stringify({ ...JWS_HEADER, pad: '' })
      return JSON.stringify({ ...JWS_HEADER, pad: 'x'.repeat((length * 3) / 4 - bare.length) })
    }
    const answer = (length: number): unknown => readCompactJws(jws(padded(length)), MESSAGE_SIGNATURE)
    assert.deepEqual(answer(2048), problem('header-refused', '/jws', 'name-not-allowed'))
    assert.deepEqual(answer(2052), problem('header-refused', '/jws', 'too-long'))
  })

  for (const name of ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'zip', 'b64', 'epk', 'enc', 'cty'])
    it(`refuses a header that says "${name}"`, () =>
      assert.deepEqual(
        readCompactJws(jws({ ...JWS_HEADER, [name]: 1 }), MESSAGE_SIGNATURE),
        problem('header-refused', '/jws', 'name-not-allowed'),
      ))

  for (const [member, value] of [
    ['alg', 'none'],
    ['alg', undefined],
    ['typ', 'gw-receipt+jws'],
    ['kid', undefined],
    ['kid', 7],
    ['kid', 'k'.repeat(42)],
    ['kid', 'k'.repeat(44)],
    ['kid', `${'k'.repeat(42)}.`],
    ['kid', ['k'.repeat(43)]],
  ] as const)
    it(`refuses "${member}": ${JSON.stringify(value) ?? 'missing'}, with its place`, () =>
      assert.deepEqual(
        readCompactJws(jws({ ...JWS_HEADER, [member]: value }), MESSAGE_SIGNATURE),
        problem('header-refused', `/jws/${member}`, 'not-allowed'),
      ))

  it('calls a signature of another length invalid, once the header is allowed', () => {
    for (const length of [84, 88])
      assert.deepEqual(readCompactJws(jws(JWS_HEADER, ['e30', 'A'.repeat(length)]), MESSAGE_SIGNATURE), {
        ok: false,
        problem: { code: 'signature-invalid' },
      })
  })

  it('takes a second, post-quantum signature at its own length alone', () => {
    const signed = (length: number): boolean =>
      readCompactJws(
        jws({ alg: 'ML-DSA-65', typ: 'gw-second+jws', kid: KID }, ['e30', 'A'.repeat(length)]),
        SECOND_SIGNATURE,
      ).ok
    assert.deepEqual([86, 4_408, 4_412, 4_416].map(signed), [false, false, true, false])
  })

  it('takes each kind of signature under its own type alone', () => {
    const rules = [
      MESSAGE_SIGNATURE,
      COPY_SIGNATURE,
      KEY_BINDING_SIGNATURE,
      PROJECTION_SIGNATURE,
      RECEIPT_SIGNATURE,
      ASSERTION_SIGNATURE,
      TRUST_LIST_SIGNATURE,
      KEY_REQUEST_SIGNATURE,
    ]
    const types = [
      'gw-case+jws',
      'gw-case+sd-jwt',
      'kb+jwt',
      'gw-projection+jws',
      'gw-receipt+jws',
      'gw-assertion+jws',
      'gw-trust+jws',
      'gw-key+jws',
    ]
    for (const [at, rule] of rules.entries())
      assert.deepEqual(
        types.map((typ) => readCompactJws(jws({ ...JWS_HEADER, typ }), rule).ok),
        types.map((_, index) => index === at),
      )
    assert.deepEqual(
      readCompactJws(jws(JWS_HEADER), ASSERTION_SIGNATURE),
      problem('header-refused', '/assertion/typ', 'not-allowed'),
    )
  })
})

describe('readCompactJwe', () => {
  it('reads a text of five parts, its key id and the key of its sender', () => {
    const text = jwe(JWE_HEADER)
    assert.deepEqual(readCompactJwe(text, MESSAGE_ENVELOPE), { ok: true, value: { text, kid: KID, epk: KEY } })
  })

  it('reads an empty ciphertext, whose tag is for the key to check', () =>
    assert.ok(readCompactJwe(jwe(JWE_HEADER, JWE_PARTS.with(2, '')), MESSAGE_ENVELOPE).ok))

  const SHAPES: readonly { readonly name: string; readonly parts: readonly string[]; readonly code: string }[] = [
    { name: 'no part but the header', parts: [], code: 'not-compact' },
    { name: 'four parts', parts: JWE_PARTS.slice(0, 3), code: 'not-compact' },
    { name: 'a sixth part', parts: [...JWE_PARTS, ''], code: 'not-compact' },
    { name: 'a seventh part', parts: [...JWE_PARTS, 'a', 'b'], code: 'not-compact' },
    { name: 'a shorter wrapped key', parts: JWE_PARTS.with(0, 'A'.repeat(52)), code: 'not-compact' },
    { name: 'a longer IV', parts: JWE_PARTS.with(1, 'A'.repeat(20)), code: 'not-compact' },
    { name: 'a shorter tag', parts: JWE_PARTS.with(3, 'A'.repeat(16)), code: 'not-compact' },
    {
      name: 'a wrapped key in another alphabet',
      parts: JWE_PARTS.with(0, `+${'A'.repeat(53)}`),
      code: 'not-base64url',
    },
    { name: 'an IV in another alphabet', parts: JWE_PARTS.with(1, `/${'A'.repeat(15)}`), code: 'not-base64url' },
    { name: 'a ciphertext with white space', parts: JWE_PARTS.with(2, 'e3 0'), code: 'not-base64url' },
    { name: 'a tag with stray bits', parts: JWE_PARTS.with(3, `${'A'.repeat(21)}B`), code: 'not-base64url' },
  ]
  for (const { name, parts, code } of SHAPES)
    it(`refuses ${name}`, () =>
      assert.deepEqual(
        readCompactJwe(jwe(JWE_HEADER, parts), MESSAGE_ENVELOPE),
        problem('envelope-malformed', '/jwe', code),
      ))

  for (const { name, header, code } of WRONG_HEADERS)
    it(`refuses a header of ${name}`, () =>
      assert.deepEqual(readCompactJwe(jwe(header), MESSAGE_ENVELOPE), problem('header-refused', '/jwe', code)))

  for (const [member, value] of [
    ['alg', 'dir'],
    ['enc', 'A128GCM'],
    ['typ', 'gw-parcel+jwe'],
    ['cty', 'gw-projection+jws'],
    ['kid', ''],
    ['epk', undefined],
    ['epk', null],
    ['epk', { ...KEY, d: COORDINATE }],
    ['epk', { ...KEY, crv: 'P-384' }],
  ] as const)
    it(`refuses "${member}": ${JSON.stringify(value) ?? 'missing'}, with its place`, () =>
      assert.deepEqual(
        readCompactJwe(jwe({ ...JWE_HEADER, [member]: value }), MESSAGE_ENVELOPE),
        problem('header-refused', `/jwe/${member}`, 'not-allowed'),
      ))

  it('takes a parcel for no message and a message for no parcel', () => {
    const parcel = jwe({ ...JWE_HEADER, typ: 'gw-parcel+jwe', cty: 'gw-parcel+json' })
    assert.ok(readCompactJwe(parcel, PARCEL_ENVELOPE).ok)
    assert.ok(!readCompactJwe(parcel, MESSAGE_ENVELOPE).ok)
    assert.ok(!readCompactJwe(jwe(JWE_HEADER), PARCEL_ENVELOPE).ok)
    assert.ok(!readCompactJwe(jwe(JWE_HEADER), COPIES_ENVELOPE).ok)
    assert.ok(readCompactJwe(jwe({ ...JWE_HEADER, cty: 'gw-copies+json' }), COPIES_ENVELOPE).ok)
  })
})

describe('readPublicJwk', () => {
  it('reads a P-256 key, its four members and no more', () => assert.deepEqual(readPublicJwk(KEY), KEY))

  for (const [name, value] of Object.entries({
    'no object': 'EC',
    null: null,
    'a list of four': ['EC', 'P-256', COORDINATE, COORDINATE],
    'a private member': { ...KEY, d: COORDINATE },
    'a member less': { kty: 'EC', crv: 'P-256', x: COORDINATE },
    'a member under another name': { kty: 'EC', crv: 'P-256', x: COORDINATE, z: COORDINATE },
    'another family': { ...KEY, kty: 'OKP' },
    'another curve': { ...KEY, crv: 'P-384' },
    'a shorter x': { ...KEY, x: 'A'.repeat(42) },
    'a longer y': { ...KEY, y: 'A'.repeat(44) },
    'an x with stray bits': { ...KEY, x: `${'A'.repeat(42)}B` },
    'a y in another alphabet': { ...KEY, y: `${'A'.repeat(42)}+` },
    'an x that is a list of 43': { ...KEY, x: Array.from(COORDINATE) },
  }))
    it(`refuses ${name}`, () => assert.equal(readPublicJwk(value), undefined))
})
