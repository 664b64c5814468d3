/** POST /v1/submissions: bytes in, receipt out. GET: what became of it, told only to its sender. */
import { ok } from '#gateway/core/problem.ts'
import { ingest } from '#gateway/rooms/walk.ts'
import { lookUpClosure } from '#gateway/rooms/closure.ts'
import { lookUpSubmission } from '#gateway/rooms/look-up.ts'
import { NO_PARAMETERS, jsonAnswer, operation } from './operation.ts'
import type { Operation } from './operation.ts'
import { EXAMPLE } from './examples.ts'
import { PROBLEMS_OF_ENVELOPE } from './problems-of-envelope.ts'
import { closureSchema, joseSchema, messageIdParameter, submissionAcceptedSchema, submissionSchema } from './schemas.ts'

const submit = operation({
  id: 'submit',
  method: 'post',
  path: '/v1/submissions',
  summary: 'Hand over a message',
  description:
    'One message, signed by its sender and sealed to the gateway. The same message again, under the same or a new key, answers the first receipt again.',
  caller: 'member',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: NO_PARAMETERS,
  needs: 'idempotency-key',
  body: {
    mediaType: 'application/jose',
    description:
      'Compact JWE (typ gw-msg+jwe) around a compact JWS (cty gw-case+jws), or around copies for each class of recipients (cty gw-copies+json).',
    schema: joseSchema,
    example: EXAMPLE.jose,
    refusedWith: 'envelope-malformed',
  },
  answer: {
    status: 202,
    description: 'Stored for good; the receipt says what was received.',
    mediaType: 'application/json',
    schema: submissionAcceptedSchema,
    example: EXAMPLE.submissionAccepted,
    headers: ['Location'],
  },
  problems: [
    ...PROBLEMS_OF_ENVELOPE,
    'dialect-unknown',
    'dialect-refused',
    'message-malformed',
    'copies-missing',
    'copies-differ',
    'disclosure-refused',
    'ladder-contradicted',
    'key-binding-invalid',
    'case-stale',
    'message-not-carried',
    'message-out-of-turn',
    'not-competent',
    'classification-too-high',
    'basis-invalid',
    'edge-missing',
    'policy-unavailable',
    'clock-unreliable',
  ],
  serve: async (deps, { peer, bytes, idempotencyKey }) => {
    const accepted = await ingest(deps, peer, { bytes, contentType: 'application/jose', idempotencyKey })
    if (!accepted.ok) return accepted
    const { messageId: id, receipt } = accepted.value
    const status = `/v1/submissions/${id}`
    return ok(jsonAnswer(202, { id, receipt, status }, { Location: status }))
  },
})

const readSubmission = operation({
  id: 'readSubmission',
  method: 'get',
  path: '/v1/submissions/{id}',
  summary: 'What became of a message',
  description: 'Only its sender is told. Whether anything passed, and what a recipient chose, is not part of it.',
  caller: 'member',
  mandate: 'not-taken',
  params: messageIdParameter,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'A state per recipient organisation.',
    mediaType: 'application/json',
    schema: submissionSchema,
    example: EXAMPLE.submission,
  },
  problems: ['not-found'],
  serve: async (deps, { reader, params }) => {
    const found = await lookUpSubmission(deps, reader.participant, params.id)
    return found.ok ? ok(jsonAnswer(200, found.value)) : found
  },
})

const readClosure = operation({
  id: 'readClosure',
  method: 'get',
  path: '/v1/submissions/{id}/closure',
  summary: 'How far a recall or correction is closed',
  description:
    'Only its sender is told: per organisation when it was reached, what it answered and signed, and how far an answer that is missing was escalated.',
  caller: 'member',
  mandate: 'not-taken',
  params: messageIdParameter,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'A line per organisation that held a copy.',
    mediaType: 'application/json',
    schema: closureSchema,
    example: EXAMPLE.closure,
  },
  problems: ['not-found'],
  serve: async (deps, { reader, params }) => {
    const found = await lookUpClosure(deps, reader.participant, params.id)
    return found.ok ? ok(jsonAnswer(200, found.value)) : found
  },
})

export const SUBMISSIONS: readonly Operation[] = [submit, readSubmission, readClosure]
