/** Room 8 and its other half on the recipient's side: only the one addressed can open, and only what the gateway signed is believed. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { PARCEL_ENVELOPE, PROJECTION_SIGNATURE, RECEIPT_SIGNATURE, readCompactJws } from '#gateway/core/jose-headers.ts'
import { printParcel } from '#gateway/core/parcel.ts'
import type { PublicKeyEntry } from '#gateway/core/participants.ts'
import { CONSTANT_SENTENCE } from '#gateway/core/projection.ts'
import { printProjection } from '#gateway/core/print-projection.ts'
import type { Projection } from '#gateway/core/projection.ts'
import type { SealedParcel } from '#gateway/core/stages.ts'
import { encryptTo, seal, signProjection, signReceipt, signTwice } from '#gateway/rooms/seal.ts'
import type { SealDeps } from '#gateway/rooms/seal.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { openParcel, recipientOf } from '#adapters/agency-kit/open-parcel.ts'
import { aKey, aKeyEntry } from '#test/support/certificates.ts'
import type { TestKey } from '#test/support/certificates.ts'
import { AT, aStage, base64url, codeOf, headerOf, signRaw } from '#test/support/envelopes.ts'
import type { Stage } from '#test/support/envelopes.ts'

const EVIDENCE = { leaf: '{}', salt: 'A'.repeat(43), body: '{}' }
const PROJECTION: Projection = {
  sch: 'passerelle-projection/1',
  iss: 'spiffe://net.test/broker/1',
  aud: 'pairs-psychologist',
  iat: AT / 1000,
  jti: '00000000-0000-4000-8000-000000000001',
  kind: 'HandoverAck',
  messageId: '00000000-0000-4000-8000-000000000002',
  sender: 'prison',
  caseId: 'DEMO-1',
  purpose: 'disengagement-support',
  legalBasis: ['eu.led.8'],
  regime: 'GDPR',
  attested: 'broker',
  depth: 'D1',
  body: {},
  items: [],
  withheld: [],
  conditions: [],
  notice: CONSTANT_SENTENCE,
  policy: { id: 'p', version: '1' },
}

describe('seal and openParcel', () => {
  let stage: Stage
  let recipient: TestKey
  let entry: PublicKeyEntry
  let deps: SealDeps
  before(async () => {
    stage = await aStage()
    recipient = await aKey('seal')
    entry = aKeyEntry(recipient, 'seal', AT)
    deps = { keyRing: stage.broker.keyRing, clock: () => AT }
  })
  const gatewayKeys = (): ReturnType<Stage['broker']['keyRing']['publicKeys']> => stage.broker.keyRing.publicKeys()
  const codeOfText = async (text: string): Promise<string> =>
    codeOf(await openParcel(text, recipient.key, { gatewayKeys: gatewayKeys() }))
  const sealTo = async (key: PublicKeyEntry): Promise<SealedParcel> =>
    seal({ content: await signProjection(deps, printProjection(PROJECTION).text), evidence: EVIDENCE }, key)
  const sealed = async (): Promise<string> => (await sealTo(entry)).jwe
  const around = (jws: string): Promise<string> =>
    encryptTo({ text: printParcel({ content: jws, evidence: EVIDENCE }), rule: PARCEL_ENVELOPE, key: recipient })

  it('the recipient opens what was sealed to it, as it was', async () => {
    const parcel = await sealTo(entry)
    assert.equal(parcel.kid, recipient.kid)
    assert.deepEqual(recipientOf(parcel.jwe), { ok: true, value: recipient.kid })
    const opened = await openParcel(parcel.jwe, recipient.key, { gatewayKeys: gatewayKeys() })
    assert.ok(opened.ok)
    assert.deepEqual([opened.value.projection, opened.value.evidence], [PROJECTION, EVIDENCE])
  })

  it('a gateway that signs twice puts its second signature behind the first, and one that does not leaves it as it is', async () => {
    const content = await signProjection(deps, printProjection(PROJECTION).text)
    assert.equal(await signTwice(deps, content), content)
    const signSecond: NonNullable<SealDeps['keyRing']['signSecond']> = async (typ, _payload, at) => `${typ}.${at}.mark`
    const twice = await signTwice({ ...deps, keyRing: { ...deps.keyRing, signSecond } }, content)
    const [first, second] = twice.split('\n')
    assert.equal(first, content)
    assert.match(second ?? '', /mark$/)
  })

  it('the header says nothing but the algorithms, the types and the one key', async () => {
    const { epk, ...header } = headerOf(await sealed())
    assert.deepEqual(Object.keys(epk as object).toSorted(), ['crv', 'kty', 'x', 'y'])
    assert.deepEqual(header, {
      alg: 'ECDH-ES+A256KW',
      enc: 'A256GCM',
      typ: 'gw-parcel+jwe',
      cty: 'gw-parcel+json',
      kid: recipient.kid,
    })
  })

  it('nobody else opens it, and two parcels of one projection have nothing in common', async () => {
    const [first, second] = [await sealed(), await sealed()]
    assert.equal(
      codeOf(await openParcel(first, stage.other.sealKey.key, { gatewayKeys: gatewayKeys() })),
      'decryption-failed',
    )
    assert.notEqual(first.split('.')[3], second.split('.')[3])
  })

  it('is sealed to the key that was given, also after another of the same name', async () => {
    const renewed = { ...entry, jwk: aKeyEntry(stage.other.sealKey, 'seal', AT).jwk }
    await sealed()
    const { jwe } = await sealTo(renewed)
    assert.equal(codeOf(await openParcel(jwe, recipient.key, { gatewayKeys: gatewayKeys() })), 'decryption-failed')
  })

  it('refuses to seal with a key of another use', async () => {
    await assert.rejects(sealTo({ ...entry, use: 'sign' }), TypeError)
  })

  it('the recipient refuses a parcel that the gateway did not sign', async () => {
    const header = { alg: 'ES256', typ: 'gw-projection+jws', kid: stage.other.signKey.kid }
    const forged = signRaw(JSON.stringify(header), JSON.stringify(PROJECTION), stage.other.signKey)
    assert.equal(await codeOfText(await around(forged)), 'key-unknown')
    const named = signRaw(
      JSON.stringify({ ...header, kid: stage.broker.signKey.kid }),
      JSON.stringify(PROJECTION),
      stage.other.signKey,
    )
    assert.equal(await codeOfText(await around(named)), 'signature-invalid')
    const sealing = signRaw(
      JSON.stringify({ ...header, kid: stage.broker.sealKey.kid }),
      JSON.stringify(PROJECTION),
      stage.broker.signKey,
    )
    assert.equal(await codeOfText(await around(sealing)), 'key-unknown')
  })

  it('the recipient refuses a receipt, lax JSON and an unknown member in the place of a projection', async () => {
    const signed = (typ: string, payload: string): Promise<string> =>
      stage.broker.keyRing.sign(typ, Buffer.from(payload), AT)
    const typ = PROJECTION_SIGNATURE.exact.typ
    const text = JSON.stringify(PROJECTION)
    assert.equal(await codeOfText(await around(await signed('gw-receipt+jws', text))), 'header-refused')
    assert.equal(await codeOfText(await around(await signed(typ, text.replace('{', '{"sch":"x",')))), 'json-refused')
    assert.equal(
      await codeOfText(await around(await signed(typ, text.replace('{', '{"extra":1,')))),
      'message-malformed',
    )
    assert.equal(await codeOfText(await around(await signed(typ, text))), 'accepted')
  })

  it('the recipient refuses a header that is not on the list, and an altered parcel', async () => {
    const parts = (await sealed()).split('.')
    const header = base64url(JSON.stringify({ ...headerOf(parts.join('.')), jku: 'https://attacker.test' }))
    assert.equal(await codeOfText([header, ...parts.slice(1)].join('.')), 'header-refused')
    assert.equal(await codeOfText(parts.with(3, `AAAA${parts[3] ?? ''}`).join('.')), 'decryption-failed')
    assert.equal(await codeOfText('not a parcel'), 'envelope-malformed')
  })

  it('a receipt is signed by the gateway under its own type', async () => {
    const receipt = await signReceipt(deps, { messageId: '1', digest: 'ab' })
    const read = readCompactJws(receipt, RECEIPT_SIGNATURE)
    assert.ok(read.ok)
    const verified = await verifyJws(read.value, stage.broker.signKey.jwk)
    assert.ok(verified.ok)
    assert.equal(Buffer.from(verified.value).toString(), '{"digest":"ab","messageId":"1"}')
  })
})
