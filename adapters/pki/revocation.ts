/** Certificate revocation lists as Node's TLS and the per-request check both need them. */
import './reflect.ts'
import { verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { CertificateList } from '@peculiar/asn1-x509'
import { X509Crl } from '@peculiar/x509'
import type { Instant } from '#policies/language/instant.ts'
import { normalSerial } from './certificate.ts'

const PEM_BLOCK = /-----BEGIN X509 CRL-----\s([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/g
const CRL_NUMBER = '2.5.29.20'
/** RFC 5280 §5.2.3. */
const MAX_NUMBER_BYTES = 20

/** One list, as it says itself; OpenSSL checks its signature in every handshake. */
export interface RevocationList {
  readonly pem: string
  readonly issuer: string
  /** RFC 5280 §5.2.3; undefined where it has none. */
  readonly number: bigint | undefined
  readonly from: Instant
  readonly until: Instant
  readonly serials: readonly string[]
}

export interface RevocationLists {
  readonly lists: readonly RevocationList[]
  /** One PEM block each: of a string with several, Node's `crl` option reads only the first. */
  readonly pems: readonly string[]
  readonly serials: ReadonlySet<string>
  /** When half the time of the first to end is over: from then on a new one is late. */
  readonly halfLife: Instant
  /** The earliest of the lists' next updates: from then on everybody is refused. */
  readonly until: Instant
}

/** Reads every list of a PEM text. Throws where there is none or one cannot be read, one names no next update, or an issuer has two. */
export function readRevocationLists(text: string): RevocationLists {
  const blocks = [...text.matchAll(PEM_BLOCK)]
  if (blocks.length === 0) throw new Error('no revocation list in this file')
  const lists = blocks.map((block) => readList(`${block[0]}\n`, block[1] ?? ''))
  if (new Set(lists.map(({ issuer }) => issuer)).size < lists.length)
    throw new Error('an issuer has two revocation lists in this file')
  return {
    lists,
    pems: lists.map(({ pem }) => pem),
    serials: new Set(lists.flatMap(({ serials }) => serials)),
    halfLife: Math.min(...lists.map(({ from, until }) => from + (until - from) / 2)),
    until: Math.min(...lists.map(({ until }) => until)),
  }
}

function readList(pem: string, base64: string): RevocationList {
  try {
    const list = new X509Crl(Buffer.from(base64, 'base64'))
    if (list.nextUpdate === undefined) throw new Error('it names no next update')
    return {
      pem,
      issuer: list.issuer,
      number: numberOf(list),
      from: list.thisUpdate.getTime(),
      until: list.nextUpdate.getTime(),
      serials: list.entries.map((entry) => normalSerial(entry.serialNumber)),
    }
  } catch (cause) {
    throw new Error('a revocation list cannot be read', { cause })
  }
}

function numberOf(list: X509Crl): bigint | undefined {
  const extension = list.extensions.find(({ type }) => type === CRL_NUMBER)
  if (extension === undefined) return undefined
  const [tag, size, ...bytes] = new Uint8Array(extension.value)
  if (tag !== 2 || size !== bytes.length || size === 0 || size > MAX_NUMBER_BYTES) throw new Error('its number is none')
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

const ECDSA_HASHES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
])

/** Whether OpenSSL finds that key's signature under the list. False too for one with a critical extension, which nobody here reads (RFC 5280 §5.2). */
export function isListSignedBy({ pem }: Pick<RevocationList, 'pem'>, key: KeyObject): boolean {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ''), 'base64')
  const { tbsCertList, tbsCertListRaw, signatureAlgorithm, signature } = AsnConvert.parse(der, CertificateList)
  const hash = ECDSA_HASHES.get(signatureAlgorithm.algorithm)
  const isCritical = (tbsCertList.crlExtensions ?? []).some(({ critical }) => critical)
  if (hash === undefined || tbsCertListRaw === undefined || isCritical || key.asymmetricKeyType !== 'ec') return false
  return verify(hash, new Uint8Array(tbsCertListRaw), key, new Uint8Array(signature))
}

/** Past its next update a list says nothing, and nobody may be believed. */
export const areExpired = (lists: RevocationLists, at: Instant): boolean => lists.until <= at
