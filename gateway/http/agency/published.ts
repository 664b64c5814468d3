/** What everyone on this network may read: the gateway's keys, the trust list, the OpenAPI document, and a page for each problem. */
import { z } from 'zod'
import { PROBLEMS, fail, isRetryable, ok } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { toJwkSet } from '#gateway/core/jwk-set.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { textOf } from '#gateway/http/shell/problem-texts.ts'
import { EXAMPLE } from './examples.ts'
import { NO_PARAMETERS, jsonAnswer, operation } from './operation.ts'
import type { Operation } from './operation.ts'
import { jwkSetSchema, problemCodeParameter, problemPageSchema, trustListSchema } from './schemas.ts'

const keys = operation({
  id: 'readKeys',
  method: 'get',
  path: '/.well-known/jwks.json',
  summary: 'The public keys of the gateway',
  description: 'Seal to the key of use `enc`; receipts and parcels are signed by the key of use `sig`.',
  caller: 'anyone',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'A JWK Set.',
    mediaType: 'application/json',
    schema: jwkSetSchema,
    example: EXAMPLE.jwkSet,
  },
  problems: [],
  serve: async (deps) => ok(jsonAnswer(200, toJwkSet(deps.keyRing.publicKeys()))),
})

const trustList = operation({
  id: 'readTrustList',
  method: 'get',
  path: '/.well-known/trust-list',
  summary: 'The trust list: whose keys hold on this network, signed by its officers',
  description:
    'General JWS (RFC 7515 §7.2.1), byte for byte as it was published. Believe it only under the signatures of as many officers as your last list demands, never because it came from here.',
  caller: 'anyone',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'The list in force.',
    mediaType: 'application/jose+json',
    schema: trustListSchema,
    example: EXAMPLE.trustList,
    headers: ['ETag'],
  },
  problems: ['trust-list-missing', 'trust-list-expired'],
  serve: async ({ trustLists }) => {
    const listed = trustLists?.inForce() ?? fail('trust-list-missing')
    if (!listed.ok) return listed
    const body = listed.value.text
    return ok({ status: 200, mediaType: 'application/jose+json', body, headers: { ETag: `"${sha256Hex(body)}"` } })
  },
})

const revocationLists = operation({
  id: 'readRevocationLists',
  method: 'get',
  path: '/.well-known/crl.pem',
  summary: 'The revocation lists of this network, by which a member checks the certificate of the gateway too',
  description:
    'One after the other, PEM (RFC 7468 §6), signed by the authorities of the network. Keep the one with the highest number of each: an older one is somebody’s attempt to bring a stolen certificate back.',
  caller: 'anyone',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'The lists that the gateway itself goes by.',
    mediaType: 'application/x-pem-file',
    schema: z.string(),
    example: '-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n',
    headers: ['ETag'],
  },
  problems: [],
  serve: async ({ trust }) => {
    const body = trust.revocationLists()
    return ok({ status: 200, mediaType: 'application/x-pem-file', body, headers: { ETag: `"${sha256Hex(body)}"` } })
  },
})

const problemPage = operation({
  id: 'readProblem',
  method: 'get',
  path: '/problems/{code}',
  summary: 'What a problem means',
  description: 'Where the `type` of a problem leads.',
  caller: 'anyone',
  mandate: 'not-taken',
  params: problemCodeParameter,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'Status, title and what to do.',
    mediaType: 'application/json',
    schema: problemPageSchema,
    example: EXAMPLE.problemPage,
  },
  problems: ['not-found'],
  serve: async (_deps, { params: { code } }) =>
    Object.hasOwn(PROBLEMS, code) ? ok(jsonAnswer(200, pageOf(code))) : fail('not-found'),
})

const pageOf = (code: ProblemCode): z.output<typeof problemPageSchema> => ({
  code,
  status: PROBLEMS[code].status,
  ...textOf(code, 'en'),
  retryable: isRetryable(code),
})

const document = (describe: () => unknown): Operation =>
  operation({
    id: 'readDescription',
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    description: 'OpenAPI 3.1, made from the schemas that validate.',
    caller: 'anyone',
    mandate: 'not-taken',
    params: NO_PARAMETERS,
    query: NO_PARAMETERS,
    needs: 'nothing',
    answer: {
      status: 200,
      description: 'An OpenAPI document.',
      mediaType: 'application/json',
      schema: z.looseObject({ openapi: z.string() }),
      example: { openapi: '3.1.1' },
    },
    problems: [],
    serve: async () => ok(jsonAnswer(200, describe())),
  })

/** `describe` makes the OpenAPI document of all operations, these among them. */
export const published = (describe: () => unknown): readonly Operation[] => [
  keys,
  trustList,
  revocationLists,
  problemPage,
  document(describe),
]
