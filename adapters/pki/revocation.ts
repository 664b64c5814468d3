/** Certificate revocation lists as Node's TLS and the per-request check both need them. */
import './reflect.ts'
import { X509Crl } from '@peculiar/x509'
import type { Instant } from '#policies/language/instant.ts'
import { normalSerial } from './certificate.ts'

const PEM_BLOCK = /-----BEGIN X509 CRL-----\s([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/g

export interface RevocationLists {
  /** One PEM block each: of a string with several, Node's `crl` option reads only the first. */
  readonly pems: readonly string[]
  readonly serials: ReadonlySet<string>
  /** The earliest of the lists' next updates: from then on everybody is refused. */
  readonly until: Instant
}

/** Reads every list of a PEM text. Throws where there is none or one cannot be read, or one names no next update. */
export function readRevocationLists(text: string): RevocationLists {
  const blocks = [...text.matchAll(PEM_BLOCK)]
  if (blocks.length === 0) throw new Error('no revocation list in this file')
  const lists = blocks.map((block) => readList(block[1] ?? ''))
  return {
    pems: blocks.map((block) => `${block[0]}\n`),
    serials: new Set(lists.flatMap((list) => list.entries.map((entry) => normalSerial(entry.serialNumber)))),
    until: Math.min(...lists.map(nextUpdateOf)),
  }
}

function readList(base64: string): X509Crl {
  try {
    return new X509Crl(Buffer.from(base64, 'base64'))
  } catch (cause) {
    throw new Error('a revocation list cannot be read', { cause })
  }
}

function nextUpdateOf(list: X509Crl): Instant {
  if (list.nextUpdate === undefined) throw new Error('a revocation list names no next update')
  return list.nextUpdate.getTime()
}

/** Past its next update a list says nothing, and nobody may be believed. */
export const areExpired = (lists: RevocationLists, at: Instant): boolean => lists.until <= at
