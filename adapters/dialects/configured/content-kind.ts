/** What a file is by its first bytes, whatever it is called: archives, Office documents and programs are refused by content. Pure. */

const SIGNATURES: readonly (readonly [string, readonly number[]])[] = [
  ['a ZIP archive or Office document', [0x50, 0x4b, 0x03, 0x04]],
  ['a ZIP archive or Office document', [0x50, 0x4b, 0x05, 0x06]],
  ['an Office document of the old kind', [0xd0, 0xcf, 0x11, 0xe0]],
  ['a compressed file', [0x1f, 0x8b]],
  ['a compressed file', [0x42, 0x5a, 0x68]],
  ['a compressed file', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['a compressed file', [0x28, 0xb5, 0x2f, 0xfd]],
  ['an archive', [0x37, 0x7a, 0xbc, 0xaf]],
  ['an archive', [0x52, 0x61, 0x72, 0x21]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46]],
  ['an RTF document', [0x7b, 0x5c, 0x72, 0x74, 0x66]],
  ['a program', [0x7f, 0x45, 0x4c, 0x46]],
  ['a program', [0x4d, 0x5a]],
  ['a picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a picture', [0xff, 0xd8, 0xff]],
  ['a picture', [0x47, 0x49, 0x46, 0x38]],
  ['text in UTF-16', [0xff, 0xfe]],
  ['text in UTF-16', [0xfe, 0xff]],
]
const TAR_AT = 257
const TAR = [0x75, 0x73, 0x74, 0x61, 0x72]
/** A PDF may begin anywhere in its first kilobyte (ISO 32000-2, Annex I), which is what makes polyglots. */
const PDF_WITHIN = 1024

const startsWith = (bytes: Uint8Array, signature: readonly number[], at = 0): boolean =>
  bytes.length >= at + signature.length && signature.every((byte, index) => bytes[at + index] === byte)

/** In words what the file is, where it is nothing that a mapping reads; undefined for what may be text. */
export function foreignContent(bytes: Uint8Array): string | undefined {
  const known = SIGNATURES.find(([, signature]) => startsWith(bytes, signature))
  if (known !== undefined) return known[0]
  if (startsWith(bytes, TAR, TAR_AT)) return 'an archive'
  if (Buffer.from(bytes.subarray(0, PDF_WITHIN)).includes('%PDF-')) return 'a PDF document'
  // A ZIP is found by its end: one that is hung on a text is a ZIP all the same.
  if (Buffer.from(bytes.subarray(Math.max(0, bytes.length - END_WITHIN))).includes(ZIP_END)) return 'a ZIP archive'
  return bytes.includes(0) ? 'no text: it holds NUL' : undefined
}
const END_WITHIN = 66_000
const ZIP_END = Buffer.from([0x50, 0x4b, 0x05, 0x06])

/** Text of bytes in UTF-8, without a byte order mark; undefined where they are not. */
export function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The first line, from 1, that is not UTF-8; undefined where all are. */
export function lineNotUtf8(bytes: Uint8Array): number | undefined {
  let line = 1
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, from)
    if (utf8Of(bytes.subarray(from, end === -1 ? bytes.length : end)) === undefined) return line
    if (end === -1) return undefined
    from = end + 1
  }
  return undefined
}
