/** One request through the agency door: who asks, what for, within which limits, then the room behind it, and one line of log. */
import type { Request, RequestHandler, Response } from 'express'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import { placesOf } from '#gateway/core/places.ts'
import { PROBLEMS, fail, ok } from '#gateway/core/problem.ts'
import type { Problem, ProblemPlace, Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import { identifyJoining } from '#gateway/rooms/identify.ts'
import { codeOfThrown } from '#gateway/rooms/readiness.ts'
import { traced } from '#gateway/rooms/traced.ts'
import { occurrenceOf } from '#gateway/http/shell/guards.ts'
import { sendProblem } from '#gateway/http/shell/problem-response.ts'
import { readQuery } from '#gateway/http/shell/query.ts'
import { thrownAt } from '#gateway/http/shell/thrown-at.ts'
import { checkMediaType, hasBody, readBody } from '#gateway/http/shell/read-body.ts'
import { callerOf } from './caller.ts'
import type { Answer, BodyText, DoorDeps, ErasedRequest, Operation } from './operation.ts'
import { readPreconditions } from './preconditions.ts'
import { peerOf, readerOf } from './reader.ts'
import { mandateQuery } from './schemas.ts'
import { unlessHeld } from './unchanged.ts'

const MAX_JSON_BYTES = 64 * 1024
const JSON_LIMITS = { maxDepth: 8, maxKeys: 500 }

/** What became of a request, for the log. */
interface Served {
  readonly result: Result<Answer>
  readonly participant?: string
}

/** Serves one operation; never throws, and what it does not expect becomes a problem without detail. */
export const serveOperation =
  (deps: DoorDeps, operation: Operation): RequestHandler =>
  async (request, response): Promise<void> => {
    const startedAt = performance.now()
    const served = await traced(deps, 'operation', { operation: operation.id }, () =>
      serve(deps, operation, request),
    ).catch((thrown: unknown) => ({ thrown }))
    // Whoever goes away in the middle of a body gets no answer, and is no fault of ours.
    if ('thrown' in served && request.destroyed && !request.complete) return
    const outcome = 'thrown' in served ? await faultOf(deps, operation, served.thrown) : served
    if (outcome.result.ok) sendAnswer(response, outcome.result.value)
    else sendProblem(response, outcome.result.problem, occurrenceOf(request))
    logRequest(deps, operation, request, { ...outcome, status: response.statusCode, startedAt })
  }

/** Something was thrown: the store's fault where it does not answer, else ours. The operator is told where, never what it said. */
async function faultOf(deps: DoorDeps, { id }: Operation, thrown: unknown): Promise<Served> {
  deps.log.alarm('an operation ended in an error', { operation: id, ...thrownAt(thrown) })
  return { result: fail(await codeOfThrown(deps.store, thrown)) }
}

async function serve(deps: DoorDeps, operation: Operation, request: Request): Promise<Served> {
  if (operation.caller === 'anyone') return { result: await answerAnyone(deps, operation, request) }
  const peer = peerOf(request.socket)
  const identified = operation.caller === 'joining' ? identifyJoining(deps, peer) : callerOf(deps, request)
  if (!identified.ok) return { result: identified }
  const participant = identified.value
  const read = await readRequest(deps, operation, request, participant)
  const result = read.ok ? await operation.serve(deps, { ...read.value, peer }) : read
  return { result, participant: participant.id }
}

/** Public operations have parameters only, and nobody as their reader. */
async function answerAnyone(deps: DoorDeps, operation: Operation, request: Request): Promise<Result<Answer>> {
  const parameters = readParameters(operation, request)
  if (!parameters.ok) return parameters
  const result = await operation.serve(deps, {
    ...parameters.value,
    peer: undefined,
    reader: undefined,
    body: undefined,
    bytes: new Uint8Array(),
    idempotencyKey: '',
    preconditions: { expectedRevision: undefined },
  })
  return unlessHeld(result, request.headers['if-none-match'])
}

interface Parameters {
  readonly params: unknown
  readonly query: unknown
}

/** A path that cannot name anything is answered as one that names nothing. */
function readParameters({ params, query, body, method }: Operation, request: Request): Result<Parameters> {
  const path = params.safeParse(request.params)
  if (!path.success) return fail('not-found')
  const asked = readQuery(request.url, query)
  if (!asked.ok) return asked
  if (body === undefined && hasBody(request))
    return fail('request-malformed', [{ pointer: '/body', code: 'not-taken', expected: `${method} without a body` }])
  return ok({ params: path.data, query: asked.value })
}

async function readRequest(
  deps: DoorDeps,
  operation: Operation,
  request: Request,
  participant: Participant,
): Promise<Result<Omit<ErasedRequest, 'peer'>>> {
  const parameters = readParameters(operation, request)
  if (!parameters.ok) return parameters
  const preconditions = readPreconditions(operation.needs === 'precondition' ? request.headers : {})
  if (!preconditions.ok) return preconditions
  const idempotencyKey = readIdempotencyKey(operation, request)
  if (!idempotencyKey.ok) return idempotencyKey
  const { mandate } = mandateQuery.strip().parse(parameters.value.query)
  const reader = await readerOf(deps, participant, { mandate, authorization: request.headers.authorization })
  if (!reader.ok) return reader
  const body = await readOperationBody(deps, operation, request)
  if (!body.ok) return body
  return ok({
    ...parameters.value,
    ...body.value,
    reader: reader.value,
    preconditions: preconditions.value,
    idempotencyKey: idempotencyKey.value,
  })
}

/** A UUID, in quotes (as the draft has it) or without. */
function readIdempotencyKey({ needs }: Operation, { headers }: Request): Result<string> {
  if (needs !== 'idempotency-key') return ok('')
  const given = headers['idempotency-key']
  const key = typeof given === 'string' ? given.toLowerCase().replace(/^"(.*)"$/, '$1') : ''
  return UUID_PATTERN.test(key) ? ok(key) : fail('idempotency-key-missing')
}

interface ReadBody {
  readonly bytes: Uint8Array
  readonly body: unknown
}

async function readOperationBody(deps: DoorDeps, { body }: Operation, request: Request): Promise<Result<ReadBody>> {
  if (body === undefined) return ok({ bytes: new Uint8Array(), body: undefined })
  const typed = checkMediaType(request, body.mediaType)
  if (!typed.ok) return typed
  const isJson = body.mediaType === 'application/json'
  const isSmall = body.mediaType !== 'application/jose'
  const bytes = await readBody(request, isSmall ? MAX_JSON_BYTES : deps.limits.maxBodyBytes)
  if (!bytes.ok) return bytes
  return isJson ? readJson(bytes.value, body) : ok({ bytes: bytes.value, body: undefined })
}

function readJson(bytes: Uint8Array, { schema, refusedWith }: BodyText<unknown>): Result<ReadBody> {
  const json = readStrictJson(bytes, JSON_LIMITS)
  if (!json.ok) return fail('json-refused', [{ pointer: '', code: json.reason.replaceAll(' ', '-') }])
  const parsed = schema.safeParse(json.value)
  return parsed.success ? ok({ bytes, body: parsed.data }) : fail(refusedWith, silent(placesOf(parsed.error)))
}

/** A name that the caller made up is not repeated: below `sections` the place ends. */
const silent = (places: readonly ProblemPlace[]): readonly ProblemPlace[] =>
  places.map((place) => (place.pointer.startsWith('/sections/') ? { ...place, pointer: '/sections' } : place))

function sendAnswer(response: Response, { status, mediaType, body, headers = {} }: Answer): void {
  response.status(status).setHeaders(new Map(Object.entries({ ...headers, 'Content-Type': mediaType })))
  response.end(body)
}

interface Logged extends Served {
  readonly status: number
  readonly startedAt: number
}

/** Ids, codes and numbers: no path, no query, no case reference. */
function logRequest(deps: DoorDeps, operation: Operation, request: Request, logged: Logged): void {
  const { result, participant, status, startedAt } = logged
  const problem: Problem | undefined = result.ok ? undefined : result.problem
  const ms = Math.round(performance.now() - startedAt)
  const fields = { requestId: occurrenceOf(request).requestId, operation: operation.id, status, ms, participant }
  if (problem === undefined) deps.log.info('request', fields)
  else if (PROBLEMS[problem.code].status >= 500) deps.log.alarm('request failed', { ...fields, code: problem.code })
  else deps.log.warn('request refused', { ...fields, code: problem.code })
  deps.meter.count('requests', { operation: operation.id, status: String(status) })
  deps.meter.observe('request_seconds', ms / 1000, { operation: operation.id })
}
