/** Rules of RFC 5280 that OpenSSL leaves open, over a chain that OpenSSL has built and verified. They refuse; they never let in. */
import './reflect.ts'
import { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_policyConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
} from '@peculiar/asn1-x509'
import type { Extension, TBSCertificate } from '@peculiar/asn1-x509'
import type { Instant } from '#policies/language/instant.ts'
import { keyFault } from './key-rules.ts'
import { constraintFault } from './name-rules.ts'

/** How OpenSSL is asked everywhere: what lies in the file of the root is where a path ends, whoever else has signed it. */
export const PATH_OPTIONS = { allowPartialTrustChain: true } as const

const USAGES = { client: '1.3.6.1.5.5.7.3.2', server: '1.3.6.1.5.5.7.3.1' } as const
const ANY_USAGE = '2.5.29.37.0'
const VERSION_3 = 2
const MOST_SERIAL_BYTES = 20
/** Root, authority of members, leaf; and one more for a change of roots. */
const MOST_INTERMEDIATES = 2
const MOST_PRESENTED = 12
const MOST_STEPS = 64

export interface ChainQuestion {
  /** DER of all that the peer presented, its leaf first; the order of the rest means nothing. */
  readonly presented: readonly Uint8Array[]
  /** DER of what lies in the file of the root. */
  readonly anchors: readonly Uint8Array[]
  readonly at: Instant
  readonly purpose: keyof typeof USAGES
  readonly mostIntermediates?: number
}

interface Link {
  readonly tbs: TBSCertificate
  readonly of: (type: string) => Extension | undefined
  readonly place: 'leaf' | 'intermediate' | 'anchor'
  readonly key: X509Certificate['publicKey']
}

/** The name of a rule that every path from the leaf to an anchor breaks, or undefined. Node does not tell which path OpenSSL took, so one that breaks none is enough. */
export function chainFault(question: ChainQuestion): string | undefined {
  const { presented, anchors, mostIntermediates = MOST_INTERMEDIATES } = question
  if (presented.length > MOST_PRESENTED) return 'too-many'
  try {
    const search = {
      left: MOST_STEPS,
      links: mostIntermediates + 1,
      anchors: anchors.map(read),
      others: presented.map(read),
    }
    const [leaf] = search.others
    const faults = leaf === undefined ? [] : pathsFrom([leaf], search).map((path) => pathFault(path, question))
    return faults.includes(undefined) ? undefined : (faults[0] ?? 'no-path')
  } catch {
    return 'unreadable'
  }
}

const read = (der: Uint8Array): X509Certificate => new X509Certificate(der)

interface Search {
  /** Steps that may still be made: what a peer presents decides how many there are. */
  left: number
  /** Most certificates below the anchor. */
  readonly links: number
  readonly anchors: readonly X509Certificate[]
  readonly others: readonly X509Certificate[]
}

/** A path ends at the first anchor that it meets, and goes through no certificate twice. */
function pathsFrom(path: readonly X509Certificate[], search: Search): readonly (readonly X509Certificate[])[] {
  const last = path.at(-1)
  search.left -= 1
  if (last === undefined || search.left < 0) return []
  const ended = search.anchors.filter((anchor) => hasIssued(anchor, last)).map((anchor) => [...path, anchor])
  if (ended.length > 0 || path.length >= search.links) return ended
  return search.others
    .filter((other) => !path.includes(other) && hasIssued(other, last))
    .flatMap((other) => pathsFrom([...path, other], search))
}

const hasIssued = (issuer: X509Certificate, issued: X509Certificate): boolean =>
  issued.checkIssued(issuer) && issued.verify(issuer.publicKey)

function pathFault(path: readonly X509Certificate[], { at, purpose }: ChainQuestion): string | undefined {
  const links = path.map((certificate, index) => linkOf(certificate, index, path.length))
  const fault = links.map((link) => linkFault(link, at)).find((found) => found !== undefined)
  const [leaf, ...above] = links
  if (fault !== undefined || leaf === undefined) return fault ?? 'no-path'
  const constraints = above.map(({ of }) => of(id_ce_nameConstraints)?.extnValue.buffer)
  return (
    leafFault(leaf, USAGES[purpose]) ?? constraintFault(leaf.of(id_ce_subjectAltName)?.extnValue.buffer, constraints)
  )
}

function linkOf({ raw, publicKey }: X509Certificate, index: number, length: number): Link {
  const { tbsCertificate: tbs } = AsnConvert.parse(raw, Certificate)
  const place = index === 0 ? 'leaf' : index === length - 1 ? 'anchor' : 'intermediate'
  const extensions = [...(tbs.extensions ?? [])]
  return {
    tbs,
    place,
    of: (type) => extensions.find(({ extnID }) => extnID === type),
    key: publicKey,
  }
}

/** What holds for every certificate of a chain. */
function linkFault(link: Link, at: Instant): string | undefined {
  const { tbs, place, key } = link
  const types = [...(tbs.extensions ?? [])].map(({ extnID }) => extnID)
  if (tbs.version !== VERSION_3) return 'version'
  if (new Set(types).size < types.length) return 'extension-repeated'
  if (!isSerial(new Uint8Array(tbs.serialNumber))) return 'serial-number'
  if (at < tbs.validity.notBefore.getTime().getTime() || at > tbs.validity.notAfter.getTime().getTime()) return 'time'
  return keyFault(key) ?? identifierFault(link) ?? (place === 'leaf' ? undefined : authorityFault(link))
}

/** RFC 5280 §4.1.2.2: positive, 20 bytes at most. */
const isSerial = (bytes: Uint8Array): boolean =>
  bytes.length >= 1 &&
  bytes.length <= MOST_SERIAL_BYTES &&
  (bytes[0] ?? 0x80) < 0x80 &&
  bytes.some((byte) => byte !== 0)

/** RFC 5280 §4.2.1.1, §4.2.1.2. */
function identifierFault({ of, place }: Link): string | undefined {
  const issuer = of(id_ce_authorityKeyIdentifier)
  if (issuer === undefined) return place === 'anchor' ? undefined : 'authority-key-identifier'
  const { keyIdentifier, authorityCertIssuer } = AsnConvert.parse(issuer.extnValue.buffer, AuthorityKeyIdentifier)
  return issuer.critical || keyIdentifier === undefined || authorityCertIssuer !== undefined
    ? 'authority-key-identifier'
    : undefined
}

/** RFC 5280 §4.2.1.2, §4.2.1.3, §4.2.1.9, §4.2.1.10, §4.2.1.11. */
function authorityFault({ of }: Link): string | undefined {
  const basic = of(id_ce_basicConstraints)
  if (basic?.critical !== true || !AsnConvert.parse(basic.extnValue.buffer, BasicConstraints).cA)
    return 'basic-constraints'
  const usage = of(id_ce_keyUsage)
  const isSigner =
    usage === undefined ||
    (AsnConvert.parse(usage.extnValue.buffer, KeyUsage).toNumber() & KeyUsageFlags.keyCertSign) !== 0
  if (!isSigner) return 'key-usage'
  const identifier = of(id_ce_subjectKeyIdentifier)
  if (identifier === undefined || identifier.critical) return 'subject-key-identifier'
  const isLoose = [id_ce_nameConstraints, id_ce_policyConstraints].some((type) => of(type)?.critical === false)
  return isLoose ? 'constraint-not-critical' : undefined
}

/** RFC 5280 §4.2.1.6, §4.2.1.10, §4.2.1.12; and our own rule that a leaf says what it is for. */
function leafFault({ of, tbs }: Link, usage: string): string | undefined {
  if (of(id_ce_nameConstraints) !== undefined) return 'name-constraints-in-leaf'
  const names = of(id_ce_subjectAltName)
  if (names === undefined) return 'no-names'
  if (names.critical !== (tbs.subject.length === 0)) return 'names-critical'
  const basic = of(id_ce_basicConstraints)
  if (basic !== undefined && AsnConvert.parse(basic.extnValue.buffer, BasicConstraints).cA) return 'leaf-is-authority'
  const usages = of(id_ce_extKeyUsage)
  if (usages === undefined) return 'extended-key-usage'
  const said = [...AsnConvert.parse(usages.extnValue.buffer, ExtendedKeyUsage)]
  return said.includes(usage) && !said.includes(ANY_USAGE) ? undefined : 'extended-key-usage'
}
