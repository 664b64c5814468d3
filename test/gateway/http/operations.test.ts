/** Routes, OpenAPI document, schemas, examples and problems of the agency door are one and the same thing. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import { PROBLEMS } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { createAgencyApp } from '#gateway/http/app.ts'
import { describeOperations, problemsOf } from '#gateway/http/agency/openapi.ts'
import { OPERATIONS } from '#gateway/http/agency/operations.ts'
import { textOf } from '#gateway/http/shell/problem-texts.ts'
import { bootGateway, expectStatus } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'

/** Problems that only the worker, the reader of a parcel, or the door of enrolment ever meets. */
const NOT_AT_THE_DOOR: readonly ProblemCode[] = [
  'request-from-elsewhere',
  'issuer-unavailable',
  'sign-in-refused',
  'account-closed',
  'proof-refused',
  'gateway-stopping',
  'recipient-key-missing',
  'second-signature-missing',
  'second-signature-invalid',
  'recipient-hybrid-key-missing',
  'presentation-refused',
  'enrolment-refused',
  'revocation-list-expired',
  'gateway-certificate-expired',
  'receipt-missing',
  'receipt-malformed',
  'checkpoint-unsigned',
  'checkpoint-unwitnessed',
  'receipt-of-another',
  'evidence-mismatch',
  'delivery-contradicted',
  'log-forked',
  'timestamp-overdue',
  'timestamp-invalid',
  'trust-list-malformed',
  'trust-list-foreign',
  'trust-list-unsigned',
  'trust-list-signer-repeated',
  'trust-list-rolled-back',
  'trust-list-forked',
  'trust-list-early',
  'trust-list-officers-lost',
  'trust-list-witnesses-lost',
  'trust-list-kid-repeated',
  'trust-list-kid-wrong',
  'trust-list-disagrees',
]

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
const documentSchema = z.looseObject({
  openapi: z.literal('3.1.1'),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string(), responses: z.unknown() }))),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
})

/** Every value of that member name, wherever it stands. */
function valuesOf(value: unknown, member: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value)
  return entries.flatMap(([name, inner]) => [...(name === member ? [inner] : []), ...valuesOf(inner, member)])
}

describe('the operations of the agency door', () => {
  let gateway: TestGateway
  let document: z.output<typeof documentSchema>
  before(async () => {
    gateway = await bootGateway()
    const served = expectStatus(200, await gateway.request('city-paris', 'get', '/openapi.json'))
    document = documentSchema.parse(served.body)
  })
  after(() => gateway.stop())

  it('are routes of the app, each of them, and the app has no others', () => {
    const { stack } = createAgencyApp(gateway.deps).router
    const routes = stack.flatMap(({ route }) => (route === undefined ? [] : [route.path.replaceAll(/:(\w+)/g, '{$1}')]))
    assert.deepEqual(routes, Object.keys(document.paths))
  })

  it('are what the document says, method for method', async () => {
    for (const [path, item] of Object.entries(document.paths)) {
      const documented = Object.keys(item)
        .filter((name) => METHODS.includes(name))
        .map((name) => name.toUpperCase())
      const refused = expectStatus(405, await gateway.request('city-paris', 'delete', path))
      assert.equal(refused.headers['allow'], documented.join(', '), path)
    }
  })

  it('make the very document that is served', () => {
    assert.deepEqual(document, JSON.parse(JSON.stringify(describeOperations(OPERATIONS))))
    const ids = OPERATIONS.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
  })

  for (const { id, body, answer } of OPERATIONS) {
    it(`${id}: the example of its answer fits the schema`, () => {
      answer.schema.parse(answer.example)
    })
    if (body !== undefined)
      it(`${id}: the example of its body fits the schema that reads it`, () => {
        body.schema.parse(body.example)
      })
  }

  it('name problems that exist, under the status that they have', () => {
    for (const item of Object.values(document.paths))
      for (const { responses } of Object.values(item))
        for (const [status, response] of Object.entries(z.record(z.string(), z.unknown()).parse(responses)))
          for (const codes of valuesOf(response, 'x-problem-codes'))
            for (const code of z.array(z.string()).parse(codes)) {
              assert.ok(code in PROBLEMS, code)
              assert.equal(String(Object.entries(PROBLEMS).find(([name]) => name === code)?.[1].status), status, code)
            }
  })

  it('name every problem that there is, but those no caller can meet', () => {
    const named = new Set(OPERATIONS.flatMap(problemsOf))
    const all = Object.keys(PROBLEMS).filter((code) => !NOT_AT_THE_DOOR.some((other) => other === code))
    assert.deepEqual(
      all.filter((code) => ![...named].some((other) => other === code)),
      [],
    )
  })

  it('refer only to schemas that the document holds', () => {
    const references = valuesOf(document, '$ref')
    assert.ok(references.length > 20)
    const held = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
    assert.deepEqual(
      references.filter((reference) => !held.some((name) => name === reference)),
      [],
    )
  })

  it('may be sent whole: no member that is asked for is marked as never to be sent', () => {
    assert.deepEqual(valuesOf(document, 'readOnly'), [])
  })

  it('tell each problem in English and French, and never the same in both', () => {
    for (const code of Object.keys(PROBLEMS) as readonly ProblemCode[]) {
      const [en, fr] = [textOf(code, 'en'), textOf(code, 'fr')]
      assert.equal(en.title, PROBLEMS[code].title)
      assert.notEqual(fr.title, en.title)
      assert.notEqual(fr.detail, en.detail)
    }
  })
})
