/** The two switches for an adversary with a quantum computer: a second signature, and an envelope of two key agreements. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { exportJWK, GeneralSign, generalVerify, generateKeyPair } from 'jose'
import { before, describe, it } from 'mocha'
import { makeHybridKey, openHybrid, sealHybrid } from '#gateway/rooms/hybrid-envelope.ts'
import { readSecondSignature, withSecondSignature } from '#gateway/rooms/second-signature.ts'
import type { SecondJwk, SecondKey } from '#gateway/rooms/second-signature.ts'
import { samples } from '#test/support/samples.ts'

const CONTENT = 'eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl'
const codeOf = (result: { readonly ok: boolean; readonly problem?: { readonly code: string } }): string =>
  result.ok ? 'ok' : (result.problem?.code ?? '')

/** One character of a text replaced by another of the alphabet. */
const changed = (text: string, at: number, by: string): string => `${text.slice(0, at)}${by}${text.slice(at + 1)}`

describe('a second signature', () => {
  let own: SecondKey
  let keys: readonly { readonly kid: string; readonly jwk: SecondJwk }[] = []
  let signed = ''

  before(async () => {
    const pair = await generateKeyPair('ML-DSA-65', { extractable: true })
    const { pub = '' } = await exportJWK(pair.publicKey)
    own = { kid: 'k'.repeat(43), key: pair.privateKey }
    keys = [{ kid: own.kid, jwk: { kty: 'AKP', alg: 'ML-DSA-65', pub } }]
    signed = await withSecondSignature(CONTENT, own)
  })

  it('gives the content back where it holds', async () =>
    assert.deepEqual(await readSecondSignature(signed, keys), { ok: true, value: CONTENT }))

  it('is refused where it is missing, and where none is asked for', async () => {
    assert.equal(codeOf(await readSecondSignature(CONTENT, keys)), 'second-signature-missing')
    assert.equal(codeOf(await readSecondSignature(signed, undefined)), 'envelope-malformed')
    assert.deepEqual(await readSecondSignature(CONTENT, undefined), { ok: true, value: CONTENT })
  })

  it('is refused under a key that is not of the sender', async () =>
    assert.equal(codeOf(await readSecondSignature(signed, [])), 'key-unknown'))

  it('is refused over another content', async () => {
    const second = signed.slice(CONTENT.length)
    assert.equal(codeOf(await readSecondSignature(`${changed(CONTENT, 30, 'X')}${second}`, keys)), 'signature-invalid')
  })

  it('H028 is refused when the ML-DSA part is broken, which jose takes for verified as long as one part holds', async () => {
    const [name = '', payload = '', signature = ''] = signed.slice(CONTENT.length + 1).split('.')
    const broken = changed(signature, 100, signature[100] === 'A' ? 'B' : 'A')
    assert.equal(
      codeOf(await readSecondSignature(`${CONTENT}\n${name}.${payload}.${broken}`, keys)),
      'signature-invalid',
    )

    const classic = await generateKeyPair('ES256')
    const general = await new GeneralSign(Buffer.from('x'))
      .addSignature(classic.privateKey)
      .setProtectedHeader({ alg: 'ES256' })
      .addSignature(own.key)
      .setProtectedHeader({ alg: 'ML-DSA-65' })
      .sign()
    const [first, second] = general.signatures
    assert.ok(first !== undefined && second !== undefined)
    const halved = { ...general, signatures: [first, { ...second, signature: changed(second.signature, 9, 'A') }] }
    assert.ok(await generalVerify(halved, () => classic.publicKey, { algorithms: ['ES256', 'ML-DSA-65'] }))
  })

  it('is refused with any one character changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(signed.length - 1), fc.constantFrom('A', 'b', '.', '\n', '='), async (at, by) => {
        fc.pre(signed[at] !== by)
        assert.notEqual(codeOf(await readSecondSignature(changed(signed, at, by), keys)), 'ok')
      }),
      { numRuns: samples(60) },
    )
  })
})

describe('a hybrid envelope', () => {
  const purpose = { typ: 'gw-parcel+hpke', audience: 'pairs-social-worker' }
  let key: Awaited<ReturnType<typeof makeHybridKey>>
  let sealed = ''
  const held = (): Parameters<typeof openHybrid>[2] => ({ kid: 'one', privateKey: key.privateKey })

  before(async () => {
    key = await makeHybridKey()
    sealed = await sealHybrid(`${CONTENT} é`, purpose, { kid: 'one', publicKey: key.publicKey })
  })

  it('opens with its key and for its purpose', async () =>
    assert.deepEqual(await openHybrid(sealed, purpose, held()), { ok: true, value: `${CONTENT} é` }))

  it('does not open for another audience, another type or another key', async () => {
    assert.equal(
      codeOf(await openHybrid(sealed, { ...purpose, audience: 'pairs-mediator' }, held())),
      'decryption-failed',
    )
    assert.equal(codeOf(await openHybrid(sealed, { ...purpose, typ: 'gw-msg+hpke' }, held())), 'header-refused')
    assert.equal(codeOf(await openHybrid(sealed, purpose, { ...held(), kid: 'two' })), 'key-unknown')
    const other = await makeHybridKey()
    assert.equal(
      codeOf(await openHybrid(sealed, purpose, { kid: 'one', privateKey: other.privateKey })),
      'decryption-failed',
    )
  })

  it('is never the same twice, and holds the secret of both agreements', async () => {
    assert.notEqual(await sealHybrid(CONTENT, purpose, { kid: 'one', publicKey: key.publicKey }), sealed)
    const [, secret = ''] = sealed.split('.')
    assert.equal(Buffer.from(secret, 'base64url').length, 1_088 + 32)
  })

  it('is refused with any one character changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.constantFrom('A', 'b', '.', '='), async (at, by) => {
        fc.pre(sealed[at] !== by)
        assert.notEqual(codeOf(await openHybrid(changed(sealed, at, by), purpose, held())), 'ok')
      }),
      { numRuns: samples(60) },
    )
  })

  it('is not made for a key that is none', () =>
    assert.rejects(sealHybrid(CONTENT, purpose, { kid: 'one', publicKey: key.publicKey.slice(4) })))
})
