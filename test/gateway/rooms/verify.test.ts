/** Room 2: every check of the walk in has its own problem, in its own order. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { Participant, PublicKeyEntry } from '#gateway/core/participants.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { sealMessage } from '#adapters/agency-kit/sign-message.ts'
import { aKeyEntry } from '#test/support/certificates.ts'
import {
  AT,
  aStage,
  claimsOf,
  codeOf,
  codeOfJws,
  codeOfPayload,
  sealToBroker,
  signMessage,
  verifyAs,
} from '#test/support/envelopes.ts'
import type { Stage } from '#test/support/envelopes.ts'

const HOUR_MS = 3_600_000

describe('verify', () => {
  let stage: Stage
  before(async () => {
    stage = await aStage()
  })
  const withKey = (changes: Partial<PublicKeyEntry>): Participant => ({
    ...stage.sender.participant,
    keys: [aKeyEntry(stage.sender.signKey, 'sign', AT, changes)],
  })
  const codeAs = async (sender: Participant, payload: object = claimsOf(stage), at = AT): Promise<string> =>
    codeOf(await verifyAs(stage, sender, await sealToBroker(stage, signMessage(payload, stage.sender.signKey)), at))

  it('accepts what sealMessage makes and hands on the payload, the digests and the key', async () => {
    const payload = claimsOf(stage, { story: 'é' })
    const jwe = await sealMessage(payload, stage.sender.signKey, stage.broker.sealKey)
    const verified = await verifyAs(stage, stage.sender.participant, jwe)
    assert.ok(verified.ok)
    assert.deepEqual(verified.value.payload, payload)
    assert.equal(verified.value.bytesDigest, sha256Hex(jwe))
    assert.equal(verified.value.kid, stage.sender.signKey.kid)
    assert.equal(verified.value.attested, 'originator')
  })

  it('gives one message one digest, however often it is signed and sealed', async () => {
    const payload = claimsOf(stage)
    const digests = await Promise.all(
      [1, 2].map(async () => {
        const jwe = await sealMessage(payload, stage.sender.signKey, stage.broker.sealKey)
        const verified = await verifyAs(stage, stage.sender.participant, jwe)
        assert.ok(verified.ok)
        return verified.value
      }),
    )
    assert.equal(digests[0]?.messageDigest, digests[1]?.messageDigest)
    assert.notEqual(digests[0]?.bytesDigest, digests[1]?.bytesDigest)
  })

  it('reads claims at the top of the payload only, whatever stands inside it', async () => {
    assert.equal(await codeOfPayload(stage, { ...claimsOf(stage), native: { iss: 'other' } }), 'accepted')
    assert.equal(await codeOfPayload(stage, { dialect: 'hmpps', envelope: claimsOf(stage) }), 'message-malformed')
  })

  const PAYLOADS: readonly {
    readonly name: string
    readonly changes: object
    readonly code: ProblemCode | 'accepted'
  }[] = [
    {
      name: 'H053 refuses a message dated ten minutes ahead',
      changes: { iat: AT / 1000 + 600 },
      code: 'submission-early',
    },
    { name: 'refuses a message dated 61 seconds ahead', changes: { iat: AT / 1000 + 61 }, code: 'submission-early' },
    { name: 'accepts a message dated 60 seconds ahead', changes: { iat: AT / 1000 + 60 }, code: 'accepted' },
    { name: 'H053 refuses a message 25 hours old', changes: { iat: AT / 1000 - 25 * 3600 }, code: 'submission-stale' },
    { name: 'accepts a message 24 hours old', changes: { iat: AT / 1000 - 24 * 3600 }, code: 'accepted' },
    {
      name: 'refuses a message to another audience',
      changes: { aud: 'spiffe://net.test/broker/2' },
      code: 'audience-wrong',
    },
    {
      name: 'refuses a list of audiences',
      changes: { aud: ['spiffe://net.test/broker/1'] },
      code: 'message-malformed',
    },
    { name: 'refuses a fraction of a second', changes: { iat: AT / 1000 + 0.5 }, code: 'message-malformed' },
    { name: 'refuses a message without a date', changes: { iat: undefined }, code: 'message-malformed' },
  ]
  for (const { name, changes, code } of PAYLOADS)
    it(name, async () => assert.equal(await codeOfPayload(stage, claimsOf(stage, { ...changes })), code))

  it('refuses one byte more than it takes', async () => {
    const jwe = await sealToBroker(stage, signMessage(claimsOf(stage), stage.sender.signKey))
    const sender = stage.sender.participant
    assert.equal(codeOf(await verifyAs({ ...stage, maxBytes: jwe.length }, sender, jwe)), 'accepted')
    assert.equal(codeOf(await verifyAs({ ...stage, maxBytes: jwe.length - 1 }, sender, jwe)), 'message-too-large')
  })

  it('refuses a message sealed to a key that is not the gateway’s', async () => {
    const jwe = await sealMessage(claimsOf(stage), stage.sender.signKey, stage.other.sealKey)
    assert.equal(codeOf(await verifyAs(stage, stage.sender.participant, jwe)), 'decryption-failed')
  })

  it('refuses a message whose ciphertext, tag, wrapped key or IV is altered', async () => {
    const jwe = await sealToBroker(stage, signMessage(claimsOf(stage), stage.sender.signKey))
    for (const at of [1, 2, 3, 4]) {
      const parts = jwe.split('.')
      const part = parts[at] ?? ''
      parts[at] = (part.startsWith('A') ? 'B' : 'A') + part.slice(1)
      assert.equal(
        codeOf(await verifyAs(stage, stage.sender.participant, parts.join('.'))),
        'decryption-failed',
        `${at}`,
      )
    }
  })

  it('refuses a key before its time, after its time, revoked, or of another use', async () => {
    assert.equal(await codeAs(withKey({})), 'accepted')
    assert.equal(await codeAs(withKey({ from: AT + 1 })), 'key-unknown')
    assert.equal(await codeAs(withKey({ until: AT })), 'key-unknown')
    assert.equal(await codeAs(withKey({ revokedAt: AT })), 'key-unknown')
    assert.equal(await codeAs(withKey({ use: 'seal' })), 'key-unknown')
    assert.equal(await codeAs(withKey({ use: 'assert' })), 'key-unknown')
  })

  it('H027 judges the end of a key and its revocation when the message arrives, however early it says it was issued', async () => {
    const issuedEarlier = claimsOf(stage, { iat: (AT - HOUR_MS) / 1000 })
    assert.equal(await codeAs(withKey({ until: AT - 1 }), issuedEarlier), 'key-unknown')
    assert.equal(await codeAs(withKey({ until: AT + 1 }), issuedEarlier), 'accepted')
    assert.equal(await codeAs(withKey({ revokedAt: AT - 1 }), issuedEarlier), 'key-unknown')
    assert.equal(await codeAs(withKey({ revokedAt: AT + 1 }), issuedEarlier), 'accepted')
  })

  it('never says what it read', async () => {
    const secret = 'Quentin-Invente'
    const texts = [
      signMessage(`{"iss":"${secret}","iss":"${secret}"}`, stage.sender.signKey),
      signMessage(claimsOf(stage, { iss: secret }), stage.sender.signKey),
      signMessage({ [secret]: secret }, stage.sender.signKey),
      signMessage(claimsOf(stage), stage.sender.signKey, { [secret]: secret }),
      secret,
    ]
    for (const text of texts) {
      const jwe = await sealToBroker(stage, text)
      const refused = await verifyAs(stage, stage.sender.participant, jwe)
      assert.equal(refused.ok, false)
      assert.equal(JSON.stringify(refused).includes(secret), false)
    }
  })

  it('refuses in order: the header before the key, the key before the signature, the signature before the JSON', async () => {
    const { signKey } = stage.sender
    const otherKey = stage.other.signKey
    const broken = (jws: string): string => `${jws.slice(0, -86)}${'A'.repeat(86)}`
    assert.equal(await codeOfJws(stage, broken(signMessage('{', otherKey, { typ: 'other' }))), 'header-refused')
    assert.equal(await codeOfJws(stage, broken(signMessage('{', otherKey))), 'key-unknown')
    assert.equal(await codeOfJws(stage, broken(signMessage('{', signKey))), 'signature-invalid')
    assert.equal(await codeOfJws(stage, signMessage('{', signKey)), 'json-refused')
  })
})
