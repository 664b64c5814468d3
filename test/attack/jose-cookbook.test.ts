/** The JOSE cookbook (RFC 7520) against the functions that read envelopes and keys: each file of it is read. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import {
  MESSAGE_ENVELOPE,
  MESSAGE_SIGNATURE,
  readCompactJwe,
  readCompactJws,
  readPublicJwk,
} from '#gateway/core/jose-headers.ts'
import { readJwkSet } from '#gateway/core/jwk-set.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { fixtureJson, fixturesDir, needsFixtures } from '#test/support/fixtures.ts'
import { opensWith, publicPartOf } from '#test/support/jose-vectors.ts'
import type { Members } from '#test/support/jose-vectors.ts'

interface Example {
  readonly title: string
  readonly input: { readonly alg?: string; readonly enc?: string; readonly key?: Members }
  readonly output: { readonly compact?: string }
}
interface Nested {
  readonly sign: Example
  readonly encrypt: Example
}

const inFolder = (folder: string): readonly unknown[] =>
  readdirSync(join(fixturesDir(), 'jose-cookbook', folder)).map((name) =>
    fixtureJson(`jose-cookbook/${folder}/${name}`),
  )
const nested = (): Nested => fixtureJson('jose-cookbook/6.nesting_signatures_and_encryption.json') as Nested
const signed = (): readonly Example[] => [
  ...(['jws', 'curve25519'].flatMap(inFolder) as Example[]),
  { ...nested().sign, title: 'nested: the signature' },
]
const sealed = (): readonly Example[] => [
  ...(inFolder('jwe') as Example[]),
  { ...nested().encrypt, title: 'nested: the envelope' },
]

describe('JOSE cookbook', () => {
  needsFixtures()

  it('every example is refused as a message, for its algorithm or for a header that we do not take', () => {
    const results = [
      ...signed().map(({ output }) => readCompactJws(output.compact ?? '', MESSAGE_SIGNATURE)),
      ...sealed().map(({ output }) => readCompactJwe(output.compact ?? '', MESSAGE_ENVELOPE)),
    ]
    assert.equal(results.length, 15)
    for (const result of results) assert.equal(result.ok, false)
    console.log(`    ${results.length} examples`)
  })

  it('an example opens or verifies by our step exactly where its algorithms are ours', async () => {
    for (const { title, input, output } of sealed()) {
      const isOurs = input.alg === 'ECDH-ES+A256KW' && input.enc === 'A256GCM'
      assert.equal(await opensWith(output.compact ?? '', input.key ?? {}), isOurs, title)
    }
    for (const { title, input, output } of signed()) {
      const jwk = publicPartOf(input.key ?? {})
      const holds = jwk !== undefined && (await verifyJws({ text: output.compact ?? '', kid: '' }, jwk)).ok
      assert.equal(holds, input.alg === 'ES256', title)
    }
  })

  it('no key of it is a key here, alone or in a set: private, symmetric, RSA, of another curve', () => {
    const keys = [...inFolder('jwk'), ...signed().map(({ input }) => input.key)] as readonly Members[]
    assert.ok(keys.length >= 12, `${keys.length} keys`)
    for (const key of keys) {
      const { kty, crv } = key
      assert.equal(readPublicJwk(key), undefined, `${String(kty)} ${String(crv)}`)
      for (const alg of ['ES256', 'ECDH-ES+A256KW'])
        assert.equal(readJwkSet({ keys: [{ ...key, alg }] }).ok, false, `${String(kty)} ${alg}`)
    }
    console.log(`    ${keys.length} keys`)
  })
})
