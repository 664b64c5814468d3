/** The few DER values (X.690) that @peculiar/x509 leaves to its caller: name constraints and the CRL number. */
import { isIPv4, isIPv6 } from 'node:net'

const SEQUENCE = 0x30
const INTEGER = 0x02
const PERMITTED_SUBTREES = 0xa0
const EXCLUDED_SUBTREES = 0xa1
const DNS_NAME = 0x82
const URI_NAME = 0x86
const IP_ADDRESS = 0x87
const IPV4_BYTES = 4
const IPV6_BYTES = 16

/** Tag, definite length, content. */
export function tlv(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  if (length > 0xffff) throw new RangeError('a DER value this long is not expected here')
  return Uint8Array.from([tag, ...size, ...content])
}

/** The values one after the other. */
export const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

/** CRL Number (RFC 5280 §5.2.3) from 0 to 2^31 - 1. */
export function derInteger(value: number): Uint8Array<ArrayBuffer> {
  const bytes = [24, 16, 8, 0].map((shift) => (value >> shift) & 0xff)
  const first = bytes.findIndex((byte, at) => byte !== 0 || at === bytes.length - 1)
  const short = bytes.slice(first)
  return tlv(INTEGER, Uint8Array.from((short[0] ?? 0) >= 0x80 ? [0, ...short] : short))
}

export interface PermittedNames {
  /** A host, or `.domain` for every host below it (RFC 5280 §4.2.1.10). */
  readonly uriHosts: readonly string[]
  readonly dnsNames: readonly string[]
  /**
   * IPv4 and IPv6 addresses, each alone. Where there is none, all are excluded: what no constraint speaks of would be free. `any` leaves
   * them free all the same, for programs that read no constraint on addresses (strongSwan up to 5.9.8 is one).
   */
  readonly addresses: readonly string[] | 'any'
}

/** NameConstraints (RFC 5280 §4.2.1.10). Throws for what is no address. */
export function nameConstraints({ uriHosts, dnsNames, addresses }: PermittedNames): Uint8Array<ArrayBuffer> {
  const subtree = (tag: number, base: Uint8Array): Uint8Array => tlv(SEQUENCE, tlv(tag, base))
  const text = (name: string): Uint8Array => new TextEncoder().encode(name)
  const permitted = [
    ...uriHosts.map((host) => subtree(URI_NAME, text(host))),
    ...dnsNames.map((name) => subtree(DNS_NAME, text(name))),
    ...(addresses === 'any' ? [] : addresses).map((address) => subtree(IP_ADDRESS, justThat(addressBytes(address)))),
  ]
  const areSpokenOf = addresses === 'any' || addresses.length > 0
  const excluded = areSpokenOf ? [] : [IPV4_BYTES, IPV6_BYTES].map((size) => subtree(IP_ADDRESS, every(size)))
  return tlv(
    SEQUENCE,
    joined([
      tlv(PERMITTED_SUBTREES, joined(permitted)),
      ...(excluded.length === 0 ? [] : [tlv(EXCLUDED_SUBTREES, joined(excluded))]),
    ]),
  )
}

/** An address and its mask: all bits count, or none does. */
const justThat = (address: Uint8Array): Uint8Array => joined([address, new Uint8Array(address.length).fill(0xff)])
const every = (size: number): Uint8Array => new Uint8Array(2 * size)

function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  if (!isIPv6(address) || address.includes('%')) throw new RangeError(`${address}: not an IP address`)
  // As a URL it is written one way: eight groups in hex, the longest run of zeros left out, no dots.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (part: string): readonly number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const [first, last] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: IPV6_BYTES / 2 - first.length - last.length }, () => 0)
  return Uint8Array.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]))
}

/** Whether the bytes are one SEQUENCE from the first to the last, its length in the shortest form. What stands within is not looked at. */
export function isOneSequence(der: Uint8Array): boolean {
  const [tag, first = 0] = der
  if (tag !== SEQUENCE) return false
  if (first < 0x80) return der.length === 2 + first
  const size = first & 0x7f
  const length = der.subarray(2, 2 + size).reduce((sum, byte) => sum * 0x100 + byte, 0)
  const isShortest = length >= 0x80 && (size === 1 || length >= 0x100 ** (size - 1))
  return size >= 1 && size <= 4 && isShortest && der.length === 2 + size + length
}
