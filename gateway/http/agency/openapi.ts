/** The OpenAPI 3.1 document of the agency door, from the operations and the schemas that validate. */
import { z } from 'zod'
import { createDocument } from 'zod-openapi'
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponseObject,
  ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { PROBLEMS } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { PROBLEM_MEDIA_TYPE } from '#gateway/http/shell/problem-response.ts'
import { DOOR_PROBLEMS, MEMBER_PROBLEMS } from './operation.ts'
import type { Operation } from './operation.ts'
import { problemSchema } from './schemas.ts'

const HEADERS: Readonly<Record<string, string>> = {
  Location: 'Where the state of what was begun is.',
  Link: 'The next page, rel="next".',
  ETag: 'The revision, to be sent back as If-Match; of a parcel or a list, its SHA-256.',
}

/** Every problem that an operation can answer with, those of the door itself included. */
export const problemsOf = ({ caller, problems }: Operation): readonly ProblemCode[] => [
  ...new Set([...(caller !== 'anyone' ? MEMBER_PROBLEMS : []), ...DOOR_PROBLEMS, ...problems]),
]

export function describeOperations(operations: readonly Operation[]): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {}
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) }
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Passerelle, the agency door',
        version: '1',
        description:
          'Hand a case over, and collect what may pass. Every connection is mutual TLS 1.3; who asks is the URI in the client certificate. Fields may be added at any time.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      paths,
      security: [{ mutualTls: [] }],
      components: {
        securitySchemes: {
          mutualTls: { type: 'mutualTLS', description: 'A client certificate of this network.' },
          mandate: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'private_key_jwt (RFC 7523 §3) of the mandate that ?mandate= names, good for one use.',
          },
        },
      },
    },
    { override: ({ jsonSchema }) => forgetReadOnly(jsonSchema) },
  )
}

/** Our types are never written to; in OpenAPI the word means that a caller may not send it. */
function forgetReadOnly(schema: { readOnly?: unknown }): void {
  delete schema.readOnly
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { id, summary, description, params, query, body, mandate } = operation
  const header = headersOf(operation)
  return {
    operationId: id,
    summary,
    description,
    requestParams: { path: params, query, ...(header === undefined ? {} : { header }) },
    ...(mandate === 'taken' ? { security: [{ mutualTls: [] }, { mutualTls: [], mandate: [] }] } : {}),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: body.description,
            content: { [body.mediaType]: { schema: body.schema, example: body.example } },
          },
        }),
    responses: responsesOf(operation),
  }
}

/** What everyone may read, under a tag. */
const isConditional = ({ caller, answer }: Operation): boolean =>
  caller === 'anyone' && (answer.headers ?? []).includes('ETag')

function headersOf(operation: Operation): z.ZodObject | undefined {
  const { needs } = operation
  if (isConditional(operation))
    return z.object({
      'If-None-Match': z.string().optional().meta({ description: 'The ETag of what the caller holds.' }),
    })
  if (needs === 'idempotency-key')
    return z.object({ 'Idempotency-Key': z.uuid().meta({ description: 'The same for each try of one request.' }) })
  if (needs === 'nothing') return undefined
  return z.object({
    'If-Match': z.string().optional().meta({ description: 'The ETag that was read.' }),
    'If-None-Match': z.literal('*').optional().meta({ description: 'Nothing was chosen yet.' }),
  })
}

function responsesOf(operation: Operation): ZodOpenApiResponsesObject {
  const held: ZodOpenApiResponsesObject = isConditional(operation)
    ? { 304: { description: 'As the caller holds it.' } }
    : {}
  const refusals = [...byStatus(problemsOf(operation))].map(([status, codes]) => [status, refusalOf(codes)] as const)
  const all = [[operation.answer.status, successOf(operation)] as const, ...refusals]
  return { ...Object.fromEntries(all), ...held }
}

function successOf({ answer }: Operation): ZodOpenApiResponseObject {
  const names = answer.headers ?? []
  return {
    description: answer.description,
    headers: Object.fromEntries(
      names.map((name) => [name, { description: HEADERS[name] ?? '', schema: { type: 'string' as const } }]),
    ),
    content: { [answer.mediaType]: { schema: answer.schema, example: answer.example } },
  }
}

const refusalOf = (codes: readonly ProblemCode[]): ZodOpenApiResponseObject => ({
  description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
  'x-problem-codes': codes,
  content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema } },
})

function byStatus(codes: readonly ProblemCode[]): ReadonlyMap<number, readonly ProblemCode[]> {
  const grouped = new Map<number, readonly ProblemCode[]>()
  for (const code of codes) {
    const { status } = PROBLEMS[code]
    grouped.set(status, [...(grouped.get(status) ?? []), code])
  }
  return grouped
}
