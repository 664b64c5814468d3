/** What a certificate says, read from its DER: never from a display string, which one name can forge another in. */
import './reflect.ts'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from '@peculiar/x509'
import type { Instant } from '#policies/language/instant.ts'

export interface CertificateFacts {
  readonly subject: string
  readonly issuer: string
  readonly serial: string
  readonly from: Instant
  readonly until: Instant
  readonly uris: readonly string[]
  readonly dnsNames: readonly string[]
  readonly addresses: readonly string[]
  readonly isAuthority: boolean
  readonly usages: readonly string[]
}

/** Hex without leading zeros, lower case: the one form in which serial numbers are compared. */
export const normalSerial = (hex: string): string =>
  hex
    .replaceAll(':', '')
    .toLowerCase()
    .replace(/^0+(?=.)/, '')

/** Facts of a PEM or DER certificate, or undefined for anything else. Verifies nothing: TLS has done that, or nobody has. */
export function readCertificate(input: string | Uint8Array): CertificateFacts | undefined {
  try {
    return factsOf(new X509Certificate(typeof input === 'string' ? input : Uint8Array.from(input)))
  } catch {
    return undefined
  }
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? []
  const ofType = (type: string): readonly string[] =>
    names.filter((name) => name.type === type).map((name) => name.value)
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    serial: normalSerial(certificate.serialNumber),
    from: certificate.notBefore.getTime(),
    until: certificate.notAfter.getTime(),
    uris: ofType('url'),
    dnsNames: ofType('dns'),
    addresses: ofType('ip'),
    isAuthority: certificate.getExtension(BasicConstraintsExtension)?.ca ?? false,
    usages: Array.from(certificate.getExtension(ExtendedKeyUsageExtension)?.usages ?? [], String),
  }
}
