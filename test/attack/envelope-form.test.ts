/** Hostile envelopes against the verify room: what the JSON and the compact form may be, what exhausts, and attacks that are known. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CompactEncrypt, importJWK } from 'jose'
import { before, describe, it } from 'mocha'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { openJwe } from '#gateway/rooms/open-envelope.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'
import {
  aSealedStage,
  AT,
  claimsOf,
  codeOf,
  codeOfJws,
  codeOfOuter,
  codeOfPayload,
  codeOfText,
  messageHeader,
  signRaw,
  verifyAs,
  withHeader,
} from '#test/support/envelopes.ts'
import type { SealedStage } from '#test/support/envelopes.ts'

let stage: SealedStage
before(async () => {
  stage = await aSealedStage()
})

describe('the JSON of an envelope', () => {
  const claimsText = (): string => JSON.stringify(claimsOf(stage)).slice(0, -1)
  const codeOfMember = (member: string): Promise<ProblemCode | 'accepted'> =>
    codeOfPayload(stage, `${claimsText()},${member}}`)
  const codeOfBytes = (payload: Uint8Array): Promise<ProblemCode | 'accepted'> =>
    codeOfJws(stage, signRaw(JSON.stringify(messageHeader(stage.sender.signKey)), payload, stage.sender.signKey))

  const MEMBERS: readonly (readonly [string, readonly string[]])[] = [
    [
      'H030 refuses a duplicate key in the payload, at any depth, also when spelled with an escape',
      ['"iss":"a"', '"\\u0069ss":"a"', '"x":[{"a":1,"a":1}]'],
    ],
    [
      'H031 refuses __proto__, constructor and prototype keys at any depth',
      ['"__proto__":{}', '"x":{"constructor":1}', '"x":[[{"prototype":1}]]', '"\\u005f_proto__":{}'],
    ],
    [
      'H032 refuses 1e400, 2^53+1, -0, 1e-400 and 01',
      ['"x":1e400', '"x":9007199254740993', '"x":-0', '"x":1e-400', '"x":01'],
    ],
    ['H033 refuses a lone surrogate and NUL', ['"x":"\\ud800"', '"\\udc00":1', '"x":"\\u0000"', '"x":"\0"']],
    ['H039 refuses comments, single quotes and NaN', ['"x":1/**/', "'x':1", '"x":NaN', '"x":Infinity']],
    ['refuses a payload deeper than 32', [`"x":${'['.repeat(32)}${']'.repeat(32)}`]],
  ]
  for (const [name, members] of MEMBERS)
    it(name, async () => {
      for (const member of members) assert.equal(await codeOfMember(member), 'json-refused', member)
    })

  it('accepts the same members when they are in order', async () => {
    assert.equal(await codeOfMember('"x":[{"a":1},{"a":-1e-300}],"proto":"\\ud83d\\ude00","y":{}'), 'accepted')
  })

  it('H033 refuses a byte order mark, invalid UTF-8 and UTF-16', async () => {
    const text = JSON.stringify(claimsOf(stage))
    const hostile = [
      Buffer.from(`\ufeff${text}`),
      Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]),
      Buffer.from(text, 'utf16le'),
    ]
    for (const bytes of hostile) assert.equal(await codeOfBytes(bytes), 'json-refused')
  })

  it('H034 finds no claim under a confusable or non-canonical name', async () => {
    const claims = claimsOf(stage) as Readonly<Record<string, unknown>>
    const { iss, ...rest } = claims
    for (const name of ['іss', 'iss\u0301', 'ISS', ' iss'])
      assert.equal(await codeOfPayload(stage, { ...rest, [name]: iss }), 'message-malformed')
  })

  it('H036 refuses trailing bytes and two texts', async () => {
    const text = JSON.stringify(claimsOf(stage))
    for (const payload of [`${text}x`, `${text}${text}`, `${text},`, ''])
      assert.equal(await codeOfPayload(stage, payload), 'json-refused')
  })

  it('H037 refuses a number where a string is expected and a list where one value is', async () => {
    for (const changes of [{ iss: 1 }, { aud: ['a'] }, { iat: '1' }, { iat: [1] }, { iss: null }])
      assert.equal(await codeOfPayload(stage, claimsOf(stage, changes)), 'message-malformed')
    for (const payload of ['[]', 'null', '1', '"text"'])
      assert.equal(await codeOfPayload(stage, payload), 'message-malformed')
  })
})

describe('the compact form of an envelope', () => {
  it('H035 refuses padding, white space, a non-canonical last character and the other alphabet', async () => {
    const [header, key, iv, text, tag] = stage.jwe.split('.')
    const lax = (part = ''): readonly string[] => [
      `${part}=`,
      ` ${part}`,
      `${part}\n`,
      part.replace(/.$/, '+'),
      part.replace(/.$/, '/'),
    ]
    for (const part of lax(text))
      assert.equal(await codeOfText(stage, [header, key, iv, part, tag].join('.')), 'envelope-malformed')
    // 22 characters hold 132 bits for a tag of 128: the last one may only be A, Q, g or w.
    const stray = (tag ?? '').replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1))
    assert.equal(await codeOfText(stage, [header, key, iv, text, stray].join('.')), 'envelope-malformed')
    const [head, payload] = stage.jws.split('.')
    const straySignature = stage.jws.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1))
    assert.equal(await codeOfJws(stage, straySignature), 'envelope-malformed')
    assert.equal(await codeOfJws(stage, `${head}=.${payload}.${'A'.repeat(86)}`), 'envelope-malformed')
  })

  it('refuses another number of parts, the JSON forms and bytes that are no text', async () => {
    const parts = stage.jwe.split('.')
    const hostile = [
      '',
      '.',
      '....',
      parts.slice(0, 4).join('.'),
      `${stage.jwe}.`,
      `${stage.jwe}.AAAA`,
      stage.jws,
      `{"ciphertext":"${parts[3]}"}`,
    ]
    for (const text of hostile) assert.equal(await codeOfText(stage, text), 'envelope-malformed')
    assert.equal(await codeOfText(stage, Buffer.alloc(1000, 0xff)), 'envelope-malformed')
    for (const text of ['', 'a.b', `${stage.jws}.`, stage.jwe, `{"payload":"${parts[3]}"}`])
      assert.equal(await codeOfJws(stage, text), 'envelope-malformed')
  })

  it('refuses a shortened tag or IV before it decrypts', async () => {
    const [header, key, iv, text, tag] = stage.jwe.split('.')
    assert.equal(
      await codeOfText(stage, [header, key, iv, text, (tag ?? '').slice(0, 16)].join('.')),
      'envelope-malformed',
    )
    assert.equal(
      await codeOfText(stage, [header, key, (iv ?? '').slice(0, 12), text, tag].join('.')),
      'envelope-malformed',
    )
  })

  it('H038 accepts no mutation of an envelope but the envelope itself, over 3,000', async () => {
    const alphabet = fc.constantFrom(...'ABZaz09-_.=+/ \n\0é'.split(''))
    const mutation = fc.tuple(fc.nat(), alphabet, fc.constantFrom('replace', 'remove', 'insert', 'cut'))
    await fc.assert(
      fc.asyncProperty(mutation, fc.boolean(), async ([place, mark, kind], isInner) => {
        const text = isInner ? stage.jws : stage.jwe
        const at = place % text.length
        const kept = { replace: 1, remove: 1, insert: 0, cut: text.length }[kind]
        const mutated = text.slice(0, at) + (kind === 'remove' || kind === 'cut' ? '' : mark) + text.slice(at + kept)
        if (mutated === text) return
        assert.notEqual(isInner ? await codeOfJws(stage, mutated) : await codeOfText(stage, mutated), 'accepted')
      }),
      { numRuns: 3_000, seed: 38 },
    )
  })
})

describe('exhaustion by an envelope', () => {
  const inTime = async (work: () => Promise<string>): Promise<string> => {
    const startedAt = performance.now()
    const code = await work()
    assert.ok(performance.now() - startedAt < 2_000, 'took longer than two seconds')
    return code
  }

  it('H129 refuses a billion rounds of PBES2 before the first', async () => {
    const header = JSON.stringify({
      alg: 'PBES2-HS256+A128KW',
      enc: 'A256GCM',
      p2c: 1_000_000_000,
      p2s: 'AAAAAAAAAAAAAAAAAAAAAA',
    })
    assert.equal(await inTime(() => codeOfText(stage, withHeader(stage.jwe, header))), 'header-refused')
  })

  it('H129 refuses 100,000 recipients and 100,000 parts', async () => {
    const wide = { ...stage, maxBytes: 16_000_000 }
    const many = `{"recipients":[${'{"encrypted_key":"AAAA"},'.repeat(100_000)}{}]}`
    for (const text of [many, 'A.'.repeat(100_000), '.'.repeat(1_000_000)]) {
      const code = await inTime(async () => codeOf(await verifyAs(wide, stage.sender.participant, text)))
      assert.equal(code, 'envelope-malformed')
    }
  })

  it('H121 unpacks nothing: a compressed plaintext does not open, even where the header rule is left out', async () => {
    const { jwk, key } = stage.broker.sealKey
    const publicKey = await importJWK({ ...jwk }, 'ECDH-ES+A256KW')
    const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' } as const
    const plain = await new CompactEncrypt(new Uint8Array(1_000_000)).setProtectedHeader(header).encrypt(publicKey)
    const bomb = await new CompactEncrypt(new Uint8Array(1_000))
      .setProtectedHeader({ ...header, zip: 'DEF' })
      .encrypt(publicKey)
    assert.equal((await openJwe({ text: plain, kid: '', epk: jwk }, key)).ok, true)
    assert.equal((await openJwe({ text: bomb, kid: '', epk: jwk }, key)).ok, false)
  })

  it('H129 refuses a 16,384-bit RSA key in a header', async () => {
    const epk = { kty: 'RSA', n: 'A'.repeat(1_500), e: 'AQAB' }
    assert.equal(await inTime(() => codeOfOuter(stage, { epk })), 'header-refused')
  })

  it('H123 refuses a payload nested 30,000 deep', async () => {
    const deep = `{"x":${'['.repeat(15_000)}${']'.repeat(15_000)}}`
    assert.equal(await inTime(() => codeOfPayload(stage, deep)), 'json-refused')
  })
})

describe('known attacks on tokens', () => {
  needsFixtures()

  it('H022 every payload is refused, sealed or bare', async () => {
    const { payloads } = fixtureJson('payloads/jwt-attack.json') as {
      readonly payloads: readonly { readonly payload: string }[]
    }
    assert.ok(payloads.length > 5, `${payloads.length} payloads`)
    for (const { payload } of payloads) {
      assert.notEqual(await codeOfText(stage, payload), 'accepted', payload)
      assert.notEqual(await codeOfJws(stage, payload), 'accepted', payload)
    }
    assert.equal(codeOf(await verifyAs(stage, stage.sender.participant, stage.jwe, AT)), 'accepted')
  })
})
