/** The same message many times at the agency door, and what it says of things that are not there or not the asker's. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { Response } from 'supertest'
import { problemSchema, submissionAcceptedSchema } from '#gateway/http/agency/schemas.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover, aReferral } from '#test/support/messages.ts'

const SENDER = 'probation-paris'
const PAIRS = { organisation: 'pairs-paris' }
const SOCIAL_WORKER = { organisation: 'pairs-paris', mandate: 'pairs-social-worker' }

describe('the agency door, asked again or by a stranger', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway()
  })
  after(() => gateway.stop())

  describe('repeats', () => {
    const stored = async (caseId: string): Promise<number> =>
      (await gateway.deliveries(SOCIAL_WORKER)).filter((entry) => entry.caseId === caseId).length
    const idOf = (response: Response): string => submissionAcceptedSchema.parse(expectStatus(202, response).body).id

    it('H050 answers the same message under another key with the first receipt, and delivers it once', async () => {
      const bytes = await gateway.envelope(SENDER, gateway.message(SENDER, aReferral({ caseId: 'DEMO-C-50' })))
      const first = await gateway.post(SENDER, bytes)
      const second = await gateway.post(SENDER, bytes)
      assert.equal(idOf(second), idOf(first))
      assert.deepEqual(second.body, first.body)
      await gateway.settled()
      assert.equal(await stored('DEMO-C-50'), 1)
    })

    it('H051 stores one of many copies that come at the same moment, under one key and under many', async () => {
      const bytes = await gateway.envelope(SENDER, gateway.message(SENDER, aReferral({ caseId: 'DEMO-C-51' })))
      const key = randomUUID()
      const copies = Array.from({ length: 12 }, (_, index) =>
        gateway.post(SENDER, bytes, index % 2 === 0 ? key : randomUUID()),
      )
      const ids = (await Promise.all(copies)).map(idOf)
      assert.equal(new Set(ids).size, 1)
      await gateway.settled()
      assert.equal(await stored('DEMO-C-51'), 1)
    })

    it('H051 takes one of two different messages that come at the same moment under one id', async () => {
      const message = gateway.message(SENDER, aReferral({ caseId: 'DEMO-C-52' }))
      const other = { ...message, ...aReferral({ caseId: 'DEMO-C-53' }) }
      const answers = await Promise.all(
        [message, other].map(async (body) => gateway.post(SENDER, await gateway.envelope(SENDER, body))),
      )
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202, 409]))
      assert.equal(problemSchema.parse(answers.find(({ status }) => status === 409)?.body).code, 'submission-repeated')
    })

    it('H055 takes the same message id from another issuer', async () => {
      const jti = randomUUID()
      const first = await gateway.send(SENDER, { ...aReferral({ caseId: 'DEMO-C-55' }), jti })
      const second = await gateway.send('prison-paris', { ...aHandover({ caseId: 'DEMO-C-55' }), jti })
      assert.notEqual(idOf(second), idOf(first))
    })
  })

  describe('H075 what is not there and what is not yours', () => {
    /** Everything of an answer except what belongs to the one request. */
    const shapeOf = ({ status, headers, text }: Response): unknown => {
      const { 'request-id': _id, date: _date, ...rest } = headers as Readonly<Record<string, string>>
      return { status, headers: rest, text: text.replace(/urn:uuid:[0-9a-f-]{36}/, 'urn:uuid:') }
    }
    let deliveryId = ''
    let submissionId = ''
    before(async () => {
      const sent = await gateway.send(SENDER, aReferral({ caseId: 'DEMO-C-75' }))
      submissionId = submissionAcceptedSchema.parse(sent.body).id
      await gateway.settled()
      deliveryId = (await gateway.deliveries(PAIRS)).find(({ caseId }) => caseId === 'DEMO-C-75')?.id ?? ''
      assert.notEqual(deliveryId, '')
    })
    const same = async (ask: (id: string) => Promise<Response>, forbidden: () => string): Promise<void> => {
      const unknown = await ask(randomUUID())
      const notMine = await ask(forbidden())
      const noId = await ask('not-an-id')
      assert.equal(unknown.status, 404)
      assert.deepEqual(shapeOf(notMine), shapeOf(unknown))
      assert.deepEqual(shapeOf(noId), shapeOf(unknown))
    }
    const stranger = { organisation: 'city-paris' }
    const headers = (): { readonly 'Idempotency-Key': string } => ({ 'Idempotency-Key': randomUUID() })

    it('H075 read the same for a submission', () =>
      same(
        (id) => gateway.ask(PAIRS, 'get', `/v1/submissions/${id}`),
        () => submissionId,
      ))
    it('H075 read the same for a delivery', () =>
      same(
        (id) => gateway.ask(stranger, 'get', `/v1/deliveries/${id}`),
        () => deliveryId,
      ))
    it('H075 read the same for an acknowledgement', () =>
      same(
        (id) => gateway.ask(stranger, 'post', `/v1/deliveries/${id}/acknowledgement`, { headers: headers() }),
        () => deliveryId,
      ))
    it('H075 read the same for a pull-up', () => {
      const body = { depth: 'D4', reason: 'Curiosity and nothing else.' }
      return same(
        (id) => gateway.ask(stranger, 'post', `/v1/deliveries/${id}/pull-up`, { headers: headers(), body }),
        () => deliveryId,
      )
    })

    it('H075 read the same for a mandate', async () => {
      const ask = (mandate: string): Promise<Response> =>
        gateway.ask(stranger, 'get', '/v1/deliveries', { query: { mandate } })
      const unknown = await ask('nobody-at-all')
      assert.equal(unknown.status, 404)
      assert.deepEqual(shapeOf(await ask('pairs-social-worker')), shapeOf(unknown))
    })

    it('H075 read the same for the choice of a case', async () => {
      const ask = (caseId: string): Promise<Response> => gateway.ask(stranger, 'get', `/v1/choices/${caseId}`)
      assert.deepEqual(shapeOf(await ask('DEMO-C-75')), shapeOf(await ask('DEMO-C-00')))
    })

    it('H075 read the same for a message that answers one', async () => {
      const answer = (inReplyTo: string): Promise<Response> =>
        gateway.send('city-paris', {
          kind: 'ReferralDeclined',
          caseId: 'DEMO-C-75',
          purpose: 'social-support',
          legalBasisId: 'fr.cpp.706-25-16',
          reason: 'no-capacity',
          inReplyTo,
        })
      const unknown = await answer(randomUUID())
      assert.equal(refusal(409, unknown).code, 'message-out-of-turn')
      assert.deepEqual(shapeOf(await answer(submissionId)), shapeOf(unknown))
    })
  })
})
