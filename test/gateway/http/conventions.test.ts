/** What every request at either door meets: who is known, what is refused before an operation begins, and what is said and logged. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import supertest from 'supertest'
import type { Response } from 'supertest'
import { createInsideApp } from '#gateway/http/app.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover, anItemText, aReferral } from '#test/support/messages.ts'
import { keepConnection, resume } from '#test/support/raw-door.ts'

const SENDER = 'probation-paris'
const MAILBOX = '/v1/deliveries'
const SOCIAL_WORKER = 'pairs-social-worker'
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

describe('conventions of the agency door', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway()
  })
  after(() => gateway.stop())
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    gateway.ask({ organisation: SENDER }, 'get', path, { headers })

  it('refuse with Problem Details whose type leads to a page about it', async () => {
    const refused = await get('/v1/submissions/not-an-id')
    const problem = refusal(404, refused)
    assert.equal(refused.headers['content-type'], 'application/problem+json')
    assert.equal(problem.instance, `urn:uuid:${String(refused.headers['request-id'])}`)
    const page = expectStatus(200, await get(problem.type))
    const { code, status, title, detail, retryable } = problem
    assert.deepEqual(page.body, { code, status, title, detail, retryable })
  })

  it('speak French to who asks for it, and English to everyone else', async () => {
    const french = await get('/nowhere', { 'Accept-Language': 'fr-FR, en;q=0.5' })
    assert.equal(refusal(404, french).title, 'Rien ici que vous puissiez voir')
    assert.equal(french.headers['content-language'], 'fr')
    assert.equal(
      refusal(404, await get('/nowhere', { 'Accept-Language': 'de' })).title,
      'Nothing here that you may see',
    )
  })

  it('keep nothing in caches, say nothing of the software, and set the headers of a careful server', async () => {
    for (const path of [MAILBOX, '/nowhere', '/.well-known/jwks.json']) {
      const { headers } = await get(path)
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['x-powered-by'], undefined)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.match(String(headers['content-security-policy']), /default-src 'none'/)
    }
  })

  it('give each request an id of their own, and a good traceparent back', async () => {
    const first = await get(MAILBOX, { 'Request-Id': 'mine', traceparent: TRACE })
    const second = await get(MAILBOX, { traceparent: `${TRACE}<script>` })
    assert.match(String(first.headers['request-id']), /^[0-9a-f-]{36}$/)
    assert.notEqual(first.headers['request-id'], second.headers['request-id'])
    assert.equal(first.headers['traceparent'], TRACE)
    assert.equal(second.headers['traceparent'], undefined)
  })

  for (const { name, path, pointer } of [
    { name: 'an unknown parameter', path: `${MAILBOX}?secret-name=1`, pointer: '/query' },
    { name: 'a parameter twice', path: `${MAILBOX}?limit=1&limit=2`, pointer: '/query/limit' },
    { name: 'a limit of nothing', path: `${MAILBOX}?limit=0`, pointer: '/query/limit' },
    { name: 'a limit beyond the most', path: `${MAILBOX}?limit=201`, pointer: '/query/limit' },
    {
      name: 'a parameter where none is taken',
      path: '/v1/submissions/00000000-0000-4000-8000-000000000000?a=1',
      pointer: '/query',
    },
  ])
    it(`refuse ${name} and do not repeat it`, async () => {
      const refused = await get(path)
      const problem = refusal(400, refused)
      assert.equal(problem.code, 'request-malformed')
      assert.equal(problem.errors?.[0]?.pointer, pointer)
      assert.doesNotMatch(JSON.stringify({ ...problem, instance: undefined }), /secret-name|201/)
    })

  it('know no HEAD, OPTIONS or PATCH, and name what they know', async () => {
    for (const method of ['options', 'patch', 'delete'] as const) {
      const refused = await gateway.request(SENDER, method, '/v1/choices/default')
      assert.equal(refusal(405, refused).code, 'method-not-allowed')
      assert.equal(refused.headers['allow'], 'GET, PUT')
    }
    expectStatus(405, await gateway.request(SENDER, 'head', MAILBOX))
  })

  it('take a path as it is written, and one that is no text as one that is not there', async () => {
    for (const path of [`${MAILBOX}/`, '/V1/deliveries', '/v1/deliveries/%ff', '/v1//deliveries', '/v1/choices/%00'])
      assert.equal(refusal(404, await get(path)).code, 'not-found', path)
  })

  it('take a body only where one is asked for, and only of its type', async () => {
    const withBody = await gateway.request(SENDER, 'get', MAILBOX).send('{}')
    assert.equal(refusal(400, withBody).errors?.[0]?.pointer, '/body')
    const message = await gateway.envelope(SENDER, gateway.message(SENDER, aReferral()))
    for (const type of ['application/json', 'text/plain', 'application/jose; charset=latin1'])
      assert.equal(
        refusal(
          415,
          await gateway
            .request(SENDER, 'post', '/v1/submissions')
            .set({ 'Content-Type': type, 'Idempotency-Key': randomUUID() })
            .send(message),
        ).code,
        'media-type-unsupported',
      )
  })

  it('H131 ask a member that floods the door to wait, and let the alerts of the others pass', async () => {
    await using narrow = await bootGateway({ requestsPerMinute: 3 })
    const ask = (): Promise<Response> => Promise.resolve(narrow.request('court-paris', 'get', MAILBOX))
    const first = expectStatus(200, await ask())
    assert.match(String(first.headers['ratelimit-policy']), /q=3; w=60/)
    assert.match(String(first.headers['ratelimit']), /r=2; t=\d+/)
    for (const _ of [2, 3]) expectStatus(200, await ask())
    const refused = await ask()
    assert.equal(refusal(429, refused).code, 'too-many-requests')
    assert.ok(Number(refused.headers['retry-after']) <= 60)
    assert.ok(narrow.log.some(({ fields }) => fields['code'] === 'too-many-requests'))
    const items = [anItemText({ section: 'incidents', term: 'incident-type', value: 'violence', nature: 'fact' })]
    const alert = { ...aHandover({ items }), kind: 'IncidentAlert', severity: 'serious', finding: 'alleged' }
    expectStatus(202, await narrow.send('prison-paris', alert))
  })

  it('believe a mandate only by a fresh word of its own', async () => {
    const ask = (headers: Readonly<Record<string, string>>, mandate = SOCIAL_WORKER): Promise<Response> =>
      gateway.ask({ organisation: 'pairs-paris' }, 'get', MAILBOX, { headers, query: { mandate } })
    const word = await gateway.authorization(SOCIAL_WORKER)
    assert.equal(refusal(401, await ask({})).errors?.[0]?.code, 'assertion-missing')
    expectStatus(200, await ask({ Authorization: word }))
    assert.equal(refusal(401, await ask({ Authorization: word })).errors?.[0]?.code, 'used-before')
    const others = await gateway.authorization('pairs-psychologist')
    assert.equal(refusal(401, await ask({ Authorization: others })).code, 'mandate-unproven')
    const late = await gateway.authorization(SOCIAL_WORKER)
    gateway.advance(10 * 60 * 1000)
    assert.equal(refusal(401, await ask({ Authorization: late })).errors?.[0]?.code, 'expired')
  })

  it('publish the keys of the gateway, and no private half', async () => {
    const { text } = expectStatus(200, await get('/.well-known/jwks.json'))
    const [sign, seal, present] = gateway.broker.keyRing.publicKeys()
    assert.deepEqual(JSON.parse(text), {
      keys: [
        { ...sign?.jwk, kid: sign?.kid, use: 'sig', alg: 'ES256' },
        { ...seal?.jwk, kid: seal?.kid, use: 'enc', alg: 'ECDH-ES+A256KW' },
        { ...present?.jwk, kid: present?.kid, use: 'present', alg: 'ES256' },
      ],
    })
    assert.doesNotMatch(text, /"d"/)
  })

  it('log one line for each request, of ids, codes and numbers', async () => {
    const before = gateway.log.length
    await get('/v1/choices/DEMO-D-SECRET')
    await get(`${MAILBOX}?limit=DEMO-D-SECRET`)
    const lines = gateway.log.slice(before)
    assert.deepEqual(
      lines.map(({ level, event, fields }) => [
        level,
        event,
        fields['operation'],
        fields['participant'],
        fields['code'],
      ]),
      [
        ['info', 'request', 'readChoice', SENDER, undefined],
        ['warn', 'request refused', 'listDeliveries', SENDER, 'request-malformed'],
      ],
    )
    assert.doesNotMatch(JSON.stringify(lines), /SECRET/)
  })
})

describe('the agency door in bad times', () => {
  it('shuts for a certificate revoked while its connection lives', async () => {
    await using gateway = await bootGateway()
    using connection = keepConnection(gateway, SENDER)
    const request = { method: 'GET', path: MAILBOX }
    assert.equal((await connection.send(request)).status, 200)
    gateway.revoke(SENDER)
    const refused = await connection.send(request)
    assert.equal(refused.status, 403)
    assert.ok(refused.text.includes('"certificate-revoked"'))
  })

  it('shuts for a certificate revoked while its TLS session could be resumed', async () => {
    await using gateway = await bootGateway()
    const { session } = await resume(gateway, SENDER)
    const resumed = await resume(gateway, SENDER, session)
    gateway.revoke(SENDER)
    const refused = await resume(gateway, SENDER, session)
    assert.deepEqual([resumed.isReused, resumed.status, refused.isReused, refused.status], [true, 200, true, 403])
  })

  it('shuts for a member suspended, gone from the register, or past its competence', async () => {
    await using gateway = await bootGateway()
    const ask = async (): Promise<string> => refusal(403, await gateway.request(SENDER, 'get', MAILBOX)).code
    const { registry } = gateway.network
    const others = registry.participants.filter(({ id }) => id !== SENDER)
    gateway.changeRegistry(() => ({ ...registry, participants: others }))
    assert.equal(await ask(), 'certificate-unknown')
    const suspended = registry.participants.map((entry) => ({ ...entry, suspendedAt: gateway.now() }))
    gateway.changeRegistry(() => ({ ...registry, participants: suspended }))
    assert.equal(await ask(), 'participant-suspended')
    const ended = registry.participants.map((entry) => ({ ...entry, until: gateway.now() }))
    gateway.changeRegistry(() => ({ ...registry, participants: ended }))
    assert.equal(await ask(), 'competence-expired')
  })

  it('answers 503 without its store, and takes nothing', async () => {
    await using gateway = await bootGateway({ worker: 'paused' })
    const bytes = await gateway.envelope(SENDER, gateway.message(SENDER, aReferral()))
    await gateway.deps.store[Symbol.asyncDispose]()
    const refused = await gateway.post(SENDER, bytes)
    assert.equal(refusal(503, refused).code, 'store-unavailable')
    assert.equal(refused.headers['retry-after'], '10')
    assert.ok(gateway.log.some(({ level, fields }) => level === 'alarm' && fields['code'] === 'store-unavailable'))
  })

  it('answers 500 to a mistake of ours, and tells nobody what it was', async () => {
    await using gateway = await bootGateway()
    gateway.changeRegistry((registry) => ({
      ...registry,
      get participants(): never {
        throw new Error('a secret of the house')
      },
    }))
    const refused = await gateway.request(SENDER, 'get', MAILBOX)
    assert.equal(refusal(500, refused).code, 'internal-fault')
    assert.doesNotMatch(`${refused.text}${JSON.stringify(gateway.log)}`, /secret/)
    const alarm = gateway.log.find(({ event }) => event === 'an operation ended in an error')
    assert.deepEqual({ ...alarm?.fields, at: '' }, { operation: 'listDeliveries', error: 'Error', at: '' })
    assert.match(String(alarm?.fields['at']), /^gateway\/http\/conventions\.test\.ts:\d+$/)
  })

  it('takes no submission without a policy', async () => {
    await using gateway = await bootGateway()
    await gateway.putPolicy(undefined)
    assert.equal(refusal(503, await gateway.send(SENDER, aReferral())).code, 'policy-unavailable')
  })
})

describe('the inside door', () => {
  it('says that it lives, whether it can work, and how it has been', async () => {
    await using gateway = await bootGateway({ worker: 'paused' })
    const app = createInsideApp({ ...gateway.deps, metricsText: async () => 'passerelle_jobs_total 1\n' })
    expectStatus(200, await supertest(app).get('/livez'))
    expectStatus(200, await supertest(app).get('/readyz'))
    const metrics = expectStatus(200, await supertest(app).get('/metrics'))
    assert.equal(metrics.text, 'passerelle_jobs_total 1\n')
    await gateway.putPolicy(undefined)
    assert.equal(refusal(503, await supertest(app).get('/readyz')).code, 'policy-unavailable')
    await gateway.deps.store[Symbol.asyncDispose]()
    assert.equal(refusal(503, await supertest(app).get('/readyz')).code, 'store-unavailable')
    expectStatus(200, await supertest(app).get('/livez'))
    assert.equal(refusal(404, await supertest(app).get(MAILBOX)).code, 'not-found')
  })
})
