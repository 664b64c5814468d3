/** The issuance inputs of the working group (`!sd` marks what is disclosed selectively): issued by us, they say to both implementations what was meant. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { SDJwtInstance } from '@sd-jwt/core'
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { conceal, hidden, value } from '#gateway/core/sd-jwt/conceal.ts'
import type { ClaimNode } from '#gateway/core/sd-jwt/conceal.ts'
import { printCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import { fixtureText, fixturesDir, hasFixtures, needsFixtures } from '#test/support/fixtures.ts'
import { saltsFrom } from '#test/support/sd-jwt.ts'

const FOLDER = 'sd-jwt/specifications'
const FILES = hasFixtures()
  ? readdirSync(join(fixturesDir(), FOLDER)).filter((name) => name !== 'settings.yml')
  : ['no specification']

const oracle = new SDJwtInstance({
  hasher: (data: string | ArrayBuffer) =>
    createHash('sha256')
      .update(typeof data === 'string' ? data : Buffer.from(data))
      .digest(),
  hashAlg: 'sha-256',
  saltGenerator: saltsFrom('oracle'),
  verifier: () => true,
})
const jwtOf = (payload: string): string =>
  `${[JSON.stringify({ alg: 'ES256' }), payload].map((text) => Buffer.from(text).toString('base64url')).join('.')}.c2ln`

const isMarked = (node: unknown): boolean => isScalar(node) && node.tag === '!sd'
const marked = (node: unknown, mark: unknown): ClaimNode => (isMarked(mark) ? hidden(nodeOf(node)) : nodeOf(node))
function nodeOf(node: unknown): ClaimNode {
  if (isMap(node)) return objectOf(node)
  if (isSeq(node)) return { kind: 'array', elements: node.items.map((element) => marked(element, element)) }
  return value(isScalar(node) ? node.value : null)
}
const objectOf = (node: unknown): ClaimNode & { readonly kind: 'object' } => ({
  kind: 'object',
  members: isMap(node)
    ? Object.fromEntries(
        node.items.map(({ key, value: member }) => [isScalar(key) ? String(key.value) : '', marked(member, key)]),
      )
    : {},
})

describe('the issuance inputs of RFC 9901', () => {
  needsFixtures()

  for (const name of FILES)
    it(`${name}: issued by us, says to us and to another implementation what was meant, in as many disclosures as it marks`, async () => {
      const text = fixtureText(`${FOLDER}/${name}`)
      const parsed = parseDocument(text, { logLevel: 'silent' })
      const meant: unknown = (parsed.toJS() as { readonly user_claims: unknown }).user_claims
      const { payload, disclosures } = conceal(objectOf(parsed.get('user_claims', true)), saltsFrom(name))
      assert.equal(disclosures.length, text.replaceAll(/^ *#.*$/gm, '').match(/!sd\b/g)?.length)
      const revealed = reveal(JSON.parse(payload), disclosures)
      assert.deepEqual(revealed.ok && revealed.value.claims, meant)
      assert.deepEqual(await oracle.getClaims(printCompactSdJwt({ jwt: jwtOf(payload), disclosures })), meant)
      for (const index of disclosures.keys()) {
        const less = reveal(JSON.parse(payload), disclosures.toSpliced(index, 1))
        assert.notDeepEqual(less.ok && less.value.claims, meant)
      }
    })

  it('are seven or more', () => assert.ok(FILES.length >= 7))
})
