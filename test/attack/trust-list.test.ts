/** The trust list in a gateway at work: what expires stops, what is revoked is out at once, and keys follow each other without a gap. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import supertest from 'supertest'
import { printInstant } from '#policies/language/instant.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { addKey, readKeyRequest } from '#gateway/core/trust-list/rotate.ts'
import type { TrustListBody } from '#gateway/core/trust-list/list.ts'
import { revokeKey, revokeOrganisation } from '#gateway/core/trust-list/propose.ts'
import { createInsideApp } from '#gateway/http/app.ts'
import { forward } from '#gateway/rooms/forward.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { signKeyRequest } from '#adapters/trust/sign-list.ts'
import { sealMessage } from '#adapters/agency-kit/sign-message.ts'
import { aKey } from '#test/support/certificates.ts'
import type { TestKey } from '#test/support/certificates.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover } from '#test/support/messages.ts'
import { DAY_MS, keyText } from '#test/support/trust-list.ts'

const LIST = '/.well-known/trust-list'
const PRISON = 'prison-paris'
const PROBATION = { organisation: 'probation-paris', mandate: 'probation-counsellor' }
const same = (body: TrustListBody): TrustListBody => body

describe('a gateway and its trust list', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway()
  })
  after(() => gateway.stop())

  const must = (body: TrustListBody | undefined): TrustListBody => {
    assert.ok(body !== undefined)
    return body
  }
  const sendWith = (key: TestKey): ReturnType<TestGateway['post']> =>
    sealMessage(gateway.message(PRISON, aHandover()), key, gateway.broker.sealKey).then((sealed) =>
      gateway.post(PRISON, sealed),
    )

  it('serves the list byte for byte as it was published, to whoever is on the network', async () => {
    const listed = gateway.deps.trustLists?.inForce()
    assert.ok(listed?.ok === true)
    const answer = await gateway.request(PRISON, 'get', LIST).buffer(true).responseType('blob').expect(200)
    assert.equal(String(answer.body), listed.value.text)
    assert.equal(answer.headers['etag'], `"${sha256Hex(listed.value.text)}"`)
    assert.match(String(answer.headers['content-type']), /^application\/jose\+json/)
  })

  it('H100 H101 takes no list of one officer, and none that was in force before', async () => {
    const [one] = gateway.officers
    assert.ok(one !== undefined)
    assert.equal(await gateway.publishTrust(same, { signers: [one] }), 'trust-list-unsigned')
    assert.equal(await gateway.publishTrust(same, { signers: [one, one] }), 'trust-list-signer-repeated')
    assert.equal(await gateway.publishTrust(same), 'taken')
  })

  it('a new key is posted under the old one, both hold for thirty days, then the new one alone', async () => {
    await using other = await bootGateway()
    const old = other.network.keyOf(PRISON, 'sign')
    const fresh = await aKey('sign')
    const key = { ...keyText(fresh, 'sign', other.now() + DAY_MS - 5000), alg: 'ES256' }
    const text = await signKeyRequest(key, other.now(), old)
    const listed = other.deps.trustLists?.inForce()
    assert.ok(listed?.ok === true)
    const context = { list: listed.value.list, now: other.now(), verifySignature: verifyJws }
    const posted = await readKeyRequest(text, context)
    assert.ok(posted.ok)
    assert.equal(posted.value.holder, PRISON)
    const send = async (signer: TestKey): Promise<number> =>
      (await other.post(PRISON, await sealMessage(other.message(PRISON, aHandover()), signer, other.broker.sealKey)))
        .status
    assert.equal(await send(fresh), 422)
    assert.equal(await other.publishTrust((body) => addKey(body, posted.value), { days: 35 }), 'taken')
    assert.deepEqual([await send(old), await send(fresh)], [202, 202])
    other.advance(29 * DAY_MS)
    assert.equal(await other.publishTrust(same, { days: 35 }), 'taken')
    assert.deepEqual([await send(old), await send(fresh)], [202, 202])
    other.advance(1.5 * DAY_MS)
    assert.deepEqual([await send(old), await send(fresh)], [422, 202])
  })

  it('refuses a new key that a stranger posts, that another wrote, or that was posted long ago', async () => {
    const stranger = await aKey('sign')
    const fresh = await aKey('sign')
    const key = { ...keyText(fresh, 'sign', gateway.now()), alg: 'ES256' }
    const listed = gateway.deps.trustLists?.inForce()
    assert.ok(listed?.ok === true)
    const verdict = async (text: string): Promise<string> => {
      const read = await readKeyRequest(text, {
        list: listed.value.list,
        now: gateway.now(),
        verifySignature: verifyJws,
      })
      return read.ok ? 'read' : read.problem.code
    }
    const own = gateway.network.keyOf(PRISON, 'sign')
    assert.equal(await verdict(await signKeyRequest(key, gateway.now(), own)), 'read')
    assert.equal(await verdict(await signKeyRequest(key, gateway.now(), stranger)), 'key-unknown')
    assert.equal(
      await verdict(await signKeyRequest(key, gateway.now(), { kid: own.kid, key: stranger.key })),
      'signature-invalid',
    )
    assert.equal(await verdict(await signKeyRequest(key, gateway.now() - 15 * DAY_MS, own)), 'key-unknown')
    assert.equal(
      await verdict(await signKeyRequest({ ...key, kid: own.kid }, gateway.now(), own)),
      'trust-list-kid-wrong',
    )
  })

  it('H027 an emergency list takes a key out at once, whatever date its next message bears', async () => {
    const key = gateway.network.keyOf(PRISON, 'sign')
    expectStatus(202, await sendWith(key))
    await gateway.settled()
    const waiting = (await gateway.deliveries(PROBATION)).length
    assert.ok(waiting > 0)
    const revoked = { at: gateway.now(), reason: 'compromised' } as const
    assert.equal(await gateway.publishTrust((body) => must(revokeKey(body, key.kid, revoked))), 'taken')
    assert.equal(refusal(422, await sendWith(key)).code, 'key-unknown')
    const early = { ...gateway.message(PRISON, aHandover()), iat: Math.floor((gateway.now() - DAY_MS / 2) / 1000) }
    assert.equal(refusal(422, await gateway.post(PRISON, await gateway.envelope(PRISON, early))).code, 'key-unknown')
    // What was accepted before stays what it is.
    assert.equal((await gateway.deliveries(PROBATION)).length, waiting)
  })

  it('an emergency list puts an organisation out with its mandates at its next request', async () => {
    expectStatus(200, await gateway.ask(PROBATION, 'get', '/v1/deliveries'))
    const revoked = { at: gateway.now(), reason: 'withdrawn' } as const
    assert.equal(
      await gateway.publishTrust((body) => must(revokeOrganisation(body, 'probation-paris', revoked))),
      'taken',
    )
    assert.equal(refusal(403, await gateway.ask(PROBATION, 'get', '/v1/deliveries')).code, 'participant-suspended')
  })

  it('H102 takes and sends nothing when the list has expired, says so, and goes on by itself with the next', async () => {
    await using other = await bootGateway({ worker: 'running' })
    const inside = createInsideApp({ ...other.deps, metricsText: async () => '' })
    const ready = expectStatus(200, await supertest(inside).get('/readyz'))
    const { trust } = ready.body as { readonly trust: string }
    assert.match(trust, /^Trusted until .* UTC \(list 1\)\.$/)
    other.advance(18 * DAY_MS)
    const ageing = expectStatus(200, await supertest(inside).get('/readyz')).body as { readonly trust: string }
    assert.match(ageing.trust, /Half its life is over/)
    const sent = await other.send(PRISON, aHandover())
    expectStatus(202, sent)
    await other.settled()
    other.advance(18 * DAY_MS)
    assert.equal(refusal(503, await supertest(inside).get('/readyz')).code, 'trust-list-expired')
    assert.equal(refusal(503, await other.send(PRISON, aHandover())).code, 'trust-list-expired')
    assert.equal(refusal(503, await other.ask(PROBATION, 'get', '/v1/deliveries')).code, 'trust-list-expired')
    assert.equal(refusal(503, await other.request(PRISON, 'get', LIST)).code, 'trust-list-expired')
    assert.equal(await other.publishTrust(same), 'taken')
    expectStatus(200, await supertest(inside).get('/readyz'))
    assert.ok((await other.deliveries(PROBATION)).length > 0)
  })

  it('H102 a delivery that waits when the list expires is made when the next is there', async () => {
    await using other = await bootGateway({ worker: 'paused' })
    expectStatus(202, await other.send(PRISON, aHandover()))
    other.advance(36 * DAY_MS)
    const due = await other.deps.store.transaction((tx) =>
      tx.outbox.claim({ now: other.now(), leaseMs: 60_000, limit: 100 }),
    )
    assert.ok(due.length > 0)
    for (const job of due)
      assert.deepEqual(await forward(other.deps, job), { kind: 'retry', reason: 'trust-list-expired' })
    assert.equal(await other.publishTrust(same), 'taken')
    for (const job of due) assert.notEqual((await forward(other.deps, job)).kind, 'retry')
  })

  it('tells a time of revocation that the officers wrote, not the gateway', async () => {
    const listed = gateway.deps.trustLists?.inForce()
    assert.ok(listed?.ok === true)
    const out = listed.value.list.organisations.find(({ id }) => id === 'probation-paris')
    const { participants } = gateway.deps.registry()
    const suspendedAt = participants.find(({ id }) => id === 'probation-paris')?.suspendedAt
    assert.equal(printInstant(suspendedAt ?? 0), printInstant(out?.revokedAt ?? 1))
  })
})
