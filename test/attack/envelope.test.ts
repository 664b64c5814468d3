/** Hostile envelopes against the verify room: who signs, which headers, what the JSON may be, and what exhausts. */
import assert from 'node:assert/strict'
import { createHmac, createSign, KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { CompactEncrypt, importJWK } from 'jose'
import { before, describe, it } from 'mocha'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { toJwkSet, readJwkSet } from '#gateway/core/jwk-set.ts'
import { openJwe } from '#gateway/rooms/open-envelope.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'
import {
  AT,
  aStage,
  base64url,
  claimsOf,
  codeOf,
  codeOfJws,
  codeOfPayload,
  headerOf,
  messageHeader,
  sealToBroker,
  signMessage,
  signRaw,
  signatureOf,
  verifyAs,
  withHeader,
} from '#test/support/envelopes.ts'
import type { Stage } from '#test/support/envelopes.ts'

let stage: Stage
let jws: string
let jwe: string
before(async () => {
  stage = await aStage()
  jws = signMessage(claimsOf(stage), stage.sender.signKey)
  jwe = await sealToBroker(stage, jws)
})
const codeOfText = async (text: string | Uint8Array): Promise<ProblemCode | 'accepted'> =>
  codeOf(await verifyAs(stage, stage.sender.participant, text))
const codeOfOuter = (changes: object): Promise<ProblemCode | 'accepted'> =>
  codeOfText(withHeader(jwe, JSON.stringify({ ...headerOf(jwe), ...changes })))
const codeOfInner = (changes: object): Promise<ProblemCode | 'accepted'> =>
  codeOfJws(stage, signMessage(claimsOf(stage), stage.sender.signKey, changes))

/** Headers that choose a key, switch something on or cost something. */
const REFUSED_HEADERS: readonly (readonly [string, unknown])[] = [
  ['jwk', { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) }],
  ['jku', 'https://attacker.test/keys'],
  ['x5u', 'https://attacker.test/chain'],
  ['x5c', ['MIIB']],
  ['x5t', 'AAAA'],
  ['crit', ['exp']],
  ['b64', false],
  ['zip', 'DEF'],
  ['p2s', 'AAAA'],
  ['p2c', 1_000_000_000],
  ['apu', 'QWxpY2U'],
  ['apv', 'Qm9i'],
  ['unknown', 1],
]

describe('the sender of an envelope', () => {
  it('H020 refuses the issuer of another agency under the sender’s own key', async () => {
    const claims = claimsOf(stage, { iss: stage.other.participant.uri })
    assert.equal(await codeOfPayload(stage, claims), 'issuer-mismatch')
  })

  it('H021 refuses a message that another member signed for itself and this one carries in', async () => {
    const claims = claimsOf(stage, { iss: stage.other.participant.uri })
    const forwarded = await sealToBroker(stage, signMessage(claims, stage.other.signKey))
    assert.equal(codeOf(await verifyAs(stage, stage.other.participant, forwarded)), 'accepted')
    assert.equal(codeOf(await verifyAs(stage, stage.sender.participant, forwarded)), 'key-unknown')
  })

  it('H025 refuses the kid of another issuer, and one that is a path, a query or 10 kB, without looking for a key', async () => {
    assert.equal(await codeOfInner({ kid: stage.other.signKey.kid }), 'key-unknown')
    assert.equal(await codeOfInner({ kid: stage.sender.sealKey.kid }), 'key-unknown')
    for (const kid of ['../../etc/passwd', "' OR 1=1 --", 'x'.repeat(10_240), '', 7, null, ['a']])
      assert.equal(await codeOfInner({ kid }), 'header-refused')
    for (const kid of ['../../etc/passwd', "' OR 1=1 --", 7]) assert.equal(await codeOfOuter({ kid }), 'header-refused')
    assert.equal(await codeOfOuter({ kid: stage.other.sealKey.kid }), 'decryption-failed')
  })

  it('asks the key ring for nothing while the outer header is refused', async () => {
    const asked: string[] = []
    const keyRing = {
      ...stage.broker.keyRing,
      openingKey: (kid: string) => (asked.push(kid), Promise.resolve(undefined)),
    }
    const watched = { ...stage, broker: { ...stage.broker, keyRing } }
    const { participant } = stage.sender
    for (const [name, value] of REFUSED_HEADERS)
      await verifyAs(watched, participant, withHeader(jwe, JSON.stringify({ ...headerOf(jwe), [name]: value })))
    assert.deepEqual(asked, [])
    await verifyAs(watched, participant, jwe)
    assert.equal(asked.length, 1)
  })

  it('H026 refuses a key set with one kid twice', () => {
    const [first, second] = [stage.sender.signKey, stage.other.signKey]
    const keyOf = (jwk: typeof first.jwk): { kid: string; use: 'sign'; jwk: typeof jwk } => ({
      kid: first.kid,
      use: 'sign',
      jwk,
    })
    assert.equal(codeOf(readJwkSet(toJwkSet([keyOf(first.jwk)]))), 'accepted')
    assert.equal(codeOf(readJwkSet(toJwkSet([keyOf(first.jwk), keyOf(second.jwk)]))), 'key-unknown')
  })
})

describe('the headers of an envelope', () => {
  for (const [name, value] of REFUSED_HEADERS) {
    const id = ['crit', 'b64'].includes(name) ? 'H024' : 'H023'
    it(`${id} refuses ${name}, outside and inside`, async () => {
      assert.equal(await codeOfOuter({ [name]: value }), 'header-refused')
      assert.equal(await codeOfInner({ [name]: value }), 'header-refused')
    })
  }

  it('H023 opens no connection for a key that a header points to', async () => {
    let connections = 0
    const listener = createServer((socket) => {
      connections += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const address = listener.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    for (const name of ['jku', 'x5u']) {
      const pointed = { [name]: `https://127.0.0.1:${port}/keys` }
      assert.equal(await codeOfOuter(pointed), 'header-refused')
      assert.equal(await codeOfInner(pointed), 'header-refused')
    }
    await sleep(50)
    listener.close()
    assert.ok(port > 0)
    assert.equal(connections, 0)
  })

  it('H022 refuses alg none, HS256 under the public key, ES256K and any other algorithm', async () => {
    for (const alg of ['none', 'None', 'HS256', 'ES256K', 'ES384', 'RS256', 'EdDSA', 'ML-DSA-65', '', null])
      assert.equal(await codeOfInner({ alg }), 'header-refused')
    const { signKey } = stage.sender
    const [, payload] = jws.split('.')
    const unsigned = `${base64url(JSON.stringify(messageHeader(signKey, { alg: 'none' })))}.${payload}.`
    assert.equal(await codeOfJws(stage, unsigned), 'header-refused')
    const input = `${base64url(JSON.stringify(messageHeader(signKey, { alg: 'HS256' })))}.${payload}`
    const secret = KeyObject.from(signKey.publicKey).export({ type: 'spki', format: 'pem' })
    const mac = createHmac('sha256', secret).update(input).digest('base64url')
    assert.equal(await codeOfJws(stage, `${input}.${mac}`), 'header-refused')
  })

  it('refuses other algorithms, types and content types of the envelope', async () => {
    for (const alg of ['dir', 'A256KW', 'RSA-OAEP', 'RSA1_5', 'ECDH-ES', 'ECDH-ES+A128KW', 'PBES2-HS256+A128KW'])
      assert.equal(await codeOfOuter({ alg }), 'header-refused')
    for (const enc of ['A128GCM', 'A256CBC-HS512']) assert.equal(await codeOfOuter({ enc }), 'header-refused')
    assert.equal(await codeOfOuter({ typ: 'gw-parcel+jwe' }), 'header-refused')
    assert.equal(await codeOfOuter({ cty: 'gw-projection+jws' }), 'header-refused')
    assert.equal(await codeOfInner({ typ: 'gw-projection+jws' }), 'header-refused')
    assert.equal(await codeOfInner({ typ: 'gw-assertion+jws' }), 'header-refused')
  })

  it('H030 refuses a duplicate key in a header, also when spelled with an escape', async () => {
    const { kid } = stage.sender.signKey
    for (const twice of ['"alg":"ES256"', '"\\u0061lg":"ES256"']) {
      const header = `{"alg":"ES256","typ":"gw-case+jws","kid":"${kid}",${twice}}`
      assert.equal(
        await codeOfJws(stage, signRaw(header, JSON.stringify(claimsOf(stage)), stage.sender.signKey)),
        'header-refused',
      )
    }
    const outer = JSON.stringify(headerOf(jwe))
    assert.equal(await codeOfText(withHeader(jwe, outer.replace('{', '{"alg":"dir",'))), 'header-refused')
  })

  it('refuses an ephemeral key that is off the curve, of another curve, private, or not there', async () => {
    const { epk } = headerOf(jwe) as { readonly epk: Readonly<Record<string, string>> }
    assert.equal(await codeOfOuter({ epk: { ...epk, y: base64url(Buffer.alloc(32, 1)) } }), 'decryption-failed')
    assert.equal(
      await codeOfOuter({ epk: { ...epk, x: base64url(Buffer.alloc(32)), y: base64url(Buffer.alloc(32)) } }),
      'decryption-failed',
    )
    for (const other of [{ ...epk, crv: 'P-384' }, { ...epk, d: epk['x'] }, { ...epk, kty: 'OKP' }, undefined, 'A', []])
      assert.equal(await codeOfOuter({ epk: other }), 'header-refused')
  })
})

describe('the signature of an envelope', () => {
  const codeOfSignature = (signature: string): Promise<ProblemCode | 'accepted'> =>
    codeOfJws(stage, `${jws.split('.').slice(0, 2).join('.')}.${signature}`)
  const signature = (): Buffer => Buffer.from(jws.split('.')[2] ?? '', 'base64url')

  it('H029 refuses all-zero, truncated, padded and DER-encoded signatures', async () => {
    const der = createSign('sha256')
      .update(jws.split('.').slice(0, 2).join('.'))
      .sign(KeyObject.from(stage.sender.signKey.key))
    const hostile = [
      Buffer.alloc(64),
      signature().subarray(0, 63),
      Buffer.concat([signature(), Buffer.alloc(1)]),
      der,
      Buffer.alloc(0),
    ]
    for (const bytes of hostile) assert.equal(await codeOfSignature(base64url(bytes)), 'signature-invalid')
    assert.equal(await codeOfSignature(`${base64url(signature())}==`), 'envelope-malformed')
    assert.equal(await codeOfSignature(base64url(signature())), 'accepted')
  })

  it('H029 refuses a signature of the group order, of r or s zero, and with r and s exchanged', async () => {
    const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
    const [r, s] = [signature().subarray(0, 32), signature().subarray(32)]
    const hostile = [
      [order, order],
      [r, order],
      [order, s],
      [Buffer.alloc(32), s],
      [r, Buffer.alloc(32)],
      [s, r],
    ]
    for (const parts of hostile)
      assert.equal(await codeOfSignature(base64url(Buffer.concat(parts))), 'signature-invalid')
  })

  it('H029 the high-s twin of a signature, which RFC 7518 allows, is the same message with the same digest', async () => {
    const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
    const s = BigInt(`0x${signature().subarray(32).toString('hex')}`)
    const twin = Buffer.concat([
      signature().subarray(0, 32),
      Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'),
    ])
    const text = await sealToBroker(stage, `${jws.split('.').slice(0, 2).join('.')}.${base64url(twin)}`)
    const [first, second] = [
      await verifyAs(stage, stage.sender.participant, jwe),
      await verifyAs(stage, stage.sender.participant, text),
    ]
    assert.ok(first.ok && second.ok)
    assert.equal(first.value.messageDigest, second.value.messageDigest)
  })

  it('refuses a signature over another header or another payload', async () => {
    const [header, payload] = jws.split('.')
    const stolen = base64url(signatureOf(`${header}.${base64url('{}')}`, stage.sender.signKey))
    assert.equal(await codeOfJws(stage, `${header}.${payload}.${stolen}`), 'signature-invalid')
  })
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
    const [header, key, iv, text, tag] = jwe.split('.')
    const lax = (part = ''): readonly string[] => [
      `${part}=`,
      ` ${part}`,
      `${part}\n`,
      part.replace(/.$/, '+'),
      part.replace(/.$/, '/'),
    ]
    for (const part of lax(text))
      assert.equal(await codeOfText([header, key, iv, part, tag].join('.')), 'envelope-malformed')
    // 22 characters hold 132 bits for a tag of 128: the last one may only be A, Q, g or w.
    const stray = (tag ?? '').replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1))
    assert.equal(await codeOfText([header, key, iv, text, stray].join('.')), 'envelope-malformed')
    const [head, payload] = jws.split('.')
    const straySignature = jws.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1))
    assert.equal(await codeOfJws(stage, straySignature), 'envelope-malformed')
    assert.equal(await codeOfJws(stage, `${head}=.${payload}.${'A'.repeat(86)}`), 'envelope-malformed')
  })

  it('refuses another number of parts, the JSON forms and bytes that are no text', async () => {
    const parts = jwe.split('.')
    const hostile = [
      '',
      '.',
      '....',
      parts.slice(0, 4).join('.'),
      `${jwe}.`,
      `${jwe}.AAAA`,
      jws,
      `{"ciphertext":"${parts[3]}"}`,
    ]
    for (const text of hostile) assert.equal(await codeOfText(text), 'envelope-malformed')
    assert.equal(await codeOfText(Buffer.alloc(1000, 0xff)), 'envelope-malformed')
    for (const text of ['', 'a.b', `${jws}.`, jwe, `{"payload":"${parts[3]}"}`])
      assert.equal(await codeOfJws(stage, text), 'envelope-malformed')
  })

  it('refuses a shortened tag or IV before it decrypts', async () => {
    const [header, key, iv, text, tag] = jwe.split('.')
    assert.equal(await codeOfText([header, key, iv, text, (tag ?? '').slice(0, 16)].join('.')), 'envelope-malformed')
    assert.equal(await codeOfText([header, key, (iv ?? '').slice(0, 12), text, tag].join('.')), 'envelope-malformed')
  })

  it('H038 accepts no mutation of an envelope but the envelope itself, over 3,000', async () => {
    const alphabet = fc.constantFrom(...'ABZaz09-_.=+/ \n\0é'.split(''))
    const mutation = fc.tuple(fc.nat(), alphabet, fc.constantFrom('replace', 'remove', 'insert', 'cut'))
    await fc.assert(
      fc.asyncProperty(mutation, fc.boolean(), async ([place, mark, kind], isInner) => {
        const text = isInner ? jws : jwe
        const at = place % text.length
        const kept = { replace: 1, remove: 1, insert: 0, cut: text.length }[kind]
        const mutated = text.slice(0, at) + (kind === 'remove' || kind === 'cut' ? '' : mark) + text.slice(at + kept)
        if (mutated === text) return
        assert.notEqual(isInner ? await codeOfJws(stage, mutated) : await codeOfText(mutated), 'accepted')
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
    assert.equal(await inTime(() => codeOfText(withHeader(jwe, header))), 'header-refused')
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
    assert.equal(await inTime(() => codeOfOuter({ epk })), 'header-refused')
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
      assert.notEqual(await codeOfText(payload), 'accepted', payload)
      assert.notEqual(await codeOfJws(stage, payload), 'accepted', payload)
    }
    assert.equal(codeOf(await verifyAs(stage, stage.sender.participant, jwe, AT)), 'accepted')
  })
})
