/** How a member comes in: its key is made here and never leaves; a code goes out with a request, and a certificate comes back. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import { readRequest, spokenFingerprint, writeRequest } from '#adapters/pki/certificate-request.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import { jsonOf, openClient } from './client.ts'
import { Refused } from './member.ts'

export interface EnrolmentDoor {
  /** Of the door of enrolment. */
  readonly url: string
  /** PEM of the root, handed over by a person. */
  readonly authority: string
}

/** A key that waits for its certificate; kept in a file until then. */
export interface PendingEnrolment {
  readonly id: string
  /** What to read to the officer by another way. */
  readonly fingerprint: string
  /** PKCS#8 PEM. */
  readonly key: string
}

const acceptedSchema = z.looseObject({ id: z.uuid(), fingerprint: z.string() })
const stateSchema = z.looseObject({ status: z.enum(['waiting', 'issued']), certificates: z.string().optional() })

/** Makes a key and hands its request in with the code. Throws Refused; and Error where the answer speaks of another key. */
export async function enrol(
  door: EnrolmentDoor,
  { organisation, code }: { readonly organisation: string; readonly code: string },
): Promise<PendingEnrolment> {
  const key = await generateCertificateKey()
  const request = Buffer.from(await writeRequest(key, organisation)).toString('base64')
  using client = openClient(door)
  const answer = await client.call({
    method: 'POST',
    path: '/v1/enrolments',
    body: JSON.stringify({ organisation, code, request }),
  })
  if (answer.status !== 202) throw new Refused(answer)
  const { id, fingerprint } = acceptedSchema.parse(jsonOf(answer))
  const read = await readRequest(request)
  if (read.kind === 'fault' || spokenFingerprint(read.publicKey.digest) !== fingerprint)
    throw new Error('the gateway answered about another key than the one that was sent')
  return { id, fingerprint, key: key.pem }
}

/** The chain, or undefined while the officer has not confirmed. Throws Refused; and Error where the certificate is for another key. */
export async function collectCertificate(
  door: EnrolmentDoor,
  { id, key }: Pick<PendingEnrolment, 'id' | 'key'>,
): Promise<string | undefined> {
  using client = openClient(door)
  const answer = await client.call({ method: 'GET', path: `/v1/enrolments/${id}` })
  if (answer.status >= 300) throw new Refused(answer)
  const { status, certificates } = stateSchema.parse(jsonOf(answer))
  if (status === 'waiting' || certificates === undefined) return undefined
  if (!new X509Certificate(certificates).checkPrivateKey(createPrivateKey(key)))
    throw new Error('the certificate is for another key')
  return certificates
}
