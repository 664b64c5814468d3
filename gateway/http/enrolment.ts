/** The door for those who have no certificate yet: a code and a key come in, and once an officer has confirmed, a certificate goes out. */
import express from 'express'
import type { Express, Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { enrol, readAuthorities, readEnrolment } from '#gateway/rooms/admit.ts'
import { certificatesAnswer } from './agency/est.ts'
import { jsonAnswer } from './agency/operation.ts'
import type { Answer } from './agency/operation.ts'
import { guards, occurrenceOf } from './shell/guards.ts'
import { sendProblem } from './shell/problem-response.ts'
import { checkMediaType, readBody } from './shell/read-body.ts'
import { thrownAt } from './shell/thrown-at.ts'

const MAX_BYTES = 16 * 1024
const RETRY_AFTER_SECONDS = '30'

export type EnrolmentDeps = Pick<Deps, 'issuer' | 'clock' | 'registry' | 'newId' | 'log'>

/** What a new member sends: who it says it is, the code it was given, and a PKCS#10 for its key (PEM or base64). */
const askedSchema = z.strictObject({
  organisation: z.string().max(64),
  code: z.string().max(64),
  request: z.string().max(12 * 1024),
})

/** It listens behind `serverLimits` and `limitServer`, with no client certificate asked for. It knows nothing of cases. */
export function createEnrolmentApp(deps: EnrolmentDeps): Express {
  const app = express()
  app.set('etag', false).set('query parser', false).set('x-powered-by', false)
  app.set('case sensitive routing', true).set('strict routing', true)
  app.use(...guards(deps.newId))
  app.post('/v1/enrolments', serve(deps, 'enrol', begin))
  app.get('/v1/enrolments/:id', serve(deps, 'readEnrolment', look))
  app.get('/.well-known/est/cacerts', serve(deps, 'readAuthorities', authorities))
  app.use((request, response) => {
    sendProblem(response, { code: 'not-found' }, occurrenceOf(request))
  })
  return app
}

type Step = (deps: EnrolmentDeps, request: Request) => Promise<Result<Answer>>

/** Never throws, and logs no more than the kind of request and what became of it. */
const serve =
  (deps: EnrolmentDeps, operation: string, step: Step): RequestHandler =>
  async (request, response) => {
    const result = await step(deps, request).catch((thrown: unknown) => {
      deps.log.alarm('an operation ended in an error', { operation, ...thrownAt(thrown) })
      return fail('internal-fault')
    })
    answer(response, result, request)
    const fields = { requestId: occurrenceOf(request).requestId, operation, status: response.statusCode }
    if (result.ok) deps.log.info('request', fields)
    else deps.log.warn('request refused', { ...fields, code: result.problem.code })
  }

function answer(response: Response, result: Result<Answer>, request: Request): void {
  if (!result.ok) {
    sendProblem(response, result.problem, occurrenceOf(request))
    return
  }
  const { status, mediaType, body, headers = {} } = result.value
  response.status(status).setHeaders(new Map(Object.entries({ ...headers, 'Content-Type': mediaType })))
  response.end(body)
}

const begin: Step = async (deps, request) => {
  const typed = checkMediaType(request, 'application/json')
  if (!typed.ok) return typed
  const bytes = await readBody(request, MAX_BYTES)
  if (!bytes.ok) return bytes
  const json = readStrictJson(bytes.value, { maxDepth: 2, maxKeys: 8 })
  const asked = askedSchema.safeParse(json.ok ? json.value : undefined)
  if (!asked.success) return fail('request-malformed', [{ pointer: '/body', code: 'not-an-enrolment' }])
  const enrolled = await enrol(deps, asked.data)
  if (!enrolled.ok) return enrolled
  const { id, fingerprint } = enrolled.value
  const headers = { Location: `/v1/enrolments/${id}`, 'Retry-After': RETRY_AFTER_SECONDS }
  return ok(jsonAnswer(202, { id, fingerprint, status: 'waiting' }, headers))
}

const look: Step = async (deps, { params: { id } }) => {
  if (typeof id !== 'string' || !UUID_PATTERN.test(id)) return fail('not-found')
  const state = readEnrolment(deps, id)
  if (!state.ok) return state
  if (state.value.kind === 'waiting')
    return ok(jsonAnswer(202, { id, status: 'waiting' }, { 'Retry-After': RETRY_AFTER_SECONDS }))
  return ok(jsonAnswer(200, { id, status: 'issued', certificates: state.value.chainPem }))
}

const authorities: Step = async (deps) => {
  const read = readAuthorities(deps)
  return read.ok ? ok(certificatesAnswer(read.value)) : read
}
