/** Issues what a network needs: a root, a members' authority under name constraints, short-lived leaves, and revocation lists. */
import './reflect.ts'
import { KeyObject, randomBytes, webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
  X509CrlReason,
  cryptoProvider,
} from '@peculiar/x509'
import type { X509Certificate } from '@peculiar/x509'
import type { Instant } from '#policies/language/instant.ts'
import { derInteger, nameConstraints } from './der.ts'
import type { PermittedNames } from './der.ts'

type Curve = 'P-256' | 'P-384'
const HASHES = { 'P-256': 'SHA-256', 'P-384': 'SHA-384' } as const
/** What a leaf may be used for (RFC 5280 §4.2.1.12). */
export const USAGES = { client: '1.3.6.1.5.5.7.3.2', server: '1.3.6.1.5.5.7.3.1' } as const
const NAME_CONSTRAINTS = '2.5.29.30'
const CRL_NUMBER = '2.5.29.20'

export interface Period {
  readonly from: Instant
  readonly until: Instant
}

/** A key pair for a certificate, its private half as PKCS#8 PEM. */
export interface CertificateKey {
  readonly pair: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }
  readonly pem: string
}

/** A certificate authority with its private key. That of a root is never on the machine of a gateway in service. */
export interface Authority {
  readonly certificate: X509Certificate
  readonly pem: string
  readonly curve: Curve
  readonly key: CertificateKey
}

const provider = (): void => {
  cryptoProvider.set(webcrypto)
}
const algorithm = (curve: Curve): webcrypto.EcdsaParams => ({ name: 'ECDSA', hash: HASHES[curve] })
const dates = ({ from, until }: Period): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(from),
  notAfter: new Date(until),
})
/** 16 random bytes with a leading zero byte, so that the number is positive (RFC 5280 §4.1.2.2). */
const serialNumber = (): string => `00${randomBytes(16).toString('hex')}`
const pemOf = (certificate: X509Certificate): string => `${certificate.toString('pem')}\n`

export async function generateCertificateKey(curve: Curve = 'P-256'): Promise<CertificateKey> {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, true, ['sign', 'verify'])
  return { pair, pem: KeyObject.from(pair.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** Self-signed, P-384, may stand above one authority. */
export async function createRoot(name: string, period: Period): Promise<Authority> {
  provider()
  const key = await generateCertificateKey('P-384')
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${name}`,
    keys: key.pair,
    ...dates(period),
    signingAlgorithm: algorithm('P-384'),
    extensions: [...authorityExtensions(1), await SubjectKeyIdentifierExtension.create(key.pair.publicKey)],
  })
  return { certificate, pem: pemOf(certificate), curve: 'P-384', key }
}

/** P-256, path length 0, critical name constraints: it can speak only for names of its own network (RFC 5280 §4.2.1.10). */
export async function createMembersAuthority(
  root: Authority,
  name: string,
  period: Period,
  permitted: PermittedNames,
): Promise<Authority> {
  provider()
  const key = await generateCertificateKey()
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${name}`,
    issuer: root.certificate.subject,
    publicKey: key.pair.publicKey,
    signingKey: root.key.pair.privateKey,
    ...dates(period),
    signingAlgorithm: algorithm(root.curve),
    extensions: [
      ...authorityExtensions(0),
      new Extension(NAME_CONSTRAINTS, true, nameConstraints(permitted)),
      ...(await identifiers(root, key.pair.publicKey)),
    ],
  })
  return { certificate, pem: pemOf(certificate), curve: 'P-256', key }
}

const authorityExtensions = (pathLength: number): readonly Extension[] => [
  new BasicConstraintsExtension(true, pathLength, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
]

const identifiers = async (issuer: Authority, publicKey: CryptoKey): Promise<readonly Extension[]> => [
  await SubjectKeyIdentifierExtension.create(publicKey),
  await AuthorityKeyIdentifierExtension.create(issuer.key.pair.publicKey),
]

export interface Leaf {
  readonly name: string
  /** An organisation's leaf has exactly one, `spiffe://<network>/org/<id>`. */
  readonly uris: readonly string[]
  readonly dnsNames: readonly string[]
  readonly addresses: readonly string[]
  readonly usages: readonly (keyof typeof USAGES)[]
  readonly period: Period
  /** Only a test asks for a leaf that says it is an authority. */
  readonly claims?: 'authority'
}

/** One certificate as PEM, without its chain. Identity comes from the caller's registry; of the key only its public half is taken. */
export async function issueLeaf(authority: Authority, publicKey: CryptoKey, leaf: Leaf): Promise<string> {
  provider()
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${leaf.name}`,
    issuer: authority.certificate.subject,
    publicKey,
    signingKey: authority.key.pair.privateKey,
    ...dates(leaf.period),
    signingAlgorithm: algorithm(authority.curve),
    extensions: [
      new BasicConstraintsExtension(leaf.claims === 'authority', undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(leaf.usages.map((usage) => USAGES[usage])),
      ...alternativeNames(leaf),
      ...(await identifiers(authority, publicKey)),
    ],
  })
  return pemOf(certificate)
}

function alternativeNames({ uris, dnsNames, addresses }: Leaf): readonly Extension[] {
  const names = [
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ]
  return names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]
}

const REASONS = {
  'key-compromise': X509CrlReason.keyCompromise,
  superseded: X509CrlReason.superseded,
  cessation: X509CrlReason.cessationOfOperation,
} as const

export interface RevocationOrder {
  readonly number: number
  /** Serial numbers in hex, since when, and why. */
  readonly revoked: readonly { readonly serial: string; readonly at: Instant; readonly reason: keyof typeof REASONS }[]
  readonly period: Period
}

/** A CRL as PEM. OpenSSL takes no other label than `X509 CRL`, which the library does not write. */
export async function issueRevocationList(authority: Authority, order: RevocationOrder): Promise<string> {
  provider()
  const list = await X509CrlGenerator.create({
    issuer: authority.certificate.subject,
    thisUpdate: new Date(order.period.from),
    nextUpdate: new Date(order.period.until),
    signingAlgorithm: algorithm(authority.curve),
    signingKey: authority.key.pair.privateKey,
    entries: order.revoked.map(({ serial, at, reason }) => ({
      serialNumber: serial.length % 2 === 0 ? serial : `0${serial}`,
      revocationDate: new Date(at),
      reason: REASONS[reason],
    })),
    extensions: [
      await AuthorityKeyIdentifierExtension.create(authority.key.pair.publicKey),
      new Extension(CRL_NUMBER, false, derInteger(order.number)),
    ],
  })
  const lines =
    Buffer.from(list.rawData)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n')
}
