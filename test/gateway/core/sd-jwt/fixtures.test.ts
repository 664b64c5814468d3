/** The examples of RFC 9901, read, revealed and refused when changed. */
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { sha256Base64Url } from '#gateway/core/canonical-json.ts'
import { readCompactSdJwt, printCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { readDisclosure } from '#gateway/core/sd-jwt/disclosure.ts'
import { checkKeyBinding } from '#gateway/core/sd-jwt/key-binding.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'

const exampleSchema = z.looseObject({
  issuer_public_key: z.looseObject({ x: z.string(), y: z.string() }),
  disclosures: z.array(z.looseObject({ digest: z.string(), disclosure: z.string(), contents: z.array(z.json()) })),
  sd_jwt_payload: z.record(z.string(), z.unknown()),
  presentation: z.string().optional(),
  verified_payload: z.record(z.string(), z.unknown()).optional(),
  user_claims: z.record(z.string(), z.unknown()).optional(),
  kb_jwt_payload: z.record(z.string(), z.unknown()).optional(),
})
const flattenedSchema = z.looseObject({
  issuer_public_key: z.looseObject({ x: z.string(), y: z.string() }),
  json_serialized: z.array(
    z.strictObject({
      header: z.strictObject({ disclosures: z.array(z.string()), kb_jwt: z.string().optional() }),
      payload: z.string(),
      protected: z.string(),
      signature: z.string(),
    }),
  ),
})
const EXAMPLES = [
  'section-5-simple',
  'section-6.1-flat',
  'section-6.3-recursive',
  'appendix-A.1-simple-structured-with-decoys',
  'appendix-A.3-sd-jwt-vc-pid',
] as const
const exampleOf = (name: string): z.output<typeof exampleSchema> =>
  exampleSchema.parse(fixtureJson(`sd-jwt/${name}.json`))

const payloadOf = (jwt: string): unknown => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())

/** Whether the issuer's signature is good. */
async function isSigned(jwt: string, { x, y }: { readonly x: string; readonly y: string }): Promise<boolean> {
  const key = await webcrypto.subtle.importKey(
    'jwk',
    { kty: 'EC', crv: 'P-256', x, y },
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['verify'],
  )
  const [header, payload, signature] = jwt.split('.')
  return webcrypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' },
    key,
    Buffer.from(signature ?? '', 'base64url'),
    Buffer.from(`${header ?? ''}.${payload ?? ''}`),
  )
}

describe('the examples of RFC 9901', () => {
  needsFixtures()

  for (const name of EXAMPLES) {
    it(`${name}: each disclosure has the digest and the content that the RFC prints`, () => {
      const { disclosures } = exampleOf(name)
      assert.ok(disclosures.length > 0)
      for (const { digest, disclosure, contents } of disclosures) {
        const read = readDisclosure(disclosure)
        assert.ok(typeof read !== 'string', disclosure)
        assert.equal(read.digest, digest)
        assert.deepEqual(read.name === undefined ? [read.value] : [read.name, read.value], contents.slice(1))
      }
    })

    it(`${name}: all disclosures reveal what the issuer said`, () => {
      const { disclosures, sd_jwt_payload, user_claims } = exampleOf(name)
      const revealed = reveal(
        sd_jwt_payload,
        disclosures.map(({ disclosure }) => disclosure),
      )
      assert.ok(revealed.ok)
      for (const [claim, value] of Object.entries(user_claims ?? {}))
        assert.deepEqual(revealed.value.claims[claim], value)
    })
  }

  for (const name of EXAMPLES.filter((one) => one.startsWith('section-5') || one.startsWith('app'))) {
    it(`${name}: the presentation reveals exactly the payload that the RFC ends with`, async () => {
      const { presentation, verified_payload, issuer_public_key } = exampleOf(name)
      const compact = readCompactSdJwt(presentation ?? '')
      assert.ok(compact.ok)
      assert.equal(await isSigned(compact.value.jwt, issuer_public_key), true)
      const revealed = reveal(payloadOf(compact.value.jwt), compact.value.disclosures)
      assert.deepEqual(revealed.ok && revealed.value.claims, verified_payload)
    })

    it(`${name}: without any one disclosure, with one twice, or with one changed, nothing else is ever said`, () => {
      const { presentation, verified_payload } = exampleOf(name)
      const compact = readCompactSdJwt(presentation ?? '')
      assert.ok(compact.ok)
      const { jwt, disclosures } = compact.value
      for (const [index, disclosure] of disclosures.entries()) {
        const less = reveal(payloadOf(jwt), disclosures.toSpliced(index, 1))
        assert.notDeepEqual(less.ok && less.value.claims, verified_payload)
        assert.equal(reveal(payloadOf(jwt), [...disclosures, disclosure]).ok, false)
        const changed = Buffer.from(disclosure, 'base64url').toString().replace('"]', 'x"]')
        const other = Buffer.from(changed).toString('base64url')
        if (other !== disclosure) assert.equal(reveal(payloadOf(jwt), disclosures.toSpliced(index, 1, other)).ok, false)
      }
    })
  }

  it('section-8.2-flattened-json: in the compact form says the same, issued and presented; as JSON it is no text of ours', async () => {
    const { issuer_public_key, json_serialized } = flattenedSchema.parse(
      fixtureJson('sd-jwt/section-8.2-flattened-json.json'),
    )
    const claims = await Promise.all(
      json_serialized.map(async ({ header, payload, protected: guarded, signature }) => {
        const jwt = `${guarded}.${payload}.${signature}`
        assert.equal(await isSigned(jwt, issuer_public_key), true)
        const compact = readCompactSdJwt([jwt, ...header.disclosures, header.kb_jwt ?? ''].join('~'))
        assert.ok(compact.ok)
        assert.equal(compact.value.keyBinding, header.kb_jwt)
        const revealed = reveal(payloadOf(jwt), compact.value.disclosures)
        assert.ok(revealed.ok)
        return revealed.value.claims
      }),
    )
    const person = ['sub', 'given_name', 'family_name', 'birthdate']
    assert.deepEqual(
      claims.map((said) => person.filter((name) => Object.hasOwn(said, name))),
      [person, ['given_name', 'family_name']],
    )
    for (const form of json_serialized) assert.equal(readCompactSdJwt(JSON.stringify(form)).ok, false)
  })

  it('H041 the key binding of the example is over the text up to its last tilde', () => {
    for (const name of ['section-5-simple', 'appendix-A.3-sd-jwt-vc-pid']) {
      const { presentation, kb_jwt_payload } = exampleOf(name)
      const compact = readCompactSdJwt(presentation ?? '')
      assert.ok(compact.ok && compact.value.keyBinding !== undefined && kb_jwt_payload !== undefined)
      assert.deepEqual(payloadOf(compact.value.keyBinding), kb_jwt_payload)
      const text = printCompactSdJwt(compact.value)
      assert.equal(sha256Base64Url(text), kb_jwt_payload['sd_hash'])
      const now = Number(kb_jwt_payload['iat']) * 1000
      const window = { now, maxAgeMs: 1000, maxAheadMs: 1000 }
      const presented = { aud: String(kb_jwt_payload['aud']), nonce: String(kb_jwt_payload['nonce']), text }
      assert.equal(checkKeyBinding(kb_jwt_payload, presented, window).ok, true)
      const codes = [
        checkKeyBinding(kb_jwt_payload, { ...presented, text: `${text}x~` }, window),
        checkKeyBinding(kb_jwt_payload, { ...presented, aud: 'other' }, window),
        checkKeyBinding(kb_jwt_payload, { ...presented, nonce: 'other' }, window),
        checkKeyBinding(kb_jwt_payload, presented, { ...window, now: now + 2000 }),
        checkKeyBinding(kb_jwt_payload, presented, { ...window, now: now - 2000 }),
        checkKeyBinding({ ...kb_jwt_payload, sd_hash: 1 }, presented, window),
      ].map((checked) => (checked.ok ? 'accepted' : checked.problem.errors?.[0]?.code))
      assert.deepEqual(codes, ['sd-hash', 'aud', 'nonce', 'iat', 'iat', 'shape'])
    }
  })
})
