/** Reading unknown JSON into values: every fault is noted with its place, and a stand-in value goes on so that all faults are found. */
import type { Fault, FaultCode } from './policy.ts'

/** Where the reader stands (file and JSON Pointer), and the faults noted so far. A text with a fault is never used. */
export interface Place {
  readonly file: string
  readonly at: string
  readonly faults: Fault[]
}

/** Total: gives a value for anything, and notes a fault where it had to make one up. */
export type Reader<T> = (value: unknown, place: Place) => T

const MAX_DETAIL_CHARS = 120
const MAX_NAME_CHARS = 200
const MAX_TEXT_CHARS = 2000
// Control characters, line separators, and marks that reorder text: none may hide in a name that an officer reads.
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u
const ID = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,159}$/
const KEY = /^[a-z][a-z0-9-]{0,59}$/

/** What may be shown of a text: its first characters, hidden ones replaced. */
const shown = (text: string, length: number): string =>
  text.slice(0, length).toWellFormed().replaceAll(new RegExp(HIDDEN, 'gu'), '\ufffd')

const segment = (name: string | number): string =>
  shown(String(name), MAX_NAME_CHARS).replaceAll('~', '~0').replaceAll('/', '~1')

/** The place of a member or element below (RFC 6901). */
export const below = (place: Place, name: string | number): Place => ({ ...place, at: `${place.at}/${segment(name)}` })

/** Notes a fault; the detail is cut to 120 characters and holds no control character. */
export function note(place: Place, code: FaultCode, detail: string): void {
  place.faults.push({ file: place.file, at: place.at, code, detail: shown(detail, MAX_DETAIL_CHARS) })
}

/** A word for the kind of a JSON value, safe to show. */
const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** Notes that something of another type was expected. */
export const wrongType = (place: Place, expected: string, value: unknown): void =>
  note(place, 'type-wrong', `expected ${expected}, found ${kindOf(value)}`)

/** Without hidden characters and without space at its ends: what an officer reads is what there is. */
export const isClean = (text: string): boolean =>
  text.isWellFormed() && !HIDDEN.test(text) && text.trim() === text && text !== ''

const textReader =
  (expected: string, accepts: (text: string) => boolean): Reader<string> =>
  (value, place) => {
    if (typeof value !== 'string') wrongType(place, expected, value)
    else if (accepts(value)) return value
    else note(place, 'value-unknown', `expected ${expected}`)
    return ''
  }

/** A sentence: 1 to 2000 characters without control characters, no space at its ends. */
export const readText = textReader(
  'a text of 1 to 2000 characters',
  (text) => text.length <= MAX_TEXT_CHARS && isClean(text),
)

/** A name of a vocabulary: 1 to 200 printable characters in Unicode NFC, not beginning with `@`, which marks a list. */
export const readName = textReader(
  'a name of 1 to 200 printable characters in NFC',
  (text) => text.length <= MAX_NAME_CHARS && !text.startsWith('@') && isClean(text) && text === text.normalize('NFC'),
)

/** An id of a rule, basis, statute, group or preset: ASCII letters, digits and `. _ : @ / + -`. */
export const readId = textReader('an id', (text) => ID.test(text))

/** True for the name of a list, a ladder kind or a milestone: small letters, digits and hyphens, save what strict JSON forbids. */
export const isKey = (text: string): boolean => KEY.test(text) && text !== 'constructor' && text !== 'prototype'
export const readKey = textReader('a name of small letters, digits and hyphens', isKey)

/** Months: a whole number from 0 to 1200. */
export const readMonths: Reader<number> = (value, place) => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1200) return value
  wrongType(place, 'a whole number of months, 0 to 1200', value)
  return 0
}

/** One of the given names; the first stands in for a faulty one. */
export const oneOf =
  <T extends string>(names: readonly [T, ...T[]]): Reader<T> =>
  (value, place) => {
    const found = names.find((name) => name === value)
    if (found !== undefined) return found
    if (typeof value === 'string') note(place, 'value-unknown', `expected one of ${names.join(', ')}`)
    else wrongType(place, `one of ${names.join(', ')}`, value)
    return names[0]
  }

/** An array, each element read by itself. */
export const arrayOf =
  <T>(read: Reader<T>): Reader<T[]> =>
  (value, place) => {
    if (!Array.isArray(value)) {
      wrongType(place, 'an array', value)
      return []
    }
    return value.map((element: unknown, index) => read(element, below(place, index)))
  }

/** An array in which no key occurs twice; keys are told apart by the given function. */
export const distinct =
  <T>(read: Reader<T>, keyOf: (value: T) => string): Reader<T[]> =>
  (value, place) => {
    const found = arrayOf(read)(value, place)
    const seen = new Set<string>()
    found.forEach((element, index) => {
      const key = keyOf(element)
      if (key !== '' && seen.has(key)) note(below(place, index), 'name-repeated', key)
      seen.add(key)
    })
    return found
  }

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Members of an object as pairs, in the order of the text; anything else is a fault and has none. */
export function readPairs(value: unknown, place: Place): readonly (readonly [string, unknown])[] {
  if (isObject(value)) return Object.entries(value)
  wrongType(place, 'an object', value)
  return []
}

/** An object whose keys are read by one reader and whose values by another. */
export const recordOf =
  <T>(readItsKey: Reader<string>, read: Reader<T>): Reader<Record<string, T>> =>
  (value, place) =>
    Object.fromEntries(
      readPairs(value, place).map(([key, member]) => {
        const at = below(place, key)
        return [readItsKey(key, at), read(member, at)]
      }),
    )

/** The members of an object whose names are all known beforehand. */
export interface Members {
  readonly required: <T>(name: string, read: Reader<T>) => T
  readonly optional: <T>(name: string, read: Reader<T>) => T | undefined
  readonly has: (name: string) => boolean
}

/** Opens an object: a member that is not known is a fault, as is a required one that is missing. */
export function openMembers(value: unknown, place: Place, known: readonly string[]): Members {
  const pairs = new Map(readPairs(value, place))
  for (const name of pairs.keys()) if (!known.includes(name)) note(below(place, name), 'member-unknown', name)
  const optional = <T>(name: string, read: Reader<T>): T | undefined =>
    pairs.has(name) ? read(pairs.get(name), below(place, name)) : undefined
  const required = <T>(name: string, read: Reader<T>): T => {
    if (pairs.has(name)) return read(pairs.get(name), below(place, name))
    if (isObject(value)) note(place, 'member-missing', name)
    return read(undefined, { ...place, faults: [] })
  }
  return { required, optional, has: (name) => pairs.has(name) }
}
