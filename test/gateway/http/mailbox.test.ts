/** A message through the whole door: in by POST, out by GET, acknowledged, deepened, and what its sender is told. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import {
  choiceViewSchema,
  mailboxPageSchema,
  submissionAcceptedSchema,
  submissionSchema,
} from '#gateway/http/agency/schemas.ts'
import type { DeliverySummary } from '#gateway/rooms/read-mailbox.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReferral, anItemText } from '#test/support/messages.ts'

const SENDER = 'probation-paris'
const PAIRS = { organisation: 'pairs-paris' }
const SOCIAL_WORKER = { organisation: 'pairs-paris', mandate: 'pairs-social-worker' }
const PSYCHOLOGIST = { organisation: 'pairs-paris', mandate: 'pairs-psychologist' }

const aKey = (): { readonly 'Idempotency-Key': string } => ({ 'Idempotency-Key': randomUUID() })

describe('the agency mailbox', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway()
  })
  after(() => gateway.stop())

  const refer = async (caseId: string): Promise<string> => {
    const sent = expectStatus(202, await gateway.send(SENDER, aReferral({ caseId })))
    await gateway.settled()
    return submissionAcceptedSchema.parse(sent.body).id
  }
  const deliveryOf = async (caseId: string): Promise<DeliverySummary> => {
    const found = (await gateway.deliveries(SOCIAL_WORKER)).find((entry) => entry.caseId === caseId)
    assert.ok(found)
    return found
  }

  it('answers a submission with 202, a receipt signed for the sender, and where its state is', async () => {
    const sent = await gateway.send(SENDER, aReferral({ caseId: 'DEMO-A-01' }))
    const { id, status, receipt } = submissionAcceptedSchema.parse(sent.body)
    assert.equal(sent.status, 202)
    assert.equal(sent.headers['location'], `/v1/submissions/${id}`)
    assert.equal(status, `/v1/submissions/${id}`)
    const claims: unknown = JSON.parse(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString())
    assert.equal(typeof claims === 'object' && claims !== null && 'sub' in claims && claims.sub, id)
  })

  it('answers the same key and body with the same receipt, and stores the message once', async () => {
    const bytes = await gateway.envelope(SENDER, gateway.message(SENDER, aReferral({ caseId: 'DEMO-A-02' })))
    const key = randomUUID()
    const first = expectStatus(202, await gateway.post(SENDER, bytes, key))
    const second = expectStatus(202, await gateway.post(SENDER, bytes, key))
    assert.deepEqual(second.body, first.body)
  })

  it('refuses a key that was used with another body', async () => {
    const key = randomUUID()
    expectStatus(202, await gateway.send(SENDER, aReferral({ caseId: 'DEMO-A-03' }), key))
    const second = await gateway.send(SENDER, aReferral({ caseId: 'DEMO-A-03' }), key)
    assert.equal(refusal(422, second).code, 'idempotency-key-reused')
  })

  it('takes a key in the quotes that the draft asks for, and refuses none and no UUID', async () => {
    const bytes = await gateway.envelope(SENDER, gateway.message(SENDER, aReferral({ caseId: 'DEMO-A-04' })))
    expectStatus(400, await gateway.post(SENDER, bytes, 'not-a-uuid'))
    const without = await gateway
      .request(SENDER, 'post', '/v1/submissions')
      .set('Content-Type', 'application/jose')
      .send(bytes)
    assert.equal(refusal(400, without).code, 'idempotency-key-missing')
    expectStatus(202, await gateway.post(SENDER, bytes, `"${randomUUID().toUpperCase()}"`))
  })

  it('tells the sender a state per organisation, and nothing of what passed', async () => {
    const id = await refer('DEMO-A-05')
    const state = await gateway.ask({ organisation: SENDER }, 'get', `/v1/submissions/${id}`)
    const view = submissionSchema.parse(expectStatus(200, state).body)
    assert.deepEqual(
      view.edges.map(({ organisation, state: reached }) => [organisation, reached]),
      [['pairs-paris', 'delivered']],
    )
    const { id: delivery } = await deliveryOf('DEMO-A-05')
    await gateway.collect(SOCIAL_WORKER, delivery)
    await gateway.acknowledge(SOCIAL_WORKER, delivery)
    const after = await gateway.ask({ organisation: SENDER }, 'get', `/v1/submissions/${id}`)
    assert.ok(!JSON.stringify(after.body).includes('first-appointment'))
  })

  it('gives a parcel that only its mandate opens, with the same ETag each time', async () => {
    await refer('DEMO-A-06')
    const { id } = await deliveryOf('DEMO-A-06')
    const first = expectStatus(200, await gateway.collect(SOCIAL_WORKER, id))
    const second = expectStatus(200, await gateway.collect(SOCIAL_WORKER, id))
    assert.equal(first.headers['content-type'], 'application/jose')
    assert.match(String(first.headers['etag']), /^"[0-9a-f]{64}"$/)
    assert.equal(second.headers['etag'], first.headers['etag'])
    const projection = await gateway.open(first.text)
    assert.equal(projection.caseId, 'DEMO-A-06')
    assert.equal(projection.aud, 'pairs-social-worker')
  })

  it('hands a parcel that only its mandate opens to that mandate alone, and to its organisation once it has ended', async () => {
    await refer('DEMO-A-15')
    const { id } = await deliveryOf('DEMO-A-15')
    assert.ok((await gateway.deliveries(PAIRS)).some((entry) => entry.id === id))
    assert.equal(refusal(401, await gateway.collect(PAIRS, id)).code, 'mandate-unproven')
    assert.equal(refusal(404, await gateway.collect(PSYCHOLOGIST, id)).code, 'not-found')
    expectStatus(200, await gateway.collect(SOCIAL_WORKER, id))
    assert.equal(refusal(401, await gateway.acknowledge(PAIRS, id)).code, 'mandate-unproven')
    const registry = gateway.deps.registry()
    gateway.changeRegistry((old) => ({
      ...old,
      mandates: old.mandates.map((entry) =>
        entry.id === SOCIAL_WORKER.mandate ? { ...entry, until: gateway.now() } : entry,
      ),
    }))
    expectStatus(200, await gateway.acknowledge(PAIRS, id))
    gateway.changeRegistry(() => registry)
  })

  it('pages through the mailbox with a cursor that is good for its own list only', async () => {
    for (const caseId of ['DEMO-A-07', 'DEMO-A-08', 'DEMO-A-09']) await refer(caseId)
    const first = await gateway.ask(SOCIAL_WORKER, 'get', '/v1/deliveries', { query: { limit: '2' } })
    const page = mailboxPageSchema.parse(expectStatus(200, first).body)
    const link = /^<\/v1\/deliveries\?cursor=[^>]+&limit=2&mandate=pairs-social-worker>; rel="next"$/
    assert.match(String(first.headers['link']), link)
    const cursor = page.next ?? ''
    const next = await gateway.ask(SOCIAL_WORKER, 'get', '/v1/deliveries', { query: { cursor, limit: '100' } })
    const rest = mailboxPageSchema.parse(expectStatus(200, next).body)
    assert.equal(rest.next, undefined)
    const all = await gateway.deliveries(SOCIAL_WORKER)
    assert.equal(page.items.length, 2)
    assert.deepEqual([...page.items, ...rest.items], all)
    const elsewhere = await gateway.ask(PAIRS, 'get', '/v1/deliveries', { query: { cursor } })
    assert.equal(refusal(400, elsewhere).code, 'request-malformed')
  })

  it('acknowledges once for all, and answers the same key with the same body', async () => {
    await refer('DEMO-A-10')
    const { id } = await deliveryOf('DEMO-A-10')
    const path = `/v1/deliveries/${id}/acknowledgement`
    const headers = aKey()
    assert.equal(
      refusal(409, await gateway.ask(SOCIAL_WORKER, 'post', path, { headers: aKey() })).code,
      'message-out-of-turn',
    )
    expectStatus(200, await gateway.collect(SOCIAL_WORKER, id))
    const first = expectStatus(200, await gateway.ask(SOCIAL_WORKER, 'post', path, { headers }))
    const again = expectStatus(200, await gateway.ask(SOCIAL_WORKER, 'post', path, { headers }))
    gateway.advance(1000)
    const anew = expectStatus(200, await gateway.ask(SOCIAL_WORKER, 'post', path, { headers: aKey() }))
    assert.deepEqual(again.body, first.body)
    assert.deepEqual(anew.body, first.body)
    expectStatus(400, await gateway.ask(SOCIAL_WORKER, 'post', path))
  })

  it('pulls up to more of the case with a reason, and refuses one without', async () => {
    const items = [anItemText(), anItemText({ section: 'accommodation', term: 'hostel', value: 'Foyer des Essais' })]
    expectStatus(202, await gateway.send(SENDER, aReferral({ caseId: 'DEMO-A-11', items: [items[0]] })))
    await gateway.settled()
    const { id } = await deliveryOf('DEMO-A-11')
    const path = `/v1/deliveries/${id}/pull-up`
    const short = await gateway.ask(SOCIAL_WORKER, 'post', path, {
      headers: aKey(),
      body: { depth: 'D2', reason: 'short' },
    })
    assert.deepEqual(refusal(422, short).errors, [{ pointer: '/reason', code: 'too_small' }])
    const headers = aKey()
    const body = { depth: 'D2', reason: 'The first meeting is on Monday.' }
    const pulled = expectStatus(202, await gateway.ask(SOCIAL_WORKER, 'post', path, { headers, body }))
    assert.deepEqual(pulled.body, { delivery: id, mailbox: '/v1/deliveries' })
    const other = await gateway.ask(SOCIAL_WORKER, 'post', path, { headers, body: { ...body, depth: 'D4' } })
    assert.equal(refusal(422, other).code, 'idempotency-key-reused')
    const choice = expectStatus(200, await gateway.ask(SOCIAL_WORKER, 'get', '/v1/choices/DEMO-A-11'))
    assert.equal(choiceViewSchema.parse(choice.body).choice.depth, 'D2')
    await gateway.settled()
    const depths = (await gateway.receive(SOCIAL_WORKER)).filter(({ caseId }) => caseId === 'DEMO-A-11')
    assert.deepEqual(
      depths.map(({ depth }) => depth),
      ['D2'],
    )
  })

  it('leaves no pull-up to an organisation without a mandate', async () => {
    await refer('DEMO-A-12')
    const { id } = await deliveryOf('DEMO-A-12')
    const body = { depth: 'D2', reason: 'The first meeting is on Monday.' }
    const refused = await gateway.ask(PAIRS, 'post', `/v1/deliveries/${id}/pull-up`, { headers: aKey(), body })
    assert.equal(refusal(401, refused).code, 'mandate-unproven')
    assert.equal(refused.headers['www-authenticate'], 'Bearer')
  })

  it('hides the deliveries of one mandate from another of the same organisation', async () => {
    await refer('DEMO-A-13')
    const { id } = await deliveryOf('DEMO-A-13')
    assert.equal(refusal(404, await gateway.collect(PSYCHOLOGIST, id)).code, 'not-found')
    expectStatus(404, await gateway.acknowledge(PSYCHOLOGIST, id))
  })
})
