/** A member's certificate renews itself at two thirds of its life, over the connection that it still opens (EST, RFC 7030 §4.2.2). */
import type { Clock } from '#gateway/core/time.ts'
import type { Instant } from '#policies/language/instant.ts'
import { writeRequest } from '#adapters/pki/certificate-request.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import type { CertificateFacts } from '#adapters/pki/certificate.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import { readCertificatesOnly } from '#adapters/pki/pkcs7.ts'
import { openClient } from './client.ts'
import type { ClientIdentity } from './client.ts'
import { organisationFolder, readOwnCertificate, renewingAlone, replaceOwnCertificate } from './own-certificate.ts'
import type { OwnCertificate } from './own-certificate.ts'
import { Refused } from './refused.ts'

export interface RenewOptions {
  readonly home: string
  readonly organisation: string
  /** Of the agency door. */
  readonly url: string
  /** PEM of the root. */
  readonly authority: string
  readonly clock: Clock
  /** Why the gateway is not to be believed, as `openClient` takes it. */
  readonly revoked?: ClientIdentity['revoked']
}

export type Renewal = { readonly kind: 'not-due' | 'renewed'; readonly until: Instant }

/** When two thirds of its life are over. */
export const dueAt = ({ from, until }: Pick<CertificateFacts, 'from' | 'until'>): Instant =>
  from + ((until - from) * 2) / 3

/** Renews where it is time and no other process of this folder is at it. Throws Refused, and Error where there is nothing to renew with or what came is not ours. The old pair stays until the new one is whole. */
export async function renewIfDue(options: RenewOptions): Promise<Renewal> {
  const folder = organisationFolder(options.home, options.organisation)
  const facts = (await ownIn(folder)).facts
  if (options.clock() < dueAt(facts)) return { kind: 'not-due', until: facts.until }
  return (await renewingAlone(folder, () => renewNow(options, folder))) ?? { kind: 'not-due', until: facts.until }
}

/** Another process may have renewed in the moment before this one was let in. */
async function renewNow(options: RenewOptions, folder: string): Promise<Renewal> {
  const { own, facts } = await ownIn(folder)
  if (options.clock() < dueAt(facts)) return { kind: 'not-due', until: facts.until }
  const renewed = await renew(options, own, facts)
  await replaceOwnCertificate(folder, renewed.own)
  return { kind: 'renewed', until: renewed.until }
}

async function ownIn(folder: string): Promise<{ readonly own: OwnCertificate; readonly facts: CertificateFacts }> {
  const own = await readOwnCertificate(folder)
  const facts = own === undefined ? undefined : readCertificate(own.certificate)
  if (own === undefined || facts === undefined) throw new Error(`${folder}: no certificate to renew; enrol first`)
  return { own, facts }
}

async function renew(
  { organisation, url, authority, revoked }: RenewOptions,
  own: OwnCertificate,
  facts: CertificateFacts,
): Promise<{ readonly own: OwnCertificate; readonly until: Instant }> {
  const key = await generateCertificateKey()
  const body = Buffer.from(await writeRequest(key, organisation)).toString('base64')
  using client = openClient({ url, authority, ...own, ...(revoked === undefined ? {} : { revoked }) })
  const contentType = 'application/pkcs10'
  const answer = await client.call({ method: 'POST', path: '/.well-known/est/simplereenroll', body, contentType })
  if (answer.status !== 200) throw new Refused(answer)
  const certificate = readCertificatesOnly(answer.text)
  const now = readCertificate(certificate)
  if (now === undefined || now.uris.join(' ') !== facts.uris.join(' '))
    throw new Error('the renewed certificate is of another')
  return { own: { certificate, key: key.pem }, until: now.until }
}
