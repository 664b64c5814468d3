/** Whether a chain that OpenSSL has verified was revoked since, by lists that its own authorities signed: for whoever meets a server. */
import { X509Certificate } from 'node:crypto'
import type { Instant } from '#policies/language/instant.ts'
import { normalSerial, readCertificate } from './certificate.ts'
import { isListSignedBy } from './revocation.ts'
import type { RevocationList } from './revocation.ts'

/** Leaf, authority of members, root; and one more for a change of roots. */
const MOST_STEPS = 4

export interface RevocationQuestion {
  /** DER of what the peer presented, its leaf first, and of the anchors. */
  readonly certificates: readonly Uint8Array[]
  /** Of any issuer and age; two of one issuer may be among them. */
  readonly lists: readonly RevocationList[]
  readonly at: Instant
  /** `known`: what is known to be revoked is refused. `strict`: so is what no list in time speaks of. */
  readonly mode: RevocationMode
}

export type RevocationMode = 'known' | 'strict'

export type RevocationFault = 'revoked' | 'list-missing' | 'list-expired'

/** A list that has run out still revokes: nobody is ever taken off a list before the certificate itself runs out. */
export function revocationFault({ certificates, lists, at, mode }: RevocationQuestion): RevocationFault | undefined {
  const [leaf, ...others] = certificates.map((der) => new X509Certificate(der))
  const links = leaf === undefined ? [] : linksFrom(leaf, others)
  const faults = links.map(({ certificate, issuer }): RevocationFault | undefined => {
    const said = listsOf(issuer, lists)
    const serial = normalSerial(certificate.serialNumber)
    if (said.some(({ serials }) => serials.includes(serial))) return 'revoked'
    if (mode === 'known' || said.some(({ until }) => at < until)) return undefined
    return said.length === 0 ? 'list-missing' : 'list-expired'
  })
  return faults.includes('revoked') ? 'revoked' : faults.find((fault) => fault !== undefined)
}

/** Those among them that this authority signed. */
export const listsOf = (issuer: X509Certificate, lists: readonly RevocationList[]): readonly RevocationList[] => {
  const name = readCertificate(issuer.raw)?.subject
  return lists.filter((list) => list.issuer === name && isListSignedBy(list, issuer.publicKey))
}

interface Link {
  readonly certificate: X509Certificate
  readonly issuer: X509Certificate
}

/** Every certificate from the leaf up that somebody else among them has issued, with whoever has. */
function linksFrom(leaf: X509Certificate, others: readonly X509Certificate[]): readonly Link[] {
  const links: Link[] = []
  let level: readonly X509Certificate[] = [leaf]
  for (let step = 0; step < MOST_STEPS && level.length > 0; step += 1) {
    const found = level.flatMap((certificate) =>
      others
        .filter((issuer) => issuer.fingerprint256 !== certificate.fingerprint256 && hasIssued(issuer, certificate))
        .map((issuer) => ({ certificate, issuer })),
    )
    links.push(...found)
    level = found.map(({ issuer }) => issuer)
  }
  return links
}

const hasIssued = (issuer: X509Certificate, issued: X509Certificate): boolean =>
  issued.checkIssued(issuer) && issued.verify(issuer.publicKey)
