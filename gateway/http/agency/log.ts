/** The log at the agency door: what a member's witness is asked to cosign, where it posts its cosignature, and what was published. */
import { z } from 'zod'
import { fail, ok } from '#gateway/core/problem.ts'
import { requestFor, takeCosignature } from '#gateway/rooms/publish.ts'
import { EXAMPLE } from './examples.ts'
import { NO_PARAMETERS, operation } from './operation.ts'
import type { Answer, Operation } from './operation.ts'
import { cosignatureSchema, noteSchema } from './schemas.ts'

const textAnswer = (status: number, body: string): Answer => ({ status, mediaType: 'text/plain', body })

const entries = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/)
  .transform(Number)

/** Entries that the witness holds. */
const heldQuery = z.strictObject({ from: entries })

/** Entries that the checkpoint covers. */
const cosignedQuery = z.strictObject({ size: entries.optional() })

const request = operation({
  id: 'readWitnessRequest',
  method: 'get',
  path: '/v1/log/witness-request',
  summary: 'What a witness is asked to cosign',
  description:
    'The newest checkpoint of the log, with a proof that it continues the one of `from` entries that the witness holds (c2sp.org/tlog-witness).',
  caller: 'member',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: heldQuery,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'The body of an add-checkpoint request.',
    mediaType: 'text/plain',
    schema: noteSchema,
    example: EXAMPLE.witnessRequest,
  },
  problems: ['not-found', 'log-rolled-back'],
  serve: async (deps, { reader, query }) => {
    const asked = await requestFor(deps, reader.participant.id, query.from)
    return asked.ok ? ok(textAnswer(200, asked.value)) : asked
  },
})

const cosignature = operation({
  id: 'postCosignature',
  method: 'post',
  path: '/v1/log/cosignatures',
  summary: 'Cosign a checkpoint',
  description:
    'One line (c2sp.org/tlog-cosignature) by the key that the trust list names. Again is no fault; late is none where `size` says of which checkpoint. With enough of them it is published.',
  caller: 'member',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: cosignedQuery,
  needs: 'nothing',
  body: {
    mediaType: 'text/plain',
    description: 'The signature line, with its newline.',
    schema: cosignatureSchema,
    example: EXAMPLE.cosignature,
    refusedWith: 'cosignature-invalid',
  },
  answer: {
    status: 200,
    description: '`kept`, or `published` where it completed the quorum.',
    mediaType: 'text/plain',
    schema: noteSchema,
    example: 'kept\n',
  },
  problems: ['message-too-large', 'media-type-unsupported', 'cosignature-invalid'],
  serve: async (deps, { bytes, query }) => {
    const line = Buffer.from(bytes).toString('utf8')
    const taken = await takeCosignature(deps, { line, size: query.size })
    return taken.ok ? ok(textAnswer(200, `${taken.value}\n`)) : taken
  },
})

const checkpoint = operation({
  id: 'readCheckpoint',
  method: 'get',
  path: '/v1/log/checkpoint',
  summary: 'The newest published checkpoint of the log',
  description: 'A signed note (c2sp.org/tlog-checkpoint) with the cosignatures of its witnesses.',
  caller: 'anyone',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'The note.',
    mediaType: 'text/plain',
    schema: noteSchema,
    example: EXAMPLE.checkpoint,
  },
  problems: ['not-found'],
  serve: async ({ store }) => {
    const published = await store.read.log.published()
    return published === undefined ? fail('not-found') : ok(textAnswer(200, published.note))
  },
})

export const LOG: readonly Operation[] = [request, cosignature, checkpoint]
