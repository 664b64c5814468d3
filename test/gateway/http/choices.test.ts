/** Choices at the door: ETag and If-Match, who may choose what, and bodies read strictly. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Response } from 'supertest'
import { choiceViewSchema } from '#gateway/http/agency/schemas.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'

const PAIRS = { organisation: 'pairs-paris' }
const SOCIAL_WORKER = { organisation: 'pairs-paris', mandate: 'pairs-social-worker' }
const PSYCHOLOGIST = { organisation: 'pairs-paris', mandate: 'pairs-psychologist' }
const FIRST = { 'If-None-Match': '*' }

describe('choices at the agency door', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway()
  })
  after(() => gateway.stop())

  const put = (
    caseId: string,
    body: object | string,
    headers: Readonly<Record<string, string>> = FIRST,
  ): Promise<Response> =>
    gateway.ask(SOCIAL_WORKER, 'put', `/v1/choices/${caseId}`, {
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  it('begin at the least depth for a mandate and unnarrowed for an organisation, at revision 0', async () => {
    const own = expectStatus(200, await gateway.ask(PSYCHOLOGIST, 'get', '/v1/choices/default'))
    const organisations = expectStatus(200, await gateway.ask(PAIRS, 'get', '/v1/choices/default'))
    assert.equal(own.headers['etag'], '"0"')
    assert.equal(choiceViewSchema.parse(own.body).choice.depth, 'D0')
    assert.equal(choiceViewSchema.parse(organisations.body).choice.depth, 'D4')
  })

  it('keep every modifier, and rise by one revision with each change', async () => {
    const choice = {
      depth: 'D2',
      sections: { health: 'D0', accommodation: 'D3' },
      reach: { kind: 'since', milestone: 'release' },
      versions: 'all',
      delayedReveal: { until: '2027-06-01', meetings: 3, meanwhile: 'D1' },
      optOut: ['intelligence'],
      factsOnly: true,
      askMe: true,
    }
    const first = expectStatus(200, await put('DEMO-B-01', choice))
    assert.equal(first.headers['etag'], '"1"')
    const second = expectStatus(200, await put('DEMO-B-01', choice, { 'If-Match': '"1"' }))
    assert.deepEqual(choiceViewSchema.parse(second.body), { choice, revision: 2, owner: 'mandate' })
    const read = expectStatus(200, await gateway.ask(SOCIAL_WORKER, 'get', '/v1/choices/DEMO-B-01'))
    assert.deepEqual(read.body, second.body)
    assert.equal(read.headers['etag'], '"2"')
  })

  it('of which nobody else learns: each mandate reads its own', async () => {
    expectStatus(200, await put('DEMO-B-02', { depth: 'D3' }))
    const other = expectStatus(200, await gateway.ask(PSYCHOLOGIST, 'get', '/v1/choices/DEMO-B-02'))
    const sender = expectStatus(
      200,
      await gateway.ask({ organisation: 'probation-paris' }, 'get', '/v1/choices/DEMO-B-02'),
    )
    assert.equal(choiceViewSchema.parse(other.body).revision, 0)
    assert.equal(choiceViewSchema.parse(sender.body).revision, 0)
  })

  for (const { name, headers, status, code } of [
    { name: 'no precondition', headers: {}, status: 428, code: 'precondition-required' },
    { name: 'a revision that has passed', headers: { 'If-Match': '"7"' }, status: 412, code: 'precondition-failed' },
    { name: 'a weak tag', headers: { 'If-Match': 'W/"0"' }, status: 400, code: 'request-malformed' },
    { name: 'any tag', headers: { 'If-Match': '*' }, status: 400, code: 'request-malformed' },
    { name: 'both headers', headers: { 'If-Match': '"0"', ...FIRST }, status: 400, code: 'request-malformed' },
  ])
    it(`refuse a change with ${name}`, async () => {
      const refused = await put('DEMO-B-03', { depth: 'D1' }, headers)
      assert.equal(refusal(status, refused).code, code)
    })

  it('refuse a first choice where there is one already', async () => {
    expectStatus(200, await put('DEMO-B-04', { depth: 'D1' }, { 'If-Match': '"0"' }))
    expectStatus(412, await put('DEMO-B-04', { depth: 'D2' }))
  })

  for (const { name, body, status, code, pointer } of [
    {
      name: 'an unknown member',
      body: '{"depth":"D1","dept":"D2"}',
      status: 422,
      code: 'choice-malformed',
      pointer: '',
    },
    { name: 'an unknown depth', body: '{"depth":"D9"}', status: 422, code: 'choice-malformed', pointer: '/depth' },
    {
      name: 'a section nobody knows',
      body: '{"depth":"D1","sections":{"helth":"D0"}}',
      status: 422,
      code: 'choice-malformed',
      pointer: '/sections',
    },
    {
      name: 'a section that is no name',
      body: '{"depth":"D1","sections":{"helth of M. Exemple":"D0"}}',
      status: 422,
      code: 'choice-malformed',
      pointer: '/sections',
    },
    {
      name: 'an opt-out of nothing',
      body: '{"depth":"D1","optOut":["helth"]}',
      status: 422,
      code: 'choice-malformed',
      pointer: '/optOut/0',
    },
    { name: 'a duplicate key', body: '{"depth":"D1","depth":"D4"}', status: 400, code: 'json-refused', pointer: '' },
    { name: 'no JSON', body: 'depth: D1', status: 400, code: 'json-refused', pointer: '' },
    { name: 'no object', body: '[]', status: 422, code: 'choice-malformed', pointer: '' },
  ])
    it(`refuse ${name}, say where, and repeat nothing`, async () => {
      const response = await put('DEMO-B-05', body)
      const problem = refusal(status, response)
      assert.equal(problem.code, code)
      assert.equal(problem.errors?.[0]?.pointer, pointer)
      assert.doesNotMatch(response.text, /helth|D9|dept"/)
    })

  it('of a practitioner stay within the ceiling of the organisation', async () => {
    await gateway.choose(PAIRS, { depth: 'D1' }, 'DEMO-B-06')
    assert.equal(refusal(422, await put('DEMO-B-06', { depth: 'D3' })).code, 'choice-above-organisation')
    expectStatus(200, await put('DEMO-B-06', { depth: 'D1' }))
  })

  it('wait for a policy: without one, no name of a section can be checked', async () => {
    await gateway.putPolicy(undefined)
    const refused = await put('DEMO-B-07', { depth: 'D1' })
    assert.equal(refusal(503, refused).code, 'policy-unavailable')
    assert.equal(refused.headers['retry-after'], '10')
  })
})
