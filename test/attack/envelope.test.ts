/** Hostile envelopes against the verify room: who signs, which headers, and what a signature may be. */
import assert from 'node:assert/strict'
import { createHmac, createSign, KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { before, describe, it } from 'mocha'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { readJwkSet, toJwkSet } from '#gateway/core/jwk-set.ts'
import {
  aSealedStage,
  base64url,
  claimsOf,
  codeOf,
  codeOfInner,
  codeOfJws,
  codeOfOuter,
  codeOfPayload,
  codeOfText,
  headerOf,
  messageHeader,
  sealToBroker,
  signatureOf,
  signMessage,
  signRaw,
  verifyAs,
  withHeader,
} from '#test/support/envelopes.ts'
import type { SealedStage } from '#test/support/envelopes.ts'

let stage: SealedStage
before(async () => {
  stage = await aSealedStage()
})

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
    assert.equal(await codeOfInner(stage, { kid: stage.other.signKey.kid }), 'key-unknown')
    assert.equal(await codeOfInner(stage, { kid: stage.sender.sealKey.kid }), 'key-unknown')
    for (const kid of ['../../etc/passwd', "' OR 1=1 --", 'x'.repeat(10_240), '', 7, null, ['a']])
      assert.equal(await codeOfInner(stage, { kid }), 'header-refused')
    for (const kid of ['../../etc/passwd', "' OR 1=1 --", 7])
      assert.equal(await codeOfOuter(stage, { kid }), 'header-refused')
    assert.equal(await codeOfOuter(stage, { kid: stage.other.sealKey.kid }), 'decryption-failed')
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
      await verifyAs(
        watched,
        participant,
        withHeader(stage.jwe, JSON.stringify({ ...headerOf(stage.jwe), [name]: value })),
      )
    assert.deepEqual(asked, [])
    await verifyAs(watched, participant, stage.jwe)
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
      assert.equal(await codeOfOuter(stage, { [name]: value }), 'header-refused')
      assert.equal(await codeOfInner(stage, { [name]: value }), 'header-refused')
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
      assert.equal(await codeOfOuter(stage, pointed), 'header-refused')
      assert.equal(await codeOfInner(stage, pointed), 'header-refused')
    }
    await sleep(50)
    listener.close()
    assert.ok(port > 0)
    assert.equal(connections, 0)
  })

  it('H022 refuses alg none, HS256 under the public key, ES256K and any other algorithm', async () => {
    for (const alg of ['none', 'None', 'HS256', 'ES256K', 'ES384', 'RS256', 'EdDSA', 'ML-DSA-65', '', null])
      assert.equal(await codeOfInner(stage, { alg }), 'header-refused')
    const { signKey } = stage.sender
    const [, payload] = stage.jws.split('.')
    const unsigned = `${base64url(JSON.stringify(messageHeader(signKey, { alg: 'none' })))}.${payload}.`
    assert.equal(await codeOfJws(stage, unsigned), 'header-refused')
    const input = `${base64url(JSON.stringify(messageHeader(signKey, { alg: 'HS256' })))}.${payload}`
    const secret = KeyObject.from(signKey.publicKey).export({ type: 'spki', format: 'pem' })
    const mac = createHmac('sha256', secret).update(input).digest('base64url')
    assert.equal(await codeOfJws(stage, `${input}.${mac}`), 'header-refused')
  })

  it('refuses other algorithms, types and content types of the envelope', async () => {
    for (const alg of ['dir', 'A256KW', 'RSA-OAEP', 'RSA1_5', 'ECDH-ES', 'ECDH-ES+A128KW', 'PBES2-HS256+A128KW'])
      assert.equal(await codeOfOuter(stage, { alg }), 'header-refused')
    for (const enc of ['A128GCM', 'A256CBC-HS512']) assert.equal(await codeOfOuter(stage, { enc }), 'header-refused')
    assert.equal(await codeOfOuter(stage, { typ: 'gw-parcel+jwe' }), 'header-refused')
    assert.equal(await codeOfOuter(stage, { cty: 'gw-projection+jws' }), 'header-refused')
    assert.equal(await codeOfInner(stage, { typ: 'gw-projection+jws' }), 'header-refused')
    assert.equal(await codeOfInner(stage, { typ: 'gw-assertion+jws' }), 'header-refused')
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
    const outer = JSON.stringify(headerOf(stage.jwe))
    assert.equal(await codeOfText(stage, withHeader(stage.jwe, outer.replace('{', '{"alg":"dir",'))), 'header-refused')
  })

  it('refuses an ephemeral key that is off the curve, of another curve, private, or not there', async () => {
    const { epk } = headerOf(stage.jwe) as { readonly epk: Readonly<Record<string, string>> }
    assert.equal(await codeOfOuter(stage, { epk: { ...epk, y: base64url(Buffer.alloc(32, 1)) } }), 'decryption-failed')
    assert.equal(
      await codeOfOuter(stage, { epk: { ...epk, x: base64url(Buffer.alloc(32)), y: base64url(Buffer.alloc(32)) } }),
      'decryption-failed',
    )
    for (const other of [{ ...epk, crv: 'P-384' }, { ...epk, d: epk['x'] }, { ...epk, kty: 'OKP' }, undefined, 'A', []])
      assert.equal(await codeOfOuter(stage, { epk: other }), 'header-refused')
  })
})

describe('the signature of an envelope', () => {
  const codeOfSignature = (signature: string): Promise<ProblemCode | 'accepted'> =>
    codeOfJws(stage, `${stage.jws.split('.').slice(0, 2).join('.')}.${signature}`)
  const signature = (): Buffer => Buffer.from(stage.jws.split('.')[2] ?? '', 'base64url')

  it('H029 refuses all-zero, truncated, padded and DER-encoded signatures', async () => {
    const der = createSign('sha256')
      .update(stage.jws.split('.').slice(0, 2).join('.'))
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
    const text = await sealToBroker(stage, `${stage.jws.split('.').slice(0, 2).join('.')}.${base64url(twin)}`)
    const [first, second] = [
      await verifyAs(stage, stage.sender.participant, stage.jwe),
      await verifyAs(stage, stage.sender.participant, text),
    ]
    assert.ok(first.ok && second.ok)
    assert.equal(first.value.messageDigest, second.value.messageDigest)
  })

  it('refuses a signature over another header or another payload', async () => {
    const [header, payload] = stage.jws.split('.')
    const stolen = base64url(signatureOf(`${header}.${base64url('{}')}`, stage.sender.signKey))
    assert.equal(await codeOfJws(stage, `${header}.${payload}.${stolen}`), 'signature-invalid')
  })
})
