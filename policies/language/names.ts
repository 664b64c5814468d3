/** The names that a policy text may use: the catalogue of attributes, and the text's own vocabulary, lists and bases. */
import { attributeNamed, type Attribute } from './attributes.ts'
import type { AttributeScalar, Vocabulary } from './policy.ts'
import { isClean, note, type Place, type Reader, wrongType } from './reading.ts'

/** What the parts of a text that come before the rules have named. */
export interface Names {
  readonly vocabulary: Readonly<Record<keyof Vocabulary, ReadonlySet<string>>>
  readonly lists: ReadonlyMap<string, readonly AttributeScalar[]>
  readonly bases: ReadonlySet<string>
}

/** Which subjects a part of a rule may ask about. */
export type Subject = 'who' | 'what' | 'when'

const ASKED_OF: Readonly<Record<Subject, (name: string) => boolean>> = {
  who: (name) => !name.startsWith('item.'),
  what: (name) => name.startsWith('item.'),
  when: () => true,
}

/** The attribute of that name, if the catalogue has it and this part of a rule may ask about it; else notes the fault. */
export function readAttribute(name: string, subject: Subject, place: Place): Attribute | undefined {
  const found = attributeNamed(name)
  if (found === undefined) note(place, 'name-unknown', `attribute ${name}`)
  else if (ASKED_OF[subject](name)) return found
  else note(place, 'name-unknown', `${name} may not stand in ${subject}`)
  return undefined
}

/** Whether a vocabulary list has the name; an empty list means that the set does not use it. */
export const isNamed = (names: Names, list: keyof Vocabulary, name: string): boolean =>
  names.vocabulary[list].size === 0 || names.vocabulary[list].has(name)

/** A name out of one list of the vocabulary. */
export const nameIn =
  (names: Names, list: keyof Vocabulary): Reader<string> =>
  (value, place) => {
    if (typeof value !== 'string') wrongType(place, `a name of ${list}`, value)
    else if (isNamed(names, list, value) && value !== '') return value
    else note(place, 'name-unknown', `${list}: ${value}`)
    return ''
  }

/** The id of a legal basis that the text declares. */
export const basisIn =
  (names: Names): Reader<string> =>
  (value, place) => {
    if (typeof value === 'string' && names.bases.has(value)) return value
    if (typeof value === 'string') note(place, 'basis-unknown', value)
    else wrongType(place, 'the id of a basis', value)
    return ''
  }

const scalarType = (attribute: Attribute): 'string' | 'boolean' | 'integer' =>
  attribute.type === 'list' ? 'string' : attribute.type

const isScalar = (value: unknown): value is AttributeScalar =>
  (typeof value === 'string' && isClean(value)) || typeof value === 'boolean' || Number.isSafeInteger(value)

/** A boolean, a safe integer or a clean, non-empty string; what a list may hold. */
export const readScalar: Reader<AttributeScalar> = (value, place) => {
  if (isScalar(value)) return value
  wrongType(place, 'a non-empty string, a boolean or a whole number', value)
  return ''
}

/** One value that the attribute (or, for a list, a member of it) could have: of its type, and of its vocabulary where it has one. */
export function readValueOf(attribute: Attribute, names: Names, value: unknown, place: Place): AttributeScalar {
  const expected = scalarType(attribute)
  const type = typeof value === 'number' ? 'integer' : typeof value
  if (!isScalar(value) || type !== expected) wrongType(place, `${expected} for ${attribute.name}`, value)
  else if (attribute.names === undefined || isNamed(names, attribute.names, String(value))) return value
  else note(place, 'name-unknown', `${attribute.names}: ${String(value)}`)
  return ''
}

/** One value of a match: a value of the attribute, or `@name` for the members of a list, which must all fit the attribute. */
export function readMatched(attribute: Attribute, names: Names, value: unknown, place: Place): AttributeScalar {
  if (typeof value !== 'string' || !value.startsWith('@')) return readValueOf(attribute, names, value, place)
  const members = names.lists.get(value.slice(1))
  if (members === undefined) note(place, 'name-unknown', `list ${value}`)
  for (const member of members ?? []) readValueOf(attribute, names, member, place)
  return value
}
