/** Law 1: an unknown section, term, purpose or recipient projects nothing. Names are held against the set's own vocabulary. */
import { ATTRIBUTES } from '#policies/language/attributes.ts'
import { isMissing } from './condition.ts'
import { factReader } from './item-fact.ts'
import type { Facts } from '#policies/language/item.ts'
import type { PolicySet, Question, Vocabulary } from '#policies/language/policy.ts'

type Named = { readonly full: string; readonly short: string; readonly list: keyof Vocabulary }

const NAMED: readonly Named[] = ATTRIBUTES.flatMap(({ name, names }) =>
  names === undefined ? [] : [{ full: name, short: name.slice(name.indexOf('.') + 1), list: names }],
)
const OF_ITEM = NAMED.filter(({ full }) => full.startsWith('item.')).map((named) => ({
  ...named,
  read: factReader(named.short),
}))
const OF_QUESTION = NAMED.filter(({ full }) => !full.startsWith('item.'))

/** The vocabulary of a set as sets. */
export type Names = Readonly<Record<keyof Vocabulary, ReadonlySet<string>>>

/** Made once a vocabulary, which never changes: a plan is compiled for each message, and some vocabularies hold hundreds of terms. */
export function namesOf({ vocabulary }: PolicySet): Names {
  const known = MADE.get(vocabulary)
  if (known !== undefined) return known
  const names = toNames(vocabulary)
  MADE.set(vocabulary, names)
  return names
}

const MADE = new WeakMap<Vocabulary, Names>()

function toNames(vocabulary: Vocabulary): Names {
  const { sections, terms, records, recipientTypes, roles, purposes, conditions } = vocabulary
  return {
    sections: new Set(sections),
    terms: new Set(terms),
    records: new Set(records),
    recipientTypes: new Set(recipientTypes),
    roles: new Set(roles),
    purposes: new Set(purposes),
    conditions: new Set(conditions),
  }
}

/** Attributes of the question whose value is outside the vocabulary, as `unknown-name:<attribute>`, sorted. */
export const unknownInQuestion = (names: Names, question: Question): readonly string[] =>
  OF_QUESTION.filter(({ full, list }) => isUnknown(names[list], question.facts[full]))
    .map(({ full }) => `unknown-name:${full}`)
    .toSorted()

/** The same for an item. */
export const unknownInItem = (names: Names, facts: Facts): readonly string[] => {
  let unknown = NONE
  for (const { full, read, list } of OF_ITEM)
    if (isUnknown(names[list], read(facts))) unknown = [...unknown, `unknown-name:${full}`].toSorted()
  return unknown
}

const NONE: readonly string[] = []

/** A vocabulary list that is empty is not in use. What is no name at all is in no vocabulary either. */
const isUnknown = (known: ReadonlySet<unknown>, value: unknown): boolean => {
  if (known.size === 0 || known.has(value) || isMissing(value)) return false
  return Array.isArray(value) ? value.some((entry) => !known.has(entry)) : !known.has(value)
}
