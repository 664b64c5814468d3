/** Passkeys: what one signed holds for exactly one challenge, on one origin, by a person who was verified. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { openPasskeys, verifyEvidence } from '#adapters/sign-in/passkeys.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { Passkeys } from '#gateway/ports/sign-in.ts'
import { aPasskey } from '#test/support/passkey.ts'
import type { Faults, TestPasskey } from '#test/support/passkey.ts'

const ORIGIN = 'https://passerelle.example'
const account = { id: '6c1a2f0e-0000-4000-8000-000000000001', name: 'DEMO Amel Officer' }
const challenge = Buffer.alloc(32, 7).toString('base64url')

const sign = async (passkeys: Passkeys, passkey: TestPasskey, faults: Faults = {}) => {
  const credential = { ...passkey.credential(account.id), counter: 3 }
  const options = passkeys.toAssert({ challenge, credentials: [credential] }) as { readonly challenge: string }
  const response = passkey.answer(options, { counter: 4, ...faults })
  return passkeys.readAssertion({ challenge, response, credential })
}

describe('passkeys', () => {
  const passkeys = openPasskeys(ORIGIN)

  it('are registered with the person verified, and kept as public things only', async () => {
    const passkey = aPasskey(ORIGIN)
    const options = passkeys.toRegister({ challenge, account, others: [] }) as { readonly challenge: string }
    const read = await passkeys.readRegistration({ challenge, response: passkey.answer(options) })
    assert.ok(read.ok)
    const { id, publicKey, transports } = passkey.credential('')
    assert.deepEqual(read.value, { id, publicKey, transports, counter: 1 })
  })

  const REFUSED: Readonly<Record<string, Faults>> = {
    'another origin': { origin: 'https://evil.example' },
    'another challenge': { challenge: Buffer.alloc(32, 8).toString('base64url') },
    'nobody verified': { isVerified: false },
  }
  for (const [name, faults] of Object.entries({ ...REFUSED, 'an old counter': { counter: 3 } }))
    it(`H113 refuse what was signed with ${name}`, async () => {
      const read = await sign(passkeys, aPasskey(ORIGIN), faults)
      assert.equal(read.ok ? 'ok' : read.problem.code, 'proof-refused')
    })

  for (const [name, faults] of Object.entries(REFUSED))
    it(`H113 refuse to register with ${name}`, async () => {
      const options = passkeys.toRegister({ challenge, account, others: ['AAAA'] }) as { readonly challenge: string }
      const response = aPasskey(ORIGIN).answer(options, faults)
      const read = await passkeys.readRegistration({ challenge, response })
      assert.equal(read.ok ? 'ok' : read.problem.code, 'proof-refused')
    })

  it('H113 refuse the signature of another key, and what is no answer at all', async () => {
    const passkey = aPasskey(ORIGIN)
    const other = aPasskey(ORIGIN)
    const response = passkey.answer({ challenge, rpId: 'passerelle.example' })
    const credential = { ...other.credential(account.id), id: passkey.id }
    for (const text of [response, 'null', '{', JSON.stringify({ id: passkey.id })]) {
      assert.equal((await passkeys.readAssertion({ challenge, response: text, credential })).ok, false)
      assert.equal((await passkeys.readRegistration({ challenge, response: text })).ok, false)
    }
    assert.equal(passkeys.credentialIn(response), passkey.id)
    assert.equal(passkeys.credentialIn('['), undefined)
  })

  it('H115 leave evidence that holds for the one hash, the one key and the one origin, for whoever looks later', async () => {
    const passkey = aPasskey(ORIGIN)
    const challengeHash = sha256Hex('what is approved')
    const signed = Buffer.from(challengeHash, 'hex').toString('base64url')
    const credential = passkey.credential(account.id)
    const response = passkey.answer({ challenge: signed, rpId: 'passerelle.example' })
    const read = await passkeys.readAssertion({ challenge: signed, response, credential })
    assert.ok(read.ok)
    const { evidence } = read.value
    const check = { evidence, challengeHash, credential, origin: ORIGIN }
    assert.ok((await verifyEvidence(check)).ok)
    assert.equal((await verifyEvidence({ ...check, challengeHash: sha256Hex('something else') })).ok, false)
    assert.equal((await verifyEvidence({ ...check, origin: 'https://evil.example' })).ok, false)
    assert.equal((await verifyEvidence({ ...check, credential: aPasskey(ORIGIN).credential('') })).ok, false)
    const altered = evidence.replace(/"signature":"([^"]{20})/, '"signature":"AAAAAAAAAAAAAAAAAAAA')
    assert.equal((await verifyEvidence({ ...check, evidence: altered })).ok, false)
  })
})
