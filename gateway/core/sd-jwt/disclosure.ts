/** One disclosure (RFC 9901 §4.2): a salted claim or array element, named in what is signed by its digest alone. */
import { readStrictJson } from '#policies/language/strict-json.ts'
import { isBase64Url } from '#gateway/core/base64url.ts'
import { sha256Base64Url } from '#gateway/core/canonical-json.ts'

/** 128 bits in base64url (RFC 9901 §9.3). */
export const SALT_CHARACTERS = 22
/** Names that a claim may not have: those of the format, and those that mean something to an object of JavaScript. */
const RESERVED: ReadonlySet<string> = new Set(['_sd', '...', '_sd_alg', '__proto__', 'constructor', 'prototype'])
/** An array filled to its greatest capacity is one disclosure, with two entries an element. */
const MAX_KEYS = 65_536

export const isReserved = (name: string): boolean => RESERVED.has(name)

/** The text that goes with the signature, and the digest under which the signature knows it. */
export interface Disclosure {
  readonly encoded: string
  readonly digest: string
}

/** What follows the salt in a disclosure (RFC 9901 §4.2.1, §4.2.2), as it is encoded: the same whatever the salt is. Name and value are JSON. */
export const tailOf = (name: string | undefined, value: string): string =>
  Buffer.from(name === undefined ? `",${value}]` : `",${name},${value}]`).toString('base64url')

/**
 * What stands before it. With its quote and bracket a salt is 24 bytes, a whole number of groups of three, so that head and tail are
 * encoded apart; and none of its characters gives one of the two in which the alphabets of base64 differ. Throws for any other salt.
 */
export function headOf(salt: string): string {
  if (salt.length !== SALT_CHARACTERS) throw new TypeError('a salt has 22 characters')
  return btoa(`["${salt}`)
}

/** What a disclosure says; without a name it is an element of an array. */
export interface ReadDisclosure extends Disclosure {
  readonly salt: string
  readonly name: string | undefined
  readonly value: unknown
}

/** Reads one, or says why not. Never quotes it. */
export function readDisclosure(encoded: string): ReadDisclosure | string {
  if (encoded === '' || !isBase64Url(encoded)) return 'not-base64url'
  const json = readStrictJson(Buffer.from(encoded, 'base64url'), { maxKeys: MAX_KEYS })
  if (!json.ok) return json.reason.replaceAll(' ', '-')
  const parts: readonly unknown[] = Array.isArray(json.value) ? json.value : []
  if (parts.length !== 2 && parts.length !== 3) return 'not-a-disclosure'
  const [salt, name] = parts
  if (typeof salt !== 'string' || salt.length < SALT_CHARACTERS) return 'salt-too-short'
  const digest = sha256Base64Url(encoded)
  if (parts.length === 2) return { encoded, digest, salt, name: undefined, value: parts[1] }
  if (typeof name !== 'string' || isReserved(name)) return 'reserved-name'
  return { encoded, digest, salt, name, value: parts[2] }
}
