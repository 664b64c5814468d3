/** The text of example decisions: what is asked of a pack and what must come out, read strictly from JSON. */
import { attributeNamed } from '#policies/language/attributes.ts'
import type { Instant } from '#policies/language/instant.ts'
import { parseInstant } from '#policies/language/instant.ts'
import type { AttributeValue, LabelledItem, Marking } from '#policies/language/item.ts'
import { CLASSIFICATIONS, HANDLING_CODES } from '#policies/language/item.ts'
import { LEVELS, type Level } from '#policies/language/level.ts'
import type { Fault, Omission, Question } from '#policies/language/policy.ts'
import { arrayOf, below, distinct, note, oneOf, openMembers } from '#policies/language/reading.ts'
import {
  readId,
  readName,
  readPairs,
  readText,
  wrongType,
  type Place,
  type Reader,
} from '#policies/language/reading.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'

export const CASES_FORMAT = 'passerelle-cases/1'

type Facts = Readonly<Record<string, AttributeValue | undefined>>

/** What must come out; only what is given is looked at, and the level always is. */
export interface Expected {
  readonly level: Level
  readonly omission?: Omission
  readonly rules?: readonly string[]
  readonly bases?: readonly string[]
  readonly conditions?: readonly string[]
  /** Part of the English sentence. */
  readonly says?: string
}

export interface Example {
  readonly name: string
  readonly question: Question
  readonly item: LabelledItem
  readonly expected: Expected
}

export type ParsedCases =
  | { readonly ok: true; readonly pack: string; readonly examples: readonly Example[] }
  | { readonly ok: false; readonly faults: readonly Fault[] }

/** Reads an example file: every example, or every fault with its place. Facts left at `null` count as not stated. */
export function parseCases(text: string | Uint8Array, file: string): ParsedCases {
  const faults: Fault[] = []
  const place: Place = { file, at: '', faults }
  const read = readStrictJson(text, { maxDepth: 12, maxKeys: 200_000 })
  if (!read.ok) note(place, 'json-invalid', `at character ${read.at}: ${read.reason}`)
  if (!read.ok) return { ok: false, faults }
  const members = openMembers(read.value, place, ['format', 'pack', 'defaults', 'cases'])
  members.required('format', oneOf([CASES_FORMAT]))
  const pack = members.required('pack', readId)
  const defaults = members.required('defaults', readDefaults)
  const examples = members.required(
    'cases',
    distinct(readExample(defaults), ({ name }) => name),
  )
  return faults.length === 0 ? { ok: true, pack, examples } : { ok: false, faults }
}

interface Defaults {
  readonly at: Instant
  readonly facts: Facts
  readonly item: Facts
}

const readDefaults: Reader<Defaults> = (value, place) => {
  const members = openMembers(value, place, ['at', 'facts', 'item'])
  return {
    at: members.required('at', readAt),
    facts: members.required('facts', readFacts('question')),
    item: members.required('item', readFacts('item')),
  }
}

const readExample =
  (defaults: Defaults): Reader<Example> =>
  (value, place) => {
    const members = openMembers(value, place, 'name at facts item past marking milestones expected'.split(' '))
    const at = members.optional('at', readAt) ?? defaults.at
    const past = members.optional('past', readAt)
    return {
      name: members.required('name', readText),
      question: {
        at,
        milestones: members.optional('milestones', readMilestones) ?? {},
        facts: { ...defaults.facts, ...members.optional('facts', readFacts('question')) },
      },
      item: {
        id: 'example',
        observedAt: past ?? at,
        isPast: past !== undefined,
        facts: { ...defaults.item, ...members.optional('item', readFacts('item')), isPast: past !== undefined },
        marking: members.optional('marking', readMarking) ?? PLAIN_MARKING,
        value: { kind: 'plain', exact: '', rungs: {}, summaryRung: 'g0' },
      },
      expected: members.required('expected', readExpected),
    }
  }

const readAt: Reader<Instant> = (value, place) => {
  const found = typeof value === 'string' ? parseInstant(value) : undefined
  if (found === undefined) note(place, 'instant-invalid', 'expected YYYY-MM-DD or a UTC time')
  return found ?? 0
}

/** Facts by attribute name: in full for a question, short for an item. */
const readFacts =
  (of: 'question' | 'item'): Reader<Facts> =>
  (value, place) =>
    Object.fromEntries(
      readPairs(value, place).map(([name, own]) => {
        const full = of === 'item' ? `item.${name}` : name
        const isKnown = attributeNamed(full) !== undefined && full.startsWith('item.') === (of === 'item')
        if (!isKnown) note(below(place, name), 'name-unknown', `attribute ${full}`)
        return [name, readFact(own, below(place, name))]
      }),
    )

const readFact: Reader<AttributeValue | undefined> = (value, place) => {
  if (value === null) return undefined
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value
  return arrayOf(readName)(value, place)
}

const readMilestones: Reader<Record<string, Instant>> = (value, place) =>
  Object.fromEntries(readPairs(value, place).map(([name, own]) => [name, readAt(own, below(place, name))]))

const PLAIN_MARKING: Marking = {
  classification: 'non-protege',
  handling: [],
  conditions: [],
  receivedInConfidence: false,
}

const readMarking: Reader<Marking> = (value, place) => {
  const members = openMembers(value, place, 'classification handling releasableTo receivedInConfidence'.split(' '))
  const releasableTo = members.optional('releasableTo', arrayOf(readName))
  return {
    classification: members.optional('classification', oneOf(CLASSIFICATIONS)) ?? 'non-protege',
    handling: members.optional('handling', arrayOf(oneOf(HANDLING_CODES))) ?? [],
    conditions: [],
    receivedInConfidence: members.optional('receivedInConfidence', readFlag) ?? false,
    ...(releasableTo === undefined ? {} : { releasableTo }),
  }
}

const readFlag: Reader<boolean> = (value, place) => {
  if (typeof value !== 'boolean') wrongType(place, 'true or false', value)
  return value === true
}

const readExpected: Reader<Expected> = (value, place) => {
  const members = openMembers(value, place, 'level omission rules bases conditions says'.split(' '))
  const omission = members.optional('omission', oneOf(['silent', 'declared'] as const))
  const rules = members.optional('rules', arrayOf(readId))
  const bases = members.optional('bases', arrayOf(readId))
  const conditions = members.optional('conditions', arrayOf(readName))
  const says = members.optional('says', readText)
  return {
    level: members.required('level', oneOf(LEVELS)),
    ...(omission === undefined ? {} : { omission }),
    ...(rules === undefined ? {} : { rules }),
    ...(bases === undefined ? {} : { bases }),
    ...(conditions === undefined ? {} : { conditions }),
    ...(says === undefined ? {} : { says }),
  }
}
