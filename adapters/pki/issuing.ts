/** What an open authority does, each thing written into its register with it: certificates to keys, revocation, and lists. */
import { createHash, createPublicKey, webcrypto } from 'node:crypto'
import type { Instant } from '#policies/language/instant.ts'
import { listPath, replaceFile } from './authority-folder.ts'
import type { OpenAuthority } from './authority-folder.ts'
import { readCertificate } from './certificate.ts'
import { issueLeaf, issueRevocationList } from './issue.ts'
import type { Leaf, Period } from './issue.ts'
import type { Issued, RevocationReason } from './register.ts'
import { readRevocationLists } from './revocation.ts'

const DAY_MS = 86_400_000
/** Some clocks run late: a certificate counts from a little before it was made. */
const BACKDATE_MS = 300_000
const LIST_DAYS = { root: 365, members: 7 } as const

export interface PublicKeyOf {
  readonly key: CryptoKey
  /** SHA-256 of its SubjectPublicKeyInfo, in hex: the fingerprint that an officer compares. */
  readonly digest: string
}

/** A public P-256 key from its SubjectPublicKeyInfo. Throws for any other. */
export async function publicKeyOf(spki: Uint8Array): Promise<PublicKeyOf> {
  const bytes = Uint8Array.from(spki)
  const key = await webcrypto.subtle.importKey('spki', bytes, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])
  return { key, digest: createHash('sha256').update(bytes).digest('hex') }
}

export const digestOfKey = (pem: string): string =>
  createHash('sha256')
    .update(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
    .digest('hex')

export const periodFrom = (now: Instant, days: number): Period => ({
  from: now - BACKDATE_MS,
  until: now + days * DAY_MS,
})

/** Thrown where the certificate that is to be followed was revoked, were it a moment ago. */
export class FollowsRevoked extends Error {}

/**
 * Issues a leaf for a key that had none, and registers it. Throws where the key has one, or the register does not take it, and FollowsRevoked
 * where the register knows `follows`, the serial number of the certificate before it, as revoked.
 */
export async function issueTo(
  open: OpenAuthority,
  publicKey: PublicKeyOf,
  leaf: Leaf,
  follows?: string,
): Promise<Issued> {
  if (open.about.kind !== 'members') throw new Error(`${open.folder}: a root issues to no member`)
  const pem = await issueLeaf(open.authority, publicKey.key, leaf)
  const facts = readCertificate(pem)
  if (facts === undefined) throw new Error('a certificate just issued cannot be read')
  const [uri = ''] = leaf.uris
  const issued: Issued = { serial: facts.serial, uri, keyDigest: publicKey.digest, pem, ...leaf.period }
  open.register.transaction(() => {
    if (follows !== undefined && open.register.isRevoked(follows)) throw new FollowsRevoked()
    open.register.addIssued(issued)
  })
  return issued
}

/** The leaf with its issuer behind it, as TLS presents it. */
export const chainOf = ({ authority }: OpenAuthority, { pem }: Pick<Issued, 'pem'>): string => pem + authority.pem

/** Marks a serial number, or all that an organisation holds still, as revoked. Answers the serial numbers. No list is written yet. */
export function revoke(
  { register }: OpenAuthority,
  which: { readonly serial: string } | { readonly uri: string },
  { at, reason }: { readonly at: Instant; readonly reason: RevocationReason },
): readonly string[] {
  const heldBy = (uri: string): readonly string[] =>
    register
      .issuedTo(uri)
      .filter(({ until }) => until > at)
      .map(({ serial }) => serial)
  // One transaction, so that none is issued between the look and the mark.
  return register.transaction(() => {
    const serials = 'serial' in which ? [which.serial] : heldBy(which.uri)
    for (const serial of serials) register.revoke({ serial, at, reason })
    return serials
  })
}

/** Signs the list of what is revoked now, with the next number, and writes it into the folder. Answers its PEM. */
export async function writeList(open: OpenAuthority, now: Instant, days?: number): Promise<string> {
  const { register, authority, about } = open
  // Number and content are drawn together: a list of a higher number never says less.
  const { number, revoked } = register.transaction(() => ({
    number: register.nextListNumber(now),
    revoked: register.revokedAt(now),
  }))
  const pem = await issueRevocationList(authority, {
    number,
    revoked: revoked.map(({ serial, at, reason }) => ({ serial, at, reason })),
    period: periodFrom(now, days ?? LIST_DAYS[about.kind]),
  })
  await replaceFile(listPath(open), pem)
  return pem
}

/** The text of a list file with the list of that issuer replaced, or put behind the others. */
export function listedIn(present: string, issuer: string, pem: string): string {
  const others =
    present.trim() === '' ? [] : readRevocationLists(present).lists.filter((list) => list.issuer !== issuer)
  return [pem, ...others.map((list) => list.pem)].join('')
}
