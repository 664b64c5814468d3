/**
 * Signed text as bytes: its pieces of base64url decoded, so that they are not made a third longer twice. Each piece comes after a
 * number (LEB128): four times its length in bytes, plus which sign follows it.
 */

import { isBase64Url } from './base64url.ts'

/** What stands between two pieces; a piece at the end has none. */
const SIGNS = ['', '.', '~', '\n'] as const

/** Seven bits a byte, the lowest first: 2^28 is more than any piece has. */
const MOST_NUMBER_BYTES = 4
const MOST_CHARACTERS = 2 ** 26

/**
 * The bytes, or undefined for a text that would not come back the same: another character, or base64url that nobody prints.
 * Each piece is packed by itself, so that what is packed of two halves, parted behind a sign, is that of the whole.
 */
export function packContent(text: string): Uint8Array | undefined {
  const { length } = text
  if (length > MOST_CHARACTERS) return undefined
  // A piece and its number are never longer than its letters and its sign.
  const packed = Buffer.allocUnsafe(length + MOST_NUMBER_BYTES)
  const nextSign = signsOf(text)
  let at = 0
  for (let start = 0; ;) {
    const { end, sign } = nextSign(start)
    const piece = text.slice(start, end)
    if (!isBase64Url(piece)) return undefined
    at = putPiece(packed, at, piece, sign)
    if (sign === 0) return packed.subarray(0, at)
    start = end + 1
  }
}

interface NextSign {
  readonly end: number
  /** Its place in `SIGNS`. */
  readonly sign: number
}

/** Finds the sign that comes next. Asked for places that only go forward, it looks for each sign once. */
function signsOf(text: string): (from: number) => NextSign {
  const ahead = SIGNS.map(() => -1)
  return (from) => {
    let next: NextSign = { end: text.length, sign: 0 }
    for (let sign = 1; sign < SIGNS.length; sign += 1) {
      const known = ahead[sign] ?? -1
      const end = known >= from ? known : placeOf(text, SIGNS[sign] ?? '', from)
      ahead[sign] = end
      if (end < next.end) next = { end, sign }
    }
    return next
  }
}

/** The end of the text where it does not come any more. */
const placeOf = (text: string, sign: string, from: number): number => {
  const place = text.indexOf(sign, from)
  return place === -1 ? text.length : place
}

/** The text of exactly these bytes; undefined for any others. */
export function unpackContent(packed: Uint8Array): string | undefined {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  const parts: string[] = []
  for (let at = 0; ;) {
    const number = numberAt(bytes, at)
    if (number === undefined) return undefined
    const start = at + number.bytes
    at = start + Math.floor(number.value / SIGNS.length)
    if (at > bytes.length) return undefined
    parts.push(bytes.toString('base64url', start, at), SIGNS[number.value % SIGNS.length] ?? '')
    if (number.value % SIGNS.length === 0) return at === bytes.length ? parts.join('') : undefined
  }
}

/** Where to go on. */
function putPiece(into: Buffer, from: number, piece: string, sign: number): number {
  const bytes = Math.floor((piece.length * 3) / 4)
  const at = putNumber(into, from, bytes * SIGNS.length + sign)
  into.write(piece, at, bytes, 'base64url')
  return at + bytes
}

function putNumber(into: Uint8Array, from: number, value: number): number {
  let at = from
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) {
    into[at] = (left % 0x80) | 0x80
    at += 1
  }
  into[at] = left
  return at + 1
}

/** Undefined where it does not end, or is longer than it need be. */
function numberAt(bytes: Uint8Array, at: number): { readonly value: number; readonly bytes: number } | undefined {
  let value = 0
  for (let index = 0; index < MOST_NUMBER_BYTES; index += 1) {
    const byte = bytes[at + index]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 0x80 ** index
    if (byte < 0x80) return byte === 0 && index > 0 ? undefined : { value, bytes: index + 1 }
  }
  return undefined
}
