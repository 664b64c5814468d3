/** The few DER values (X.690) that @peculiar/x509 leaves to its caller: name constraints and the CRL number. */

const SEQUENCE = 0x30
const INTEGER = 0x02
const PERMITTED_SUBTREES = 0xa0
const DNS_NAME = 0x82
const URI_NAME = 0x86

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
}

/** NameConstraints with permitted subtrees only. */
export function nameConstraints({ uriHosts, dnsNames }: PermittedNames): Uint8Array<ArrayBuffer> {
  const subtree = (tag: number, name: string): Uint8Array => tlv(SEQUENCE, tlv(tag, new TextEncoder().encode(name)))
  const subtrees = [
    ...uriHosts.map((host) => subtree(URI_NAME, host)),
    ...dnsNames.map((name) => subtree(DNS_NAME, name)),
  ]
  return tlv(SEQUENCE, tlv(PERMITTED_SUBTREES, joined(subtrees)))
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
