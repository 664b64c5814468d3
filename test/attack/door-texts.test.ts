/** Strange texts wherever the agency door takes one: refused as a problem, no fault of the gateway, and never repeated to the sender. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import { problemSchema } from '#gateway/http/agency/schemas.ts'
import { fixturesDir, fixtureJson, needsFixtures } from '#test/support/fixtures.ts'
import { bootGateway, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReferral } from '#test/support/messages.ts'
import { keepConnection } from '#test/support/raw-door.ts'
import type { Connection, RawAnswer, Sent } from '#test/support/raw-door.ts'

const SENDER = 'probation-paris'

const submit = (body: string | Uint8Array): Sent => ({
  method: 'POST',
  path: '/v1/submissions',
  headers: { 'Content-Type': 'application/jose', 'Idempotency-Key': randomUUID() },
  body,
})
const putChoice = (body: string | Uint8Array): Sent => ({
  method: 'PUT',
  path: '/v1/choices/DEMO-C-01',
  headers: { 'Content-Type': 'application/json', 'If-Match': '"0"' },
  body,
})
const get = (path: string): Sent => ({ method: 'GET', path })

/** Words that the gateway says by itself. */
const USUAL = ['undefined', 'constructor']

const payloads = (file: string): readonly string[] =>
  z
    .object({ payloads: z.array(z.looseObject({ payload: z.unknown() })) })
    .parse(fixtureJson(`payloads/${file}`))
    .payloads.map(({ payload }) => (typeof payload === 'string' ? payload : JSON.stringify(payload)))

/** Refused as a problem, not our fault, and no text of more than a few signs comes back. */
const isRefused = (answer: RawAnswer, text: string): void => {
  const problem = problemSchema.parse(JSON.parse(answer.text))
  assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} for ${JSON.stringify(text)}`)
  const ownWords = JSON.stringify({ ...problem, instance: '' })
  if (text.trim().length > 8 && !USUAL.includes(text)) assert.ok(!ownWords.includes(text), ownWords)
}

describe('the agency door, given strange texts', () => {
  let gateway: TestGateway
  let connection: Connection
  before(async () => {
    gateway = await bootGateway()
    connection = keepConnection(gateway, SENDER)
  })
  after(async () => {
    connection[Symbol.dispose]()
    await gateway.stop()
  })
  needsFixtures()

  it('every n_ file of the JSON test suite is refused as a message and as a choice', async () => {
    const folder = join(fixturesDir(), 'json-test-suite/test_parsing')
    const files = readdirSync(folder).filter((name) => name.startsWith('n_'))
    assert.ok(files.length > 90, `${files.length} files`)
    for (const name of files) {
      const bytes = readFileSync(join(folder, name))
      isRefused(await connection.send(submit(bytes)), bytes.toString())
      isRefused(await connection.send(putChoice(bytes)), bytes.toString())
    }
  })

  it('every naughty string is refused as a message, a depth, a cursor, an id and a case', async () => {
    const strings = z.array(z.string()).parse(fixtureJson('naughty-strings/strings.json'))
    assert.ok(strings.length > 200, `${strings.length} strings`)
    for (const text of strings) {
      const encoded = encodeURIComponent(text.toWellFormed())
      const requests = [
        submit(text),
        putChoice(JSON.stringify({ depth: text })),
        get(`/v1/deliveries?cursor=${encoded}`),
        get(`/v1/deliveries/${encoded}a`),
        get(`/v1/deliveries?mandate=${encoded}`),
      ]
      for (const answer of await Promise.all(requests.map(connection.send))) isRefused(answer, text)
    }
  })

  it('every JWT attack is refused as a message and as the word of a mandate', async () => {
    const attacks = payloads('jwt-attack.json')
    using pairs = keepConnection(gateway, 'pairs-paris')
    assert.ok(attacks.length > 0)
    for (const attack of attacks) {
      isRefused(await connection.send(submit(attack)), attack)
      const headers = { Authorization: `Bearer ${attack.replaceAll(/[^\x20-\x7e]/g, '')}` }
      const asked = await pairs.send({ method: 'GET', path: '/v1/deliveries?mandate=pairs-social-worker', headers })
      assert.equal(asked.status, 401)
      isRefused(asked, attack)
    }
  })

  it('every prototype pollution is refused, also inside a signed message, and pollutes nothing', async () => {
    const before = Object.getOwnPropertyNames(Object.prototype).length
    for (const attack of payloads('prototype-pollution.json')) {
      isRefused(await connection.send(putChoice(attack)), attack)
      isRefused(await connection.send(submit(attack)), attack)
    }
    const poisoned = await gateway.send(SENDER, { ...aReferral(), ['constructor']: { prototype: { evil: true } } })
    assert.equal(refusal(400, poisoned).code, 'json-refused')
    assert.equal(Object.getOwnPropertyNames(Object.prototype).length, before)
  })

  it('none of it was a fault of the gateway', () => {
    assert.deepEqual(
      gateway.log.filter(({ level }) => level === 'alarm'),
      [],
    )
  })
})
