/** Hostile requests at the real agency door: slow, large, ambiguous and costly ones, each refused as a problem. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { after, before, describe, it } from 'mocha'
import type { Response } from 'supertest'
import { z } from 'zod'
import { problemSchema } from '#gateway/http/agency/schemas.ts'
import { base64url } from '#test/support/envelopes.ts'
import { bootGateway, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReferral } from '#test/support/messages.ts'
import { exchange, keepConnection } from '#test/support/raw-door.ts'
import type { Connection, RawAnswer, Sent } from '#test/support/raw-door.ts'

const SENDER = 'probation-paris'
const JOSE = 'application/jose'
const MAX_BODY_BYTES = 128 * 1024
const HOST = 'Host: localhost'

const problemIn = ({ text }: RawAnswer): z.output<typeof problemSchema> =>
  problemSchema.parse(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)))

/** A body too large may be refused while it is still being sent: then the connection ends instead. */
const statusOf = async (asked: Promise<Response>): Promise<number> => (await asked).status

describe('the agency door, asked badly', () => {
  let gateway: TestGateway
  let connection: Connection
  before(async () => {
    gateway = await bootGateway({ times: { headersMs: 400, bodyMs: 400 }, limits: { maxBodyBytes: MAX_BODY_BYTES } })
    connection = keepConnection(gateway, SENDER)
  })
  after(async () => {
    connection[Symbol.dispose]()
    await gateway.stop()
  })

  const submit = (body: string | Uint8Array, headers: NodeJS.Dict<string> = {}): Sent => ({
    method: 'POST',
    path: '/v1/submissions',
    headers: { 'Content-Type': JOSE, 'Idempotency-Key': randomUUID(), ...headers },
    body,
  })
  const putChoice = (body: string | Uint8Array): Sent => ({
    method: 'PUT',
    path: '/v1/choices/DEMO-C-01',
    headers: { 'Content-Type': 'application/json', 'If-Match': '"0"' },
    body,
  })

  describe('times', () => {
    it('H120 ends slow headers with 408', async () => {
      const answer = await exchange(gateway, (socket) =>
        socket.write(`GET /v1/deliveries HTTP/1.1\r\n${HOST}\r\nX-Slow: `),
      )
      assert.equal(answer.status, 408)
      assert.equal(problemIn(answer).code, 'request-timeout')
    })

    it('H120 ends a slow body with 408', async () => {
      const lines = ['POST /v1/submissions HTTP/1.1', HOST, `Content-Type: ${JOSE}`, `Idempotency-Key: ${randomUUID()}`]
      const head = [...lines, 'Content-Length: 1000', '', ''].join('\r\n')
      const answer = await exchange(gateway, (socket) => socket.write(`${head}eyJ`))
      assert.equal(answer.status, 408)
      assert.equal(problemIn(answer).code, 'request-timeout')
      assert.ok(answer.text.includes('Retry-After'))
    })
  })

  describe('sizes', () => {
    it('H121 refuses a gzip body with 415, unopened', async () => {
      const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024))
      const answer = await connection.send(submit(bomb.subarray(0, 1024), { 'Content-Encoding': 'gzip' }))
      assert.equal(answer.status, 415)
      assert.equal(problemIn({ ...answer, text: `\r\n\r\n${answer.text}` }).code, 'media-type-unsupported')
    })

    it('H121 refuses a JWE that says it is compressed', async () => {
      const jwe = await gateway.envelope(SENDER, gateway.message(SENDER, aReferral()))
      const [header = '', ...parts] = jwe.split('.')
      const zipped = { ...z.looseObject({}).parse(JSON.parse(Buffer.from(header, 'base64url').toString())), zip: 'DEF' }
      const answer = await gateway.post(SENDER, [base64url(JSON.stringify(zipped)), ...parts].join('.'))
      assert.equal(refusal(400, answer).code, 'header-refused')
    })

    it('H122 takes a body of the limit and refuses one byte more with 413', async () => {
      const within = await connection.send(submit(Buffer.alloc(MAX_BODY_BYTES, 'a')))
      const beyond = await connection.send(submit(Buffer.alloc(MAX_BODY_BYTES + 1, 'a')))
      assert.equal(within.status, 400)
      assert.equal(beyond.status, 413)
      assert.ok(beyond.text.includes('"message-too-large"'))
    })

    it('H122 refuses a body that grows beyond the limit in chunks', async () => {
      const chunks = submit(Buffer.alloc(MAX_BODY_BYTES + 1, 'a'), { 'Transfer-Encoding': 'chunked' })
      assert.equal((await connection.send(chunks)).status, 413)
    })

    it('H122 answers a length of a gigabyte before it comes', async () => {
      const lines = ['POST /v1/submissions HTTP/1.1', HOST, `Content-Type: ${JOSE}`, `Idempotency-Key: ${randomUUID()}`]
      const answer = await exchange(gateway, (socket) =>
        socket.write([...lines, 'Content-Length: 1073741824', 'Connection: close', '', ''].join('\r\n')),
      )
      assert.equal(answer.status, 413)
    })

    for (const { name, headers } of [
      { name: 'one header of 16 kB', headers: [`X-Long: ${'a'.repeat(16 * 1024)}`] },
      { name: '10,000 headers', headers: Array.from({ length: 10_000 }, (_, index) => `X-${index}: a`) },
      { name: '100 short headers', headers: Array.from({ length: 100 }, (_, index) => `X-${index}: a`) },
    ])
      it(`H122 refuses ${name} with 431`, async () => {
        const head = ['GET /v1/deliveries HTTP/1.1', HOST, 'Connection: close', ...headers, '', ''].join('\r\n')
        const answer = await exchange(gateway, (socket) => socket.write(head))
        assert.equal(answer.status, 431)
        assert.equal(problemIn(answer).code, 'header-too-large')
      })

    it('H123 refuses nesting of 30,000 with 400', async () => {
      const nested = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
      const answer = await connection.send(putChoice(nested))
      assert.equal(answer.status, 400)
      assert.ok(answer.text.includes('"json-refused"'))
    })
  })

  describe('requests that two readers could take for different ones', () => {
    const POST = ['POST /v1/submissions HTTP/1.1', HOST, `Content-Type: ${JOSE}`, `Idempotency-Key: ${randomUUID()}`]
    for (const { name, lines, separator = '\r\n' } of [
      {
        name: 'Content-Length with Transfer-Encoding',
        lines: [...POST, 'Content-Length: 3', 'Transfer-Encoding: chunked', '', '0', '', ''],
      },
      {
        name: 'Transfer-Encoding with Content-Length',
        lines: [...POST, 'Transfer-Encoding: chunked', 'Content-Length: 3', '', '0', '', ''],
      },
      { name: 'two lengths', lines: [...POST, 'Content-Length: 3', 'Content-Length: 4', '', 'abcd'] },
      { name: 'two equal lengths', lines: [...POST, 'Content-Length: 3', 'Content-Length: 3', '', 'abc'] },
      { name: 'a list of lengths', lines: [...POST, 'Content-Length: 3, 4', '', 'abcd'] },
      { name: 'bare line feeds', lines: [...POST, 'Content-Length: 3', '', 'abc'], separator: '\n' },
      { name: 'chunked twice', lines: [...POST, 'Transfer-Encoding: chunked, identity', '', '0', '', ''] },
      { name: 'a space before a colon', lines: [...POST, 'Content-Length : 3', '', 'abc'] },
      { name: 'a folded header', lines: [...POST, 'X-Folded: a', ' b', '', ''] },
      { name: 'a NUL in a header', lines: [...POST, 'X-Nul: a\0b', '', ''] },
      { name: 'no Host', lines: ['GET /v1/deliveries HTTP/1.1', 'Connection: close', '', ''] },
      {
        name: 'two Hosts',
        lines: ['GET /v1/deliveries HTTP/1.1', HOST, 'Host: elsewhere', 'Connection: close', '', ''],
      },
      {
        name: 'two Authorizations',
        lines: [
          'GET /v1/deliveries HTTP/1.1',
          HOST,
          'Authorization: Bearer a',
          'Authorization: Bearer b',
          'Connection: close',
          '',
          '',
        ],
      },
      {
        name: 'an expectation nobody knows',
        lines: ['GET /v1/deliveries HTTP/1.1', HOST, 'Expect: wonders', 'Connection: close', '', ''],
      },
      { name: 'no HTTP', lines: ['\u0016\u0003\u0001 hello', '', ''] },
    ])
      it(`H124 refuses ${name} with 400`, async () => {
        const answer = await exchange(gateway, (socket) => socket.write(lines.join(separator)))
        assert.equal(answer.status, 400, answer.text)
        assert.equal(problemIn(answer).code, 'request-malformed')
      })
  })

  for (const target of [
    '*',
    '//',
    '//[',
    'http://[/v1/deliveries',
    'https://elsewhere/v1/x',
    '/v1/deliveries?%',
    '/..%2f..%2fetc/passwd',
    '/v1/deliveries/../../x',
    '/%',
    '/v1/deliveries/%c0%ae',
  ])
    it(`H124 finds no fault of its own in the target ${target}`, async () => {
      const head = [`GET ${target} HTTP/1.1`, HOST, 'Connection: close', '', ''].join('\r\n')
      const answer = await exchange(gateway, (socket) => socket.write(head))
      assert.ok(answer.status >= 400 && answer.status < 500, answer.text)
    })

  describe('keys that cost', () => {
    const jweOf = (header: object): string =>
      [base64url(JSON.stringify(header)), 'AAAA', 'AAAA', 'AAAA', 'AAAA'].join('.')
    const shaped = (header: object): string =>
      [base64url(JSON.stringify(header)), 'A'.repeat(54), 'A'.repeat(16), 'AAAA', 'A'.repeat(22)].join('.')
    const costly = {
      'PBES2 with 10^9 rounds': shaped({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 1e9, p2s: 'AAAA' }),
      'a key of RSA-16384': shaped({
        alg: 'RSA-OAEP-256',
        enc: 'A256GCM',
        jwk: { kty: 'RSA', n: 'A'.repeat(600), e: 'AQAB' },
      }),
      'parts of other lengths': jweOf({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' }),
    }
    for (const [name, jwe] of Object.entries(costly))
      it(`H129 refuses ${name} at once`, async () => {
        const startedAt = performance.now()
        const answer = await gateway.post(SENDER, jwe)
        assert.match(refusal(400, answer).code, /^(header-refused|envelope-malformed)$/)
        assert.ok(performance.now() - startedAt < 1000)
      })

    it('H129 refuses a JWE in JSON form, however many recipients it names', async () => {
      const recipients = Array.from({ length: 4_000 }, () => ({ encrypted_key: 'AAAA' }))
      const answer = await gateway.post(SENDER, JSON.stringify({ protected: 'e30', recipients, ciphertext: 'AAAA' }))
      assert.equal(refusal(400, answer).code, 'envelope-malformed')
    })

    it('H129 refuses 100,000 recipients by their size alone', async () => {
      const recipients = Array.from({ length: 100_000 }, () => ({ encrypted_key: 'AAAA' }))
      const bytes = JSON.stringify({ protected: 'e30', recipients, ciphertext: 'AAAA' })
      // The door may close while this is still on its way.
      const status = await statusOf(gateway.post(SENDER, bytes)).catch(() => 413)
      assert.equal(status, 413)
    })
  })
})
