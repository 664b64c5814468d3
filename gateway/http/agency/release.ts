/** POST /v1/submissions/{id}/release: what a sender held back, let go of. GET /v1/copies/{case}: what it sent last of a case, told only to itself. */
import { ok } from '#gateway/core/problem.ts'
import { lastCopies } from '#gateway/rooms/last-copies.ts'
import { release } from '#gateway/rooms/release.ts'
import { NO_PARAMETERS, jsonAnswer, operation } from './operation.ts'
import type { Operation } from './operation.ts'
import { EXAMPLE } from './examples.ts'
import { PROBLEMS_OF_ENVELOPE } from './problems-of-envelope.ts'
import { caseParameter, joseSchema, lastCopiesSchema, messageIdParameter, submissionAcceptedSchema } from './schemas.ts'

const releaseHeld = operation({
  id: 'release',
  method: 'post',
  path: '/v1/submissions/{id}/release',
  summary: 'Let go of what was held back of a message',
  description:
    'Disclosures that its sender kept when it sent the message in copies, for each copy. The signature of then stands; everyone whom the message may come to is judged anew. Only its sender, and as often as it holds something back.',
  caller: 'member',
  mandate: 'not-taken',
  params: messageIdParameter,
  query: NO_PARAMETERS,
  needs: 'idempotency-key',
  body: {
    mediaType: 'application/jose',
    description: 'Compact JWE (typ gw-msg+jwe, cty gw-release+jws) around a compact JWS of the sender.',
    schema: joseSchema,
    example: EXAMPLE.jose,
    refusedWith: 'envelope-malformed',
  },
  answer: {
    status: 202,
    description: 'Stored for good. `id` is of the release; the state is that of its message.',
    mediaType: 'application/json',
    schema: submissionAcceptedSchema,
    example: EXAMPLE.submissionAccepted,
    headers: ['Location'],
  },
  problems: [
    ...PROBLEMS_OF_ENVELOPE,
    'message-malformed',
    'not-found',
    'copies-differ',
    'disclosure-refused',
    'ladder-contradicted',
    'message-out-of-turn',
    'not-competent',
    'classification-too-high',
    'basis-invalid',
    'edge-missing',
    'policy-unavailable',
    'clock-unreliable',
  ],
  serve: async (deps, { peer, params, bytes, idempotencyKey }) => {
    const raw = { bytes, contentType: 'application/jose', idempotencyKey }
    const accepted = await release(deps, peer, { messageId: params.id, raw })
    if (!accepted.ok) return accepted
    const { messageId: id, receipt } = accepted.value
    const status = `/v1/submissions/${params.id}`
    return ok(jsonAnswer(202, { id, receipt, status }, { Location: status }))
  },
})

const readLastCopies = operation({
  id: 'readLastCopies',
  method: 'get',
  path: '/v1/copies/{case}',
  summary: 'What this member sent last of a case in copies',
  description:
    'For a member that lost its own note of it: the next copies name this digest, and have higher versions. A case that it never sent in copies reads the same as one that nobody knows.',
  caller: 'member',
  mandate: 'not-taken',
  params: caseParameter,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'Digest and versions by class of recipients; both empty where there is nothing.',
    mediaType: 'application/json',
    schema: lastCopiesSchema,
    example: EXAMPLE.lastCopies,
  },
  problems: ['not-found'],
  serve: async (deps, { reader, params }) =>
    ok(jsonAnswer(200, await lastCopies(deps, reader.participant, params.case))),
})

export const RELEASES: readonly Operation[] = [releaseHeld, readLastCopies]
