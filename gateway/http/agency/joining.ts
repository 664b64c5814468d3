/** For a member that comes in, and again whenever something changes: the network as it needs it, and the keys that it asks to have listed. */
import type { z } from 'zod'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { printNetwork } from '#gateway/core/member-view.ts'
import { ok } from '#gateway/core/problem.ts'
import { signedJoinRequestSchema } from '#gateway/core/trust-list/join-request.ts'
import { keepKeyRequest } from '#gateway/rooms/admit.ts'
import { EXAMPLE } from './examples.ts'
import { NO_PARAMETERS, jsonAnswer, operation } from './operation.ts'
import type { Operation } from './operation.ts'
import { keyRequestKeptSchema, networkSchema } from './schemas.ts'

const network = operation({
  id: 'readNetwork',
  method: 'get',
  path: '/v1/network',
  summary: 'The network as this member needs it',
  description:
    'Who may send what to whom, and of what type each mandate is; no keys, no addresses, no persons. Believe it only where its SHA-256, the ETag, is the one that an officer handed over.',
  caller: 'joining',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'The registry, without keys.',
    mediaType: 'application/json',
    schema: networkSchema,
    example: EXAMPLE.network,
    headers: ['ETag'],
  },
  problems: [],
  serve: async (deps, { reader: { participant } }) => {
    const body = printNetwork(deps.registry(), participant.id)
    return ok({ status: 200, mediaType: 'application/json', body, headers: { ETag: `"${sha256Hex(body)}"` } })
  },
})

const requestKeys = operation({
  id: 'requestKeys',
  method: 'post',
  path: '/v1/key-requests',
  summary: 'Ask the officers to list public keys',
  description:
    'Signed by the key of the certificate and by each key that can sign. Kept for the officers, who verify it themselves; a later one takes its place. Again is no fault.',
  caller: 'joining',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: NO_PARAMETERS,
  needs: 'nothing',
  body: {
    mediaType: 'application/json',
    description: 'The request with its signatures.',
    schema: signedJoinRequestSchema.meta({ id: 'KeyRequest' }),
    example: EXAMPLE.keyRequest,
    refusedWith: 'key-request-refused',
  },
  answer: {
    status: 202,
    description: 'Kept until the officers have looked at it.',
    mediaType: 'application/json',
    schema: keyRequestKeptSchema,
    example: { status: 'kept' },
  },
  problems: [
    'key-request-refused',
    'renewal-unavailable',
    'message-too-large',
    'media-type-unsupported',
    'json-refused',
  ],
  serve: async (deps, { reader: { participant }, body }) => {
    const kept = keepKeyRequest(deps, participant, body)
    return kept.ok ? ok(jsonAnswer(202, { status: 'kept' } satisfies z.output<typeof keyRequestKeptSchema>)) : kept
  },
})

export const JOINING: readonly Operation[] = [network, requestKeys]
