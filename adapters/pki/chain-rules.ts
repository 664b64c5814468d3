/** Rules of RFC 5280 that OpenSSL leaves open, over a chain that OpenSSL has verified. They refuse; they never let in. */
import { readCertificate } from './certificate.ts'
import type { Instant } from '#policies/language/instant.ts'

export interface ChainQuestion {
  /** DER, leaf first, as TLS built it. */
  readonly chain: readonly Uint8Array[]
  readonly at: Instant
  readonly purpose: 'client' | 'server'
}

/** The first rule that the chain breaks, or undefined. */
export function chainFault({ chain }: ChainQuestion): string | undefined {
  return chain.length === 0 || chain.some((der) => readCertificate(der) === undefined) ? 'unreadable' : undefined
}
