/** The one byte form of a JSON value (RFC 8785) and its SHA-256 digest. */
import { createHash, createHmac, hash } from 'node:crypto'

/** RFC 8785 text of a JSON value. Members that are undefined are left out; throws for what JSON cannot hold. */
export function canonicalise(value: unknown): string {
  const sorted = sort(value)
  return sorted === UNSORTABLE ? ordered(value) : JSON.stringify(sorted)
}

/** Stands for what JSON.stringify does not spell in this form, in whatever order it is given. */
const UNSORTABLE = Symbol('unsortable')

/** What JSON.stringify spells in this form (RFC 8785 §3.2.2), and sooner than we: the very value where it is in order, as most that was sent in this form is. */
function sort(value: unknown): unknown {
  if (typeof value !== 'object')
    return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value) ? value : UNSORTABLE
  if (value === null) return value
  if (Array.isArray(value)) return sortEach(value)
  if (Object.getPrototypeOf(value) !== Object.prototype || 'toJSON' in value) return UNSORTABLE
  const names = Object.keys(value)
  const members: readonly unknown[] = Object.values(value)
  const sorted = sortEach(members)
  if (sorted === UNSORTABLE) return UNSORTABLE
  if (sorted === members && isInOrder(names)) return value
  const made = Object.fromEntries(names.map((name, at) => [name, sorted[at]] as const).toSorted(byName))
  // Names that are numbers come first, wherever they are put.
  return isInOrder(Object.keys(made)) ? made : UNSORTABLE
}

/** The very list where nothing in it changes. */
function sortEach(values: readonly unknown[]): readonly unknown[] | typeof UNSORTABLE {
  let changed: unknown[] | undefined
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]
    const sorted = value === undefined ? undefined : sort(value)
    if (sorted === UNSORTABLE) return UNSORTABLE
    if (sorted !== value) changed ??= [...values]
    if (changed !== undefined) changed[at] = sorted
  }
  return changed ?? values
}

const isInOrder = (names: readonly string[]): boolean =>
  names.every((name, at) => at === 0 || name > (names[at - 1] ?? ''))

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

function ordered(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number outside JSON has no canonical form')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((entry: unknown) => ordered(entry ?? null)).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no canonical form`)
  return orderedMembers(value as Readonly<Record<string, unknown>>)
}

/** In order of their names by UTF-16 unit, which is how strings compare (RFC 8785 §3.2.3). */
function orderedMembers(value: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const name of Object.keys(value).toSorted()) {
    const member = value[name]
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${ordered(member)}`
  }
  return `{${text}}`
}

/** SHA-256 of text (as UTF-8) or bytes, in lower-case hex. */
export const sha256Hex = (content: string | Uint8Array): string => hash('sha256', content)

/** SHA-256 of a text (as UTF-8) in base64url: the name of a disclosure (RFC 9901 §4.2.3). In one call, for a case has thousands. */
export const sha256Base64Url = (text: string): string => hash('sha256', text, 'base64url')

/** SHA-256 of a text that was begun and of what follows it. */
export type DigestOnward = (rest: string, spelled: 'hex' | 'base64url') => string

/** Reads a beginning once, for any number of ends. */
export function sha256From(beginning: string): DigestOnward {
  const begun = createHash('sha256').update(beginning)
  return (rest, spelled) => begun.copy().update(rest).digest(spelled)
}

/** So many bytes of SHAKE256 (FIPS 202) over a text, in base64url: where much that looks random is drawn from one seed. */
export const shakeBase64Url = (text: string, bytes: number): string =>
  hash('shake256', text, { outputEncoding: 'base64url', outputLength: bytes })

/** The same as so many digests of 32 bytes, spelled as `sha256Base64Url` spells them. */
export function shakeDigests(text: string, count: number): readonly string[] {
  const bytes = hash('shake256', text, { outputEncoding: 'buffer', outputLength: count * BYTES_APART })
  // Cut behind a whole group, so that all are spelled at once; of the byte between, the digest holds no bit.
  for (let at = BYTES_APART - 1; at < bytes.length; at += BYTES_APART) bytes[at] = 0
  const spelled = bytes.toString('base64url')
  const start = (BYTES_APART / 3) * 4
  return Array.from({ length: count }, (_, at) => spelled.slice(at * start, at * start + DIGEST_CHARACTERS))
}

const BYTES_APART = 33
const DIGEST_CHARACTERS = 43

/** HMAC-SHA-256 (RFC 2104) of a text, in hex. */
export const hmacHex = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex')

/** SHA-256 of the canonical form, in hex. */
export const digestOf = (value: unknown): string => sha256Hex(canonicalise(value))

/** A UUID (RFC 9562, version 8) that is the same for the same text: its first 122 free bits are of the text's SHA-256. */
export function uuidFrom(text: string): string {
  const hex = sha256Hex(text)
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4] ?? '8'
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
