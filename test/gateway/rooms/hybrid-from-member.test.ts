/** What members seal to a gateway that has a post-quantum key: opened by what it is for, and by nothing else. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { hybridSealingOf } from '#adapters/agency-kit/member-trust.ts'
import { sealToGateway } from '#adapters/agency-kit/sign-message.ts'
import type { SealingKey } from '#adapters/agency-kit/sign-message.ts'
import { createFileKeys, openFileKeys } from '#adapters/keys/file-keys.ts'
import { createPostQuantumKeyFile } from '#adapters/keys/post-quantum-keys.ts'
import type { PostQuantumKey } from '#adapters/keys/post-quantum-keys.ts'
import { COPIES_ENVELOPE, MESSAGE_ENVELOPE, RELEASE_ENVELOPE } from '#gateway/core/jose-headers.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import { openFromMember } from '#gateway/rooms/open-from-member.ts'
import { samples } from '#test/support/samples.ts'

const URI = 'spiffe://example.test/gateway'
const PERIOD = { from: 0, until: Date.parse('2100-01-01') }
const BOTH = [MESSAGE_ENVELOPE, COPIES_ENVELOPE] as const

describe('a post-quantum envelope from a member', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hybrid-from-member-'))
  let classic: KeyRing
  let ring: KeyRing
  let own: PostQuantumKey
  let key: SealingKey
  before(async () => {
    const made = await createFileKeys(folder, PERIOD)
    classic = await openFileKeys(folder)
    own = await createPostQuantumKeyFile(folder, 'seal', PERIOD)
    ring = await openFileKeys(folder)
    const sealing = made.find(({ use }) => use === 'seal')
    assert.ok(sealing !== undefined)
    key = { ...sealing, hybrid: { kid: own.kid, publicKey: own.jwk.pub, audience: URI } }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const opened = async (text: string, keyRing: KeyRing = ring, uri = URI): Promise<string> => {
    const result = await openFromMember({ keyRing, broker: { uri } }, text, BOTH)
    if (!result.ok)
      return [result.problem.code, ...(result.problem.errors ?? []).map(({ pointer }) => pointer)].join(' ')
    return `${result.value.text} as ${String(result.value.rule.exact['cty'])}`
  }

  it('is opened as what it was sealed as: a message, or its copies', async () => {
    for (const rule of BOTH) {
      const text = await sealToGateway({ text: 'said', rule, key })
      assert.equal(text.split('.').length, 3)
      assert.equal(await opened(text), `said as ${String(rule.exact['cty'])}`)
    }
  })

  it('stands beside the JWE of who has not seen the key yet', async () => {
    const { hybrid: _hybrid, ...without } = key
    for (const rule of BOTH)
      assert.equal(
        await opened(await sealToGateway({ text: 'said', rule, key: without })),
        `said as ${String(rule.exact['cty'])}`,
      )
  })

  it('is refused as what it was not sealed as, by another gateway, and under a key that is not held', async () => {
    const release = await sealToGateway({ text: 'said', rule: RELEASE_ENVELOPE, key })
    assert.equal(await opened(release), 'header-refused /hpke')
    const message = await sealToGateway({ text: 'said', rule: MESSAGE_ENVELOPE, key })
    assert.equal(await opened(message, ring, `${URI}-other`), 'decryption-failed')
    assert.equal(await opened(message, { ...ring, openingHybridKey: async () => undefined }), 'decryption-failed')
  })

  it('is no envelope at all to a gateway without such a key', async () => {
    assert.equal(classic.openingHybridKey, undefined)
    const message = await sealToGateway({ text: 'said', rule: MESSAGE_ENVELOPE, key })
    assert.equal(await opened(message, classic), 'envelope-malformed /jwe')
  })

  it('opens in no way once a character of it is another', async () => {
    const message = await sealToGateway({ text: 'said', rule: MESSAGE_ENVELOPE, key })
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: message.length - 1 }),
        fc.constantFrom('A', 'Z', 'a', '0', '9', '-', '_', '.'),
        async (at, by) => {
          fc.pre(message[at] !== by)
          assert.doesNotMatch(await opened(`${message.slice(0, at)}${by}${message.slice(at + 1)}`), /^said/)
        },
      ),
      { numRuns: samples(60) },
    )
  })

  describe('a member', () => {
    const listing = (changes: object, more: object = {}): TrustList =>
      ({
        gateway: {
          uri: URI,
          keys: [
            { ...listed(own), ...changes },
            ...(Object.keys(more).length === 0 ? [] : [{ ...listed(own), ...more }]),
          ],
        },
      }) as never
    const listed = ({ kid, jwk }: PostQuantumKey): object => ({
      kid,
      jwk,
      use: 'seal',
      alg: jwk.alg,
      from: 10,
      until: 20,
    })

    it('seals to the newest key that the officers list and that holds now', () => {
      assert.deepEqual(hybridSealingOf(listing({}), 15), { kid: own.kid, publicKey: own.jwk.pub, audience: URI })
      assert.equal(hybridSealingOf(listing({}, { kid: 'newer', from: 12 }), 15)?.kid, 'newer')
    })

    it('seals as before where none holds: not yet, no more, revoked, of another use or algorithm', () => {
      const jwk = { kty: 'AKP', alg: 'ML-DSA-65', pub: 'p' }
      for (const [changes, now] of [
        [{}, 9],
        [{}, 20],
        [{ revokedAt: 14 }, 15],
        [{ use: 'sign' }, 15],
        [{ jwk }, 15],
        [{ jwk: { kty: 'EC' } }, 15],
      ] as const)
        assert.equal(hybridSealingOf(listing(changes), now), undefined)
      assert.ok(hybridSealingOf(listing({ revokedAt: 16 }), 15) !== undefined)
    })
  })
})
