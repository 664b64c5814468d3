/** Published vectors (Wycheproof) against the functions that read envelopes. */
import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { importJWK } from 'jose'
import { describe, it } from 'mocha'
import { isBase64Url } from '#gateway/core/base64url.ts'
import {
  MESSAGE_ENVELOPE,
  MESSAGE_SIGNATURE,
  readCompactJwe,
  readCompactJws,
  readPublicJwk,
} from '#gateway/core/jose-headers.ts'
import { readJwkSet } from '#gateway/core/jwk-set.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'
import { opensWith, publicPartOf } from '#test/support/jose-vectors.ts'
import type { Members } from '#test/support/jose-vectors.ts'

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly jws?: string | Members
  readonly jwe?: string | Members
  readonly msg?: string
  readonly sig?: string
}
interface VectorGroup {
  readonly comment: string
  readonly private?: Members
  readonly public?: Members
  readonly publicKeyJwk?: Members
  readonly publicKeyDer?: string
  readonly tests: readonly Vector[]
}
const groupsOf = (file: string): readonly VectorGroup[] =>
  (fixtureJson(`wycheproof/${file}`) as { readonly testGroups: readonly VectorGroup[] }).testGroups

const textOf = (compact: string | Members | undefined): string =>
  typeof compact === 'string' ? compact : JSON.stringify(compact)
/** Says how many vectors were tried. */
const told = (count: number, what: string): void => console.log(`    ${count} ${what}`)

describe('Wycheproof JWS vectors', () => {
  needsFixtures()

  it('none, valid or not, passes the header rule of a message', () => {
    const texts = groupsOf('json_web_signature_test.json').flatMap((group) =>
      group.tests.map((vector) => textOf(vector.jws)),
    )
    assert.ok(texts.length > 150, `${texts.length} vectors`)
    for (const text of texts) assert.equal(readCompactJws(text, MESSAGE_SIGNATURE).ok, false)
    told(texts.length, 'JWS vectors')
  })

  it('no invalid one verifies under the P-256 key of its group, with the header rule left out', async () => {
    let tried = 0
    for (const { tests, private: key = {}, public: other = key } of groupsOf('json_web_signature_test.json')) {
      const jwk = publicPartOf(other)
      if (jwk === undefined) continue
      for (const { jws, tcId, comment } of tests.filter(({ result }) => result === 'invalid')) {
        tried += 1
        assert.equal((await verifyJws({ text: textOf(jws), kid: '' }, jwk)).ok, false, `${tcId} ${comment}`)
      }
    }
    assert.ok(tried >= 19, `${tried} vectors`)
    told(tried, 'invalid JWS vectors of P-256, each refused')
  })

  it('takes no part of an invalid base64 vector for base64url', () => {
    const group = groupsOf('json_web_signature_test.json').find(({ comment }) => comment === 'base64')
    assert.ok(group !== undefined)
    const valid = new Set(group.tests.filter(({ result }) => result === 'valid').map(({ jws }) => textOf(jws)))
    // Vector 367 is letter for letter the valid 357: what it was to show was lost upstream.
    const hostile = group.tests.filter(({ jws, result }) => result === 'invalid' && !valid.has(textOf(jws)))
    assert.ok(hostile.length >= 6, `${hostile.length} vectors`)
    for (const { jws, tcId } of hostile) {
      const parts = textOf(jws).split('.')
      assert.equal(parts.length === 3 && parts.every(isBase64Url), false, `${tcId}`)
    }
    assert.ok(group.tests.some(({ jws, result }) => result === 'valid' && textOf(jws).split('.').every(isBase64Url)))
  })
})

describe('Wycheproof JWE vectors', () => {
  needsFixtures()

  it('none, valid or not, passes the header rule of a message', () => {
    const texts = groupsOf('json_web_encryption_test.json').flatMap((group) =>
      group.tests.map((vector) => textOf(vector.jwe)),
    )
    assert.ok(texts.length > 50, `${texts.length} vectors`)
    for (const text of texts) assert.equal(readCompactJwe(text, MESSAGE_ENVELOPE).ok, false)
    told(texts.length, 'JWE vectors')
  })

  it('no invalid one opens, with the header rule left out', async () => {
    let refused = 0
    for (const { tests, private: key = {} } of groupsOf('json_web_encryption_test.json'))
      for (const { jwe, tcId, comment } of tests.filter(({ result }) => result === 'invalid')) {
        assert.equal(await opensWith(textOf(jwe), key), false, `${tcId} ${comment}`)
        refused += 1
      }
    assert.ok(refused >= 30, `${refused} vectors`)
    told(refused, 'invalid JWE vectors, each refused')
  })
})

/** As a reader of a key set has to: the set as a whole, then the one key of that kid for its one use, then the signature. The header rule is left out. */
async function verifiesWith(set: unknown, jws: string): Promise<boolean> {
  const keys = readJwkSet(set)
  const header = JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()) as { readonly kid?: string }
  const key = keys.ok ? keys.value.find(({ kid, use }) => kid === header.kid && use === 'sign') : undefined
  return key !== undefined && (await verifyJws({ text: jws, kid: key.kid }, key.jwk)).ok
}

describe('Wycheproof JWK vectors', () => {
  needsFixtures()
  const vectors = (): readonly (Vector & { readonly set: Members; readonly about: string })[] =>
    groupsOf('json_web_key_test.json').flatMap((group) =>
      group.tests.map((vector) => ({ ...vector, set: group.public ?? group.private ?? {}, about: group.comment })),
    )
  const named = (about: string): { readonly key: Members; readonly jws: string } => {
    const found = vectors().find((vector) => vector.about === about)
    const [key] = (found?.set['keys'] ?? []) as readonly Members[]
    assert.ok(found !== undefined && key !== undefined)
    return { key, jws: textOf(found.jws) }
  }

  it('no invalid one verifies by the set that it came with, and no valid one is of our algorithm', async () => {
    for (const { jws, result, set, tcId } of vectors())
      assert.equal(await verifiesWith(set, textOf(jws)), false, `${tcId} ${result}`)
    const counts = Object.groupBy(vectors(), ({ result }) => result)
    assert.deepEqual([counts.invalid?.length, counts.valid?.length], [10, 3])
    told(vectors().length, 'JWK vectors')
  })

  it('a key for another use, algorithm or curve is what is refused: put right, it verifies', async () => {
    for (const about of ['wrong_algorithm', 'invalid_use', 'wrong_curve']) {
      const { key, jws } = named(about)
      const right = { ...key, alg: 'ES256', use: 'sig', crv: 'P-256' }
      assert.equal(await verifiesWith({ keys: [right] }, jws), true, about)
      assert.equal(await verifiesWith({ keys: [key] }, jws), false, about)
    }
  })

  it('H026 a set is refused whole for one private, symmetric, repeated or loosely written key in it', async () => {
    const { key, jws } = named('invalid_use')
    const right = { ...key, use: 'sig' }
    const text = (name: string): string => String(right[name as keyof typeof right])
    const loose = [
      { ...right, d: text('x') },
      { ...right, kid: 'other', kty: 'oct', k: 'AAAA' },
      { ...right },
      { ...right, kid: 'other', x: `${text('x')}=` },
      { ...right, kid: 'other', x: text('x').replaceAll('-', '+').replaceAll('_', '/') + ' ' },
      { ...right, kid: 'other', y: `${text('y')}A` },
      { ...right, kid: 'other', key_ops: ['verify'] },
    ]
    for (const other of loose) assert.equal(await verifiesWith({ keys: [right, other] }, jws), false)
    assert.equal(await verifiesWith({ keys: [right] }, jws), true)
  })
})

describe('Wycheproof Ed25519 vectors', () => {
  needsFixtures()

  it('none gets as far as its signature: a key that is not P-256 is no key here', () => {
    const groups = groupsOf('ed25519_test.json')
    assert.ok(groups.length >= 40)
    told(groups.length, 'Ed25519 keys, each refused')
    for (const { publicKeyJwk } of groups) {
      assert.equal(readPublicJwk(publicKeyJwk), undefined)
      const key = { ...publicKeyJwk, kid: 'k', use: 'sig', alg: 'ES256' }
      assert.equal(readJwkSet({ keys: [key] }).ok, false)
    }
  })
})

describe('Wycheproof ECDSA P-256 vectors in the form of a JWS signature', () => {
  needsFixtures()

  it('each is taken or refused as it says, by the key import and the primitive that the verify room uses', async () => {
    let valid = 0
    let invalid = 0
    for (const group of groupsOf('ecdsa_secp256r1_sha256_p1363_test.json')) {
      const jwk = readPublicJwk(publicPartOf(group.publicKeyJwk ?? jwkOfDer(group.publicKeyDer)))
      assert.ok(jwk !== undefined)
      const key = await importJWK({ ...jwk }, 'ES256')
      assert.ok(!(key instanceof Uint8Array))
      for (const { tcId, msg = '', sig = '', result } of group.tests) {
        const signature = Buffer.from(sig, 'hex')
        const isWhole = signature.toString('base64url').length === 86
        const holds =
          isWhole &&
          (await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, Buffer.from(msg, 'hex')))
        assert.equal(holds, result === 'valid', `${tcId}`)
        if (holds) valid += 1
        else invalid += 1
      }
    }
    assert.deepEqual({ valid, invalid }, { valid: 81, invalid: 50 })
    told(valid + invalid, `ECDSA vectors, ${invalid} of them refused`)
  })
})

const jwkOfDer = (der = ''): Members => {
  const { kty, crv, x, y } = createPublicKey({ key: Buffer.from(der, 'hex'), format: 'der', type: 'spki' }).export({
    format: 'jwk',
  })
  return { kty, crv, x, y }
}
