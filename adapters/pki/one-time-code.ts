/** The code that an officer gives to a new member: 128 random bits, written so that it can be read aloud, and kept only as a hash. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Crockford's: no I, L, O or U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BITS = 128
const BITS_PER_CHARACTER = 5
const GROUP = /.{1,5}/g
const GROUP_CHARACTERS = 5

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

/**
 * The digest of its first group, by which a guess counts as near: 25 bits. Only near guesses are held against an invitation, so
 * that a stranger cannot lock it: he meets the group once in 2^25 guesses, and to lock takes ten of them, 335 million requests within
 * the day of a code (3,900 a second at a door that writes to disk for each). Nor does that help him to guess the code: one whose first
 * group is wrong cannot be right, and of those whose group is right at most ten are tried against the 103 bits that are left. However many he sends, his chance is below 10 * 2^-103, less than 2^-99 (H018). Whoever can read the register
 * learns the 25 bits, and no more.
 */
export const nearDigestOfCode = (uri: string, code: string): string =>
  digestOfCode(uri, normal(code).slice(0, GROUP_CHARACTERS))

/** Whether the code is the one of that digest, in a time that tells nothing. */
export const isCode = (digest: string, uri: string, code: string): boolean => isSame(digest, digestOfCode(uri, code))

/** Whether its first group is the one of that digest, in a time that tells nothing. */
export const isNear = (nearDigest: string, uri: string, code: string): boolean =>
  isSame(nearDigest, nearDigestOfCode(uri, code))

const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'))
