/** Against another implementation, in both directions: what one issues the other verifies, to the same claims. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { SDJwtInstance } from '@sd-jwt/core'
import { conceal, value } from '#gateway/core/sd-jwt/conceal.ts'
import type { ClaimNode } from '#gateway/core/sd-jwt/conceal.ts'
import { printCompactSdJwt, readCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import { selectDisclosures } from '#gateway/core/sd-jwt/select.ts'
import { saltsFrom } from '#test/support/sd-jwt.ts'
import { samples } from '#test/support/samples.ts'

/** Signatures are not what is compared here: both sides take the same constant one. */
const oracle = new SDJwtInstance({
  hasher: (data: string | ArrayBuffer, alg: string) =>
    createHash(alg.replace('-', ''))
      .update(typeof data === 'string' ? data : Buffer.from(data))
      .digest(),
  hashAlg: 'sha-256',
  saltGenerator: saltsFrom('oracle'),
  signer: () => 'c2ln',
  signAlg: 'ES256',
  verifier: () => true,
})
const jwtOf = (payload: string): string =>
  [JSON.stringify({ alg: 'ES256' }), payload].map((text) => Buffer.from(text).toString('base64url')).join('.') + '.c2ln'
const payloadOf = (jwt: string): unknown => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())

const aName = fc.constantFrom('a', 'b', 'iss', 'a.b', 'a/b', 'é~', 'length')
const aScalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))

/** A tree of claims with what it says in plain. Arrays are at times padded. */
interface Drawn {
  readonly node: ClaimNode
  readonly plain: unknown
}
const asHidden = (isHidden: boolean, node: ClaimNode): ClaimNode => (isHidden ? { kind: 'hidden', node } : node)

const { tree } = fc.letrec<{ readonly tree: Drawn }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    aScalar.map((plain): Drawn => ({ node: value(plain), plain })),
    fc
      .uniqueArray(fc.tuple(aName, tie('tree'), fc.boolean()), { selector: ([name]) => name, maxLength: 4 })
      .map((members): Drawn => anObject(members, undefined)),
    fc.array(fc.tuple(tie('tree'), fc.boolean()), { maxLength: 4 }).map((elements): Drawn => ({
      node: { kind: 'array', elements: elements.map(([{ node }, isHidden]) => asHidden(isHidden, node)) },
      plain: elements.map(([{ plain }]) => plain),
    })),
  ),
}))

type Member = readonly [string, Drawn, boolean]
const anObject = (
  members: readonly Member[],
  width: number | undefined,
): Drawn & { readonly node: { kind: 'object' } } => ({
  node: {
    kind: 'object',
    members: Object.fromEntries(members.map(([name, { node }, isHidden]) => [name, asHidden(isHidden, node)])),
    ...(width === undefined ? {} : { width }),
  } as ClaimNode & { readonly kind: 'object' },
  plain: Object.fromEntries(members.map(([name, { plain }]) => [name, plain])),
})
const aRoot = fc
  .tuple(
    fc.uniqueArray(fc.tuple(aName, tree, fc.boolean()), { selector: ([name]) => name, maxLength: 5 }),
    fc.constantFrom(undefined, 8),
  )
  .map(([members, width]) => anObject(members, width))

describe('SD-JWT against another implementation', () => {
  it('ours, all disclosed, says to both what was meant', async () => {
    await fc.assert(
      fc.asyncProperty(aRoot, fc.string(), async ({ node, plain }, seed) => {
        const made = conceal(node, saltsFrom(seed))
        const compact = printCompactSdJwt({ jwt: jwtOf(made.payload), disclosures: made.disclosures })
        const revealed = reveal(JSON.parse(made.payload), made.disclosures)
        assert.deepEqual(revealed.ok && revealed.value.claims, plain)
        assert.deepEqual(await oracle.getClaims(compact), plain)
      }),
      { numRuns: samples(150) },
    )
  })

  it('any selection of ours says the same to both', async () => {
    await fc.assert(
      fc.asyncProperty(aRoot, fc.infiniteStream(fc.boolean()), async ({ node }, coins) => {
        const made = conceal(node, saltsFrom('selected'))
        const revealed = reveal(JSON.parse(made.payload), made.disclosures)
        assert.ok(revealed.ok)
        const disclosures = selectDisclosures(revealed.value, () => coins.next().value === true)
        const presented = reveal(JSON.parse(made.payload), disclosures)
        assert.ok(presented.ok)
        const compact = printCompactSdJwt({ jwt: jwtOf(made.payload), disclosures })
        assert.deepEqual(await oracle.getClaims(compact), presented.value.claims)
      }),
      { numRuns: samples(150) },
    )
  })

  it("the other's, with decoys and nested frames, says to us what was meant", async () => {
    const claims = {
      iss: 'https://agency.example',
      name: 'Ada Exemple',
      address: { street: '4 rue des Essais', town: 'Lyon', lines: ['a', 'b', 'c'] },
      list: ['one', { two: 2 }],
    }
    const frame = {
      _sd: ['name', 'address', 'list'],
      _sd_decoy: 3,
      address: { _sd: ['street', 'lines'], lines: { _sd: [0, 2] } },
      list: { _sd: [0, 1], _sd_decoy: 2 },
    }
    const issued = await oracle.issue(claims, frame as never)
    const compact = readCompactSdJwt(issued)
    assert.ok(compact.ok)
    const revealed = reveal(payloadOf(compact.value.jwt), compact.value.disclosures)
    assert.deepEqual(revealed.ok && revealed.value.claims, claims)
    assert.ok(compact.value.disclosures.length >= 8)
  })
})
