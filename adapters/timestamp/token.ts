/**
 * Checks a time-stamp token (RFC 3161 §2.4.2, RFC 5816, RFC 5652 §5): it is over this content, answers this request, and is signed
 * by a certificate for time-stamping alone under an authority that was configured. The signatures are OpenSSL's to verify.
 */
import { createHash, verify } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { ContentInfo, SignedData } from '@peculiar/asn1-cms'
import type { SignerInfo } from '@peculiar/asn1-cms'
import { AsnConvert } from '@peculiar/asn1-schema'
import { TSTInfo } from '@peculiar/asn1-tsp'
import type { Instant } from '#policies/language/instant.ts'
import { sameBytes, sha256 } from '#gateway/core/log/hash.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { TimeStamp } from '#gateway/ports/time-stamps.ts'
import { readDer } from './der.ts'
import type { DerValue } from './der.ts'
import { SHA_256 } from './request.ts'
import { embeddedCertificates, isTrustedAt } from './signer-certificate.ts'

export interface TokenClaim {
  readonly token: Uint8Array
  readonly content: Uint8Array
  /** The number that was asked with; absent for a token that is checked long after. */
  readonly nonce?: Uint8Array
  /** Certificates of the authorities that are believed. */
  readonly authorities: readonly X509Certificate[]
}

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'
const SET_OF = 0x31
const SIGNED_ATTRIBUTES = 0xa0
const SEQUENCE = 0x30
const OCTET_STRING = 0x04

const DIGESTS: Readonly<Record<string, string>> = {
  [SHA_256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
/** The hash that a signature algorithm brings; RSA by its key alone takes the digest algorithm's. */
const SIGNATURE_HASHES: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
}
const RSA_BY_KEY = '1.2.840.113549.1.1.1'

/** The token with the time in it, or problem `timestamp-invalid` with the step that refused it. */
export function checkToken(claim: TokenClaim): Result<TimeStamp> {
  try {
    const step = firstFault(claim)
    return typeof step === 'string' ? refuse(step) : ok({ token: claim.token, at: step.at })
  } catch {
    // What the ASN.1 reader or OpenSSL cannot read is no token.
    return refuse('not-read')
  }
}

const refuse = (code: string): Result<TimeStamp> => fail('timestamp-invalid', [{ pointer: '', code }])

type Checked = { readonly at: Instant } | string

function firstFault({ token, content, nonce, authorities }: TokenClaim): Checked {
  const info = AsnConvert.parse(token, ContentInfo)
  if (info.contentType !== SIGNED_DATA) return 'not-signed-data'
  const signed = AsnConvert.parse(info.content, SignedData)
  const encapsulated = signed.encapContentInfo.eContent?.single?.buffer
  const [signer, ...others] = signed.signerInfos
  if (signed.encapContentInfo.eContentType !== TST_INFO || encapsulated === undefined) return 'not-a-time-stamp'
  if (signer === undefined || others.length > 0) return 'not-one-signer'
  const stamped = AsnConvert.parse(encapsulated, TSTInfo)
  const at = stamped.genTime.getTime()
  const certificates = embeddedCertificates(signed)
  const certificate = certificates.find(({ raw }) => sameBytes(sha256(raw), signingCertificateHash(signer)))
  if (certificate === undefined) return 'signing-certificate-missing'
  if (!isOver(stamped, content)) return 'other-content'
  if (nonce !== undefined && !sameBytes(new Uint8Array(stamped.nonce ?? new ArrayBuffer()), nonce)) return 'other-nonce'
  if (!bindsContent(signer, new Uint8Array(encapsulated))) return 'attributes-wrong'
  if (!isSignatureSound(token, signer, certificate)) return 'signature-wrong'
  return isTrustedAt({ certificate, certificates, authorities, at }) ? { at } : 'certificate-not-trusted'
}

const isOver = ({ messageImprint }: TSTInfo, content: Uint8Array): boolean =>
  messageImprint.hashAlgorithm.algorithm === SHA_256 &&
  sameBytes(new Uint8Array(messageImprint.hashedMessage.buffer), sha256(content))

/** The one value of a signed attribute that stands once; nothing where it is missing or doubled. */
function attribute(signer: SignerInfo, type: string): Uint8Array | undefined {
  const found = (signer.signedAttrs ?? []).filter(({ attrType }) => attrType === type)
  const [value, ...more] = found.flatMap(({ attrValues }) => attrValues)
  return value === undefined || more.length > 0 ? undefined : new Uint8Array(value)
}

/** RFC 5652 §5.4: the signed attributes name the type and the digest of what they stand for. */
function bindsContent(signer: SignerInfo, encapsulated: Uint8Array): boolean {
  const hash = DIGESTS[signer.digestAlgorithm.algorithm]
  const type = attribute(signer, CONTENT_TYPE)
  const digest = readDer(attribute(signer, MESSAGE_DIGEST) ?? new Uint8Array())?.[0]
  if (hash === undefined || type === undefined || digest?.tag !== OCTET_STRING) return false
  if (AsnConvert.toString(type).includes(TST_INFO) === false) return false
  return sameBytes(digest.content, createHash(hash).update(encapsulated).digest())
}

/** RFC 5652 §5.4: what is signed are the attributes as a SET OF, not under the tag they stand with. */
function isSignatureSound(token: Uint8Array, signer: SignerInfo, { publicKey }: X509Certificate): boolean {
  const { algorithm } = signer.signatureAlgorithm
  const hash = algorithm === RSA_BY_KEY ? DIGESTS[signer.digestAlgorithm.algorithm] : SIGNATURE_HASHES[algorithm]
  const attributes = signedAttributesIn(token)
  if (hash === undefined || attributes === undefined) return false
  return verify(hash, attributes.with(0, SET_OF), publicKey, new Uint8Array(signer.signature.buffer))
}

/** Their own bytes: written out again they might not be the ones that were signed. The last SET of SignedData holds the one signer. */
function signedAttributesIn(token: Uint8Array): Uint8Array | undefined {
  const inside = (value: DerValue | undefined): readonly DerValue[] => readDer(value?.content ?? new Uint8Array()) ?? []
  const [contentInfo] = readDer(token) ?? []
  const [signedData] = inside(inside(contentInfo)[1])
  const [signer] = inside(inside(signedData).at(-1))
  return inside(signer).find(({ tag }) => tag === SIGNED_ATTRIBUTES)?.whole
}

/** RFC 5816 §2.2.1: the SHA-256 of the certificate that signed, among the signed attributes; of no bytes where it is not there. */
function signingCertificateHash(signer: SignerInfo): Uint8Array {
  const [outer] = readDer(attribute(signer, SIGNING_CERTIFICATE_V2) ?? new Uint8Array()) ?? []
  const [list] = readDer(outer?.content ?? new Uint8Array()) ?? []
  const [first] = readDer(list?.content ?? new Uint8Array()) ?? []
  const [hash] = readDer(first?.tag === SEQUENCE ? first.content : new Uint8Array()) ?? []
  // Another hash than SHA-256 would be named in front of it.
  return hash?.tag === OCTET_STRING ? hash.content : new Uint8Array()
}
