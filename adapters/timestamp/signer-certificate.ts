/** Whether a certificate may sign time-stamps: for that alone, in force then, and under an authority that was configured. */
import { X509Certificate } from 'node:crypto'
import type { SignedData } from '@peculiar/asn1-cms'
import { AsnConvert } from '@peculiar/asn1-schema'
import { Certificate } from '@peculiar/asn1-x509'
import type { Instant } from '#policies/language/instant.ts'

const EXTENDED_KEY_USAGE = '2.5.29.37'
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const MOST_CERTIFICATES = 8
/** The signer, two intermediate authorities, the configured one. */
const LONGEST_CHAIN = 4

/** The certificates that came with a token. Throws for what OpenSSL cannot read. */
export const embeddedCertificates = ({ certificates }: SignedData): readonly X509Certificate[] =>
  [...(certificates ?? [])]
    .slice(0, MOST_CERTIFICATES)
    .flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate]))
    .map((certificate) => new X509Certificate(new Uint8Array(AsnConvert.serialize(certificate))))

export interface SignerClaim {
  readonly certificate: X509Certificate
  /** What came along and may stand between. */
  readonly certificates: readonly X509Certificate[]
  readonly authorities: readonly X509Certificate[]
  readonly at: Instant
}

/** RFC 3161 §2.3: the one extended key usage, critical; every certificate of the chain in force when the stamp was made. */
export const isTrustedAt = ({ certificate, certificates, authorities, at }: SignerClaim): boolean =>
  isForStampsAlone(certificate) && leadsTo({ certificate, certificates, authorities, at }, LONGEST_CHAIN)

function leadsTo({ certificate, certificates, authorities, at }: SignerClaim, length: number): boolean {
  if (length < 2 || !isInForce(certificate, at)) return false
  const isUnder = (issuer: X509Certificate): boolean =>
    issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
  if (authorities.some((authority) => isInForce(authority, at) && isUnder(authority))) return true
  return certificates.some(
    (between) => isUnder(between) && leadsTo({ certificate: between, certificates, authorities, at }, length - 1),
  )
}

const isInForce = ({ validFromDate, validToDate }: X509Certificate, at: Instant): boolean =>
  validFromDate.getTime() <= at && at <= validToDate.getTime()

function isForStampsAlone(certificate: X509Certificate): boolean {
  const { tbsCertificate } = AsnConvert.parse(certificate.raw, Certificate)
  const usage = tbsCertificate.extensions?.filter(({ extnID }) => extnID === EXTENDED_KEY_USAGE) ?? []
  const purposes = certificate.keyUsage ?? []
  const isAlone = purposes.length === 1 && purposes[0] === TIME_STAMPING
  return !certificate.ca && usage.length === 1 && usage[0]?.critical === true && isAlone
}
