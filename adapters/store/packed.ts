/** Long values as bytes: JSON made small, and parcels without the base64 that they travel in. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** JSON of the value, compressed: of what a gateway keeps, about an eighth is left. What was sealed before it came here no longer gets smaller: its bytes. */
export const pack = (value: unknown): Uint8Array => packSealed(value) ?? packText(JSON.stringify(value))

/** Far more than any value of a gateway takes: bytes that somebody else put into the file do not fill its memory. */
const MOST_BYTES = 128 * 1024 * 1024

/** The same, of JSON text that is printed already. Throws for what would not be unpacked. */
export function packText(json: string): Uint8Array {
  const bytes = Buffer.from(json)
  if (bytes.length > MOST_BYTES) throw new RangeError('a value is too long to be stored')
  return zstdCompressSync(bytes, FASTEST)
}

/** The JSON text that was packed. Throws for other bytes, and for more of them than this store packs. */
export const unpackText = (bytes: Uint8Array): string =>
  bytes[0] === SEALED
    ? `{"sealed":"${bytesOf(bytes).toString('base64url', 1)}"}`
    : zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES }).toString('utf8')

/** No frame of zstd begins with it. */
const SEALED = 1

/** A value that says nothing but bytes, in base64url; undefined for any other. */
function packSealed(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'object' || value === null || !('sealed' in value) || Object.keys(value).length !== 1)
    return undefined
  const { sealed } = value
  if (typeof sealed !== 'string') return undefined
  const bytes = Buffer.from(sealed, 'base64url')
  return bytes.length < MOST_BYTES && bytes.toString('base64url') === sealed
    ? Buffer.concat([Buffer.of(SEALED), bytes])
    : undefined
}

const bytesOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The value that this store packed itself from a value of that type. Throws for other bytes. */
export const unpack = <T>(bytes: Uint8Array): T => JSON.parse(unpackText(bytes)) as T

const PLAIN = 0
const SEGMENTS = 1
const LENGTH_BYTES = 4

/** Text of base64url segments between dots (a compact JWE) as the bytes they stand for; any other text as it is. */
export function packParcel(text: string): Uint8Array {
  const parts = text.split('.').map((segment) => ({ segment, bytes: Buffer.from(segment, 'base64url') }))
  // Only what is printed the same again: a parcel is handed out byte for byte as it was sealed.
  if (parts.some(({ segment, bytes }) => bytes.toString('base64url') !== segment))
    return Buffer.concat([Buffer.of(PLAIN), Buffer.from(text)])
  return Buffer.concat([Buffer.of(SEGMENTS), ...parts.flatMap(({ bytes }) => [lengthOf(bytes), bytes])])
}

/** The text that was packed. */
export function unpackParcel(packed: Uint8Array): string {
  const bytes = bytesOf(packed)
  if (bytes[0] !== SEGMENTS) return bytes.toString('utf8', 1)
  const segments: string[] = []
  for (let at = 1; at < bytes.length;) {
    const start = at + LENGTH_BYTES
    at = start + bytes.readUInt32BE(at)
    segments.push(bytes.toString('base64url', start, at))
  }
  return segments.join('.')
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(LENGTH_BYTES)
  prefix.writeUInt32BE(length)
  return prefix
}
