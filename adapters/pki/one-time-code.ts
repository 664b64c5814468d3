/** The code that an officer gives to a new member: 128 random bits, written so that it can be read aloud, and kept only as a hash. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Crockford's: no I, L, O or U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BITS = 128
const BITS_PER_CHARACTER = 5
const GROUP = /.{1,5}/g

/** 26 characters in groups of five. */
export function makeCode(): string {
  const bits = [...randomBytes(BITS / 8)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const characters = Array.from({ length: Math.ceil(BITS / BITS_PER_CHARACTER) }, (_, at) => {
    const piece = bits.slice(at * BITS_PER_CHARACTER, (at + 1) * BITS_PER_CHARACTER)
    return ALPHABET[Number.parseInt(piece.padEnd(BITS_PER_CHARACTER, '0'), 2)]
  })
  return (characters.join('').match(GROUP) ?? []).join('-')
}

/** However it was typed: any case, with or without hyphens and spaces, O for 0, I and L for 1. */
const normal = (code: string): string =>
  code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')

/** SHA-256, in hex, of the code as it counts for that organisation and no other. */
export const digestOfCode = (uri: string, code: string): string =>
  createHash('sha256')
    .update(`${uri}\n${normal(code)}`)
    .digest('hex')

/** Whether the code is the one of that digest, in a time that tells nothing. */
export const isCode = (digest: string, uri: string, code: string): boolean =>
  timingSafeEqual(Buffer.from(digest, 'hex'), Buffer.from(digestOfCode(uri, code), 'hex'))
