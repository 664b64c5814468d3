/** The two switches for an adversary with a quantum computer: a second signature, and an envelope of two key agreements. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { GeneralSign, generalVerify, generateKeyPair } from 'jose'
import { after, before, describe, it } from 'mocha'
import { createPostQuantumKeyFile, readPostQuantumKeys, signPostQuantum } from '#adapters/keys/post-quantum-keys.ts'
import type { PostQuantumKey, PostQuantumUse } from '#adapters/keys/post-quantum-keys.ts'
import { openHybrid, sealHybrid } from '#gateway/rooms/hybrid-envelope.ts'
import { readSecondSignature, withSecondSignature } from '#gateway/rooms/second-signature.ts'
import type { SecondKeys } from '#gateway/rooms/second-signature.ts'
import { samples } from '#test/support/samples.ts'

const CONTENT = 'eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl'
const codeOf = (result: { readonly ok: boolean; readonly problem?: { readonly code: string } }): string =>
  result.ok ? 'ok' : (result.problem?.code ?? '')

/** One character of a text replaced by another of the alphabet. */
const changed = (text: string, at: number, by: string): string => `${text.slice(0, at)}${by}${text.slice(at + 1)}`

const folder = mkdtempSync(join(tmpdir(), 'post-quantum-'))
const aKey = (use: PostQuantumUse): Promise<PostQuantumKey> =>
  createPostQuantumKeyFile(folder, use, { from: 0, until: Date.parse('2100-01-01') })
after(() => rmSync(folder, { recursive: true, force: true }))

describe('a second signature', () => {
  let own: PostQuantumKey
  let keys: SecondKeys
  let signed = ''

  before(async () => {
    own = await aKey('sign')
    keys = { keys: [own], isDemanded: true }
    signed = await withSecondSignature(CONTENT, (typ, payload) => signPostQuantum(own, typ, payload))
  })

  it('gives the content back where it holds', async () =>
    assert.deepEqual(await readSecondSignature(signed, keys), { ok: true, value: CONTENT }))

  it('is refused where it is demanded and missing, and where nobody could check it', async () => {
    assert.equal(codeOf(await readSecondSignature(CONTENT, keys)), 'second-signature-missing')
    assert.equal(codeOf(await readSecondSignature(signed, undefined)), 'second-signature-invalid')
    assert.deepEqual(await readSecondSignature(CONTENT, undefined), { ok: true, value: CONTENT })
  })

  it('may be missing until it is demanded, and is checked where it is there', async () => {
    const early = { ...keys, isDemanded: false }
    assert.deepEqual(await readSecondSignature(CONTENT, early), { ok: true, value: CONTENT })
    assert.deepEqual(await readSecondSignature(signed, early), { ok: true, value: CONTENT })
    assert.equal(codeOf(await readSecondSignature(changed(signed, 30, 'X'), early)), 'second-signature-invalid')
  })

  it('is refused under a key that is not of the sender', async () =>
    assert.equal(codeOf(await readSecondSignature(signed, { ...keys, keys: [] })), 'second-signature-invalid'))

  it('is refused over another content', async () => {
    const second = signed.slice(CONTENT.length)
    assert.equal(
      codeOf(await readSecondSignature(`${changed(CONTENT, 30, 'X')}${second}`, keys)),
      'second-signature-invalid',
    )
  })

  it('H028 is refused when the ML-DSA part is broken, which jose takes for verified as long as one part holds', async () => {
    const [name = '', payload = '', signature = ''] = signed.slice(CONTENT.length + 1).split('.')
    const broken = changed(signature, 100, signature[100] === 'A' ? 'B' : 'A')
    assert.equal(
      codeOf(await readSecondSignature(`${CONTENT}\n${name}.${payload}.${broken}`, keys)),
      'second-signature-invalid',
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
  let key: PostQuantumKey
  let sealed = ''
  const held = (): Parameters<typeof openHybrid>[2] => ({ kid: 'one', privateKey: key.key })

  before(async () => {
    key = await aKey('seal')
    sealed = await sealHybrid(`${CONTENT} é`, purpose, { kid: 'one', publicKey: key.jwk.pub })
  })

  it('opens with its key and for its purpose', async () =>
    assert.deepEqual(await openHybrid(sealed, purpose, held()), { ok: true, value: `${CONTENT} Ã©` }))

  it('does not open for another audience, another type or another key', async () => {
    assert.equal(
      codeOf(await openHybrid(sealed, { ...purpose, audience: 'pairs-mediator' }, held())),
      'decryption-failed',
    )
    assert.equal(codeOf(await openHybrid(sealed, { ...purpose, typ: 'gw-msg+hpke' }, held())), 'header-refused')
    assert.equal(codeOf(await openHybrid(sealed, purpose, { ...held(), kid: 'two' })), 'key-unknown')
    const other = await aKey('seal')
    assert.equal(codeOf(await openHybrid(sealed, purpose, { kid: 'one', privateKey: other.key })), 'decryption-failed')
  })

  it('seals bytes as it seals text, and reads no header that is longer than any of ours', async () => {
    const bytes = await sealHybrid(Uint8Array.of(0, 255, 10), purpose, { kid: 'one', publicKey: key.jwk.pub })
    assert.deepEqual(await openHybrid(bytes, purpose, held()), { ok: true, value: '\u0000\u00ff\n' })
    const [, ...rest] = sealed.split('.')
    const long = Buffer.from(JSON.stringify({ kid: 'x'.repeat(600) })).toString('base64url')
    assert.equal(codeOf(await openHybrid([long, ...rest].join('.'), purpose, held())), 'header-refused')
  })

  it('is never the same twice, and holds the secret of both agreements', async () => {
    assert.notEqual(await sealHybrid(CONTENT, purpose, { kid: 'one', publicKey: key.jwk.pub }), sealed)
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
    assert.rejects(sealHybrid(CONTENT, purpose, { kid: 'one', publicKey: key.jwk.pub.slice(4) })))
})

describe('a file of a post-quantum key', () => {
  const period = { from: 0, until: Date.parse('2100-01-01') }
  const spoilt = async (use: PostQuantumUse, change: (text: string) => string): Promise<string> => {
    const place = mkdtempSync(join(tmpdir(), 'post-quantum-'))
    await createPostQuantumKeyFile(place, use, period)
    const path = join(place, readdirSync(place)[0] ?? '')
    writeFileSync(path, change(readFileSync(path, 'utf8')))
    return readPostQuantumKeys(place).then(
      () => 'read',
      (cause: unknown) => (cause instanceof Error ? cause.message : ''),
    )
  }
  const seed = /"priv": "(.)/

  it('is read as it was made, and one folder may hold none', async () => {
    assert.equal(await spoilt('sign', (text) => text), 'read')
    assert.equal(await spoilt('seal', (text) => text), 'read')
    assert.deepEqual(await readPostQuantumKeys(join(folder, 'nowhere')), [])
  })

  it('is refused where its halves are of two keys, its name is of another, or its use is', async () => {
    for (const use of ['sign', 'seal'] as const) {
      const other = (text: string): string =>
        text.replace(seed, (all, first: string) => `${all.slice(0, -1)}${first === 'A' ? 'B' : 'A'}`)
      assert.match(await spoilt(use, other), /the key cannot be used$/)
      assert.match(await spoilt(use, (text) => text.replace(/"kid": "./, '"kid": "_')), /kid is not the thumbprint/)
    }
    assert.match(await spoilt('seal', (text) => text.replace('"seal"', '"sign"')), /not a post-quantum private key/)
  })

  it('is refused where others may read it', async () => {
    const place = mkdtempSync(join(tmpdir(), 'post-quantum-'))
    await createPostQuantumKeyFile(place, 'sign', period)
    chmodSync(join(place, readdirSync(place)[0] ?? ''), 0o640)
    await assert.rejects(readPostQuantumKeys(place), /others may read this private key; run chmod 600/)
  })
})
