/** EST (RFC 7030) on the agency door: a certificate renews itself by itself, without administrator and without DNS. */
import { ok } from '#gateway/core/problem.ts'
import { readAuthorities, renewCertificate } from '#gateway/rooms/admit.ts'
import { EXAMPLE } from './examples.ts'
import { NO_PARAMETERS, operation } from './operation.ts'
import type { Answer, Operation } from './operation.ts'
import { certificatesSchema, certificateRequestSchema } from './schemas.ts'

const CERTIFICATES = 'application/pkcs7-mime; smime-type=certs-only'

/** Base64 on one line, as strongSwan wants it. */
export const certificatesAnswer = (base64: string): Answer => ({
  status: 200,
  mediaType: CERTIFICATES,
  body: base64,
  headers: { 'Content-Transfer-Encoding': 'base64' },
})

const renew = operation({
  id: 'renewCertificate',
  method: 'post',
  path: '/.well-known/est/simplereenroll',
  summary: 'Renew the certificate of this connection',
  description:
    'RFC 7030 §4.2.2. Of the request only the public key counts, a P-256 key never used before; the name is the one of the certificate that opened this connection. Renew at two thirds of its life: what has expired or was revoked starts again with a code.',
  caller: 'member',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: NO_PARAMETERS,
  needs: 'nothing',
  body: {
    mediaType: 'application/pkcs10',
    description: 'PKCS#10, DER in base64.',
    schema: certificateRequestSchema,
    example: EXAMPLE.certificateRequest,
    refusedWith: 'certificate-request-refused',
  },
  answer: {
    status: 200,
    description: 'The new certificate and its issuer, PKCS#7 certs-only in base64.',
    mediaType: CERTIFICATES,
    schema: certificatesSchema,
    example: EXAMPLE.certificates,
  },
  problems: ['message-too-large', 'media-type-unsupported', 'certificate-request-refused', 'renewal-unavailable'],
  serve: async (deps, { reader, peer, bytes }) => {
    const request = Buffer.from(bytes).toString('latin1')
    const renewed = await renewCertificate(deps, reader.participant, { request, peer })
    return renewed.ok ? ok(certificatesAnswer(renewed.value)) : renewed
  },
})

const authorities = operation({
  id: 'readAuthorities',
  method: 'get',
  path: '/.well-known/est/cacerts',
  summary: 'The authorities of this network',
  description: 'RFC 7030 §4.1. A root is trusted because it was handed over by a person, not because it was read here.',
  caller: 'anyone',
  mandate: 'not-taken',
  params: NO_PARAMETERS,
  query: NO_PARAMETERS,
  needs: 'nothing',
  answer: {
    status: 200,
    description: 'Authority of members and root, PKCS#7 certs-only in base64.',
    mediaType: CERTIFICATES,
    schema: certificatesSchema,
    example: EXAMPLE.certificates,
  },
  problems: ['renewal-unavailable'],
  serve: async (deps) => {
    const read = readAuthorities(deps)
    return read.ok ? ok(certificatesAnswer(read.value)) : read
  },
})

export const EST: readonly Operation[] = [renew, authorities]
