/** Policy text read strictly into a policy set: the whole set, or every fault with its file and place; never half a set. */
import { POLICY_FORMAT } from './policy.ts'
import type { Bilingual, Fault, Group, LegalBasis, PolicySet, RetentionPreset, Vocabulary } from './policy.ts'
import { readScalar, type Names } from './names.ts'
import { below, distinct, isKey, note, openMembers, readId, readKey, readMonths } from './reading.ts'
import { readName, readPairs, readText, recordOf, type Place, type Reader } from './reading.ts'
import { readStrictJson, type StrictJson } from './strict-json.ts'
import { readRule, readSpan } from './text-rules.ts'
import { readStatute } from './text-statutes.ts'

/** A policy set, or all that is wrong with its text. */
export type ParsedPolicy =
  { readonly ok: true; readonly set: PolicySet } | { readonly ok: false; readonly faults: readonly Fault[] }

const VOCABULARY = ['sections', 'terms', 'records', 'recipientTypes', 'roles', 'purposes', 'conditions']
const SET_MEMBERS =
  'format id version title vocabulary lists groups bases currentWindowMonths retention statutes rules'.split(' ')

/** Some 50 000 rules; deeper nesting than any policy needs is refused too. */
const MAX_TEXT_CHARS = 16 * 1024 * 1024
const TEXT_LIMITS = { maxDepth: 12, maxKeys: 2_000_000 }

/** Reads a policy text. Faults name the file as given and the place as a JSON Pointer (RFC 6901). Never throws. */
export function parsePolicy(text: string | Uint8Array, file: string): ParsedPolicy {
  const faults: Fault[] = []
  const place: Place = { file, at: '', faults }
  const read = readJson(text)
  if (!read.ok) note(place, 'json-invalid', `at character ${read.at}: ${read.reason}`)
  if (!read.ok) return { ok: false, faults }
  const set = readSet(read.value, place)
  return faults.length === 0 ? { ok: true, set } : { ok: false, faults }
}

const readJson = (text: string | Uint8Array): StrictJson =>
  text.length > MAX_TEXT_CHARS ? { ok: false, at: 0, reason: 'too long' } : readStrictJson(text, TEXT_LIMITS)

function readSet(value: unknown, place: Place): PolicySet {
  const members = openMembers(value, place, SET_MEMBERS)
  const format = members.required('format', readFormat)
  const head = {
    format,
    id: members.required('id', readId),
    version: members.required('version', readId),
    title: members.required('title', readTitle),
  }
  const vocabulary = members.required('vocabulary', readVocabulary)
  const lists = members.required('lists', recordOf(readKey, distinct(readScalar, String)))
  const bases = members.required(
    'bases',
    distinct(readBasis, ({ id }) => id),
  )
  const names = namesOf(vocabulary, lists, bases)
  checkSuccessors(bases, names, below(place, 'bases'))
  return {
    ...head,
    vocabulary,
    lists,
    groups: members.required(
      'groups',
      distinct(readGroup, ({ id }) => id),
    ),
    bases,
    currentWindowMonths: members.required('currentWindowMonths', readWindows(names)),
    retention: members.required(
      'retention',
      distinct(readPreset, ({ id }) => id),
    ),
    statutes: members.required(
      'statutes',
      distinct(readStatute(names), ({ id }) => id),
    ),
    rules: members.required(
      'rules',
      distinct(readRule(names), ({ id }) => id),
    ),
  }
}

const readFormat: Reader<typeof POLICY_FORMAT> = (value, place) => {
  if (value !== POLICY_FORMAT) note(place, 'format-unknown', `expected ${POLICY_FORMAT}`)
  return POLICY_FORMAT
}

const readTitle: Reader<Bilingual> = (value, place) => {
  const members = openMembers(value, place, ['en', 'fr'])
  return { en: members.required('en', readText), fr: members.required('fr', readText) }
}

const readVocabulary: Reader<Vocabulary> = (value, place) => {
  const members = openMembers(value, place, VOCABULARY)
  const names = distinct(readName, String)
  return {
    sections: members.required('sections', names),
    terms: members.required('terms', names),
    records: members.required('records', names),
    recipientTypes: members.required('recipientTypes', names),
    roles: members.required('roles', names),
    purposes: members.required('purposes', names),
    conditions: members.required('conditions', names),
  }
}

const readGroup: Reader<Group> = (value, place) => {
  const members = openMembers(value, place, ['id', 'members'])
  return { id: members.required('id', readId), members: members.required('members', distinct(readName, String)) }
}

const readBasis: Reader<LegalBasis> = (value, place) => {
  const members = openMembers(value, place, ['id', 'title', 'from', 'until', 'successor'])
  const successor = members.optional('successor', readId)
  return {
    id: members.required('id', readId),
    title: members.required('title', readText),
    ...readSpan(members, place),
    ...(successor === undefined ? {} : { successor }),
  }
}

function checkSuccessors(bases: readonly LegalBasis[], names: Names, place: Place): void {
  bases.forEach(({ successor }, index) => {
    if (successor === undefined || names.bases.has(successor)) return
    note(below(below(place, index), 'successor'), 'basis-unknown', successor)
  })
}

const readPreset: Reader<RetentionPreset> = (value, place) => {
  const members = openMembers(value, place, ['id', 'activeMonths', 'restrictedMonths', 'since', 'source'])
  return {
    id: members.required('id', readId),
    activeMonths: members.required('activeMonths', readMonths),
    restrictedMonths: members.required('restrictedMonths', readMonths),
    since: members.required('since', readKey),
    source: members.required('source', readText),
  }
}

const readWindows =
  (names: Names): Reader<Record<string, number>> =>
  (value, place) => {
    const isKnown = (key: string): boolean => key === 'default' || names.vocabulary.sections.has(key)
    for (const [key] of readPairs(value, { ...place, faults: [] })) {
      if (isKey(key) && !isKnown(key)) note(below(place, key), 'name-unknown', `sections: ${key}`)
    }
    const windows = recordOf(readKey, readMonths)(value, place)
    if (!Object.hasOwn(windows, 'default')) note(place, 'member-missing', 'default')
    return windows
  }

function namesOf(vocabulary: Vocabulary, lists: PolicySet['lists'], bases: readonly LegalBasis[]): Names {
  const known = (names: readonly string[]): ReadonlySet<string> => new Set(names.filter((name) => name !== ''))
  return {
    vocabulary: {
      sections: known(vocabulary.sections),
      terms: known(vocabulary.terms),
      records: known(vocabulary.records),
      recipientTypes: known(vocabulary.recipientTypes),
      roles: known(vocabulary.roles),
      purposes: known(vocabulary.purposes),
      conditions: known(vocabulary.conditions),
    },
    lists: new Map(Object.entries(lists)),
    bases: known(bases.map(({ id }) => id)),
  }
}

// The contract names both here: what reads a text and what writes it.
export { printPolicy } from './print.ts'
