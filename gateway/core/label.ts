/** An item of a message as policy sees it: its labels spelled out, so that none is ever missing, and its value left unread. */
import { parseInstant, monthsBefore } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { CLASSIFICATIONS } from '#policies/language/item.ts'
import type { Facts, LabelledItem, LadderedValue, Marking } from '#policies/language/item.ts'
import type { Item } from './item.ts'
import type { Term } from './vocabulary/section.ts'
import { termIn } from './vocabulary/sections.ts'

/** What is the same for every item of a message at the instant it is asked about. */
export interface LabelSituation {
  readonly at: Instant
  /** How long an event of a section stays current, in months: `default` and by section (pack data). */
  readonly windowMonths: Readonly<Record<string, number>>
  readonly attested: 'originator' | 'broker'
}

/** What the case says of an item version at the instant it is asked about. */
export interface ItemSituation extends LabelSituation {
  readonly isSuperseded: boolean
}

/** Pure: the same item and situation give the same labels. */
export const label = (item: Item, situation: ItemSituation): LabelledItem =>
  labeller(situation)(item, situation.isSuperseded)

/** The labels of many items in one situation. `known`: what was read of these items before; recipients to whom an item is the same get the same labels. */
export function labeller(
  situation: LabelSituation,
  known?: Map<Item, Lasting>,
): (item: Item, isSuperseded: boolean) => LabelledItem {
  const startOf = windowStarts(situation)
  const same = oneOfEach()
  return (item, isSuperseded) => {
    const lasting = lastingOf({ item, known, same })
    const isPast = isSuperseded || isPastVersion(item, lasting, situation.at, startOf)
    return labelledAs(item, lasting, isPast, situation)
  }
}

/** Labels hang on the instant by `isPast` alone, save where an item has no date of its own. */
function labelledAs(item: Item, lasting: Lasting, isPast: boolean, { at, attested }: LabelSituation): LabelledItem {
  const known = lasting.labelled.find((made) => made.isPast === isPast && made.facts['attested'] === attested)
  if (known !== undefined) return known
  const { facts, observedAt, marking, value, labelled } = lasting
  const made: LabelledItem = {
    id: item.itemId,
    facts: { ...facts, isPast, attested },
    observedAt: observedAt ?? at,
    isPast,
    marking,
    value,
  }
  if (observedAt !== undefined) labelled.push(made)
  return made
}

/** What an item says of itself at every instant. */
export interface Lasting {
  readonly facts: Facts
  readonly observedAt: Instant | undefined
  readonly validUntil: Instant | undefined
  readonly recordsEvent: boolean
  readonly marking: Marking
  readonly value: LadderedValue
  /** As it was labelled before: at most standing and past, by originator and by broker. */
  readonly labelled: LabelledItem[]
}

/** The first string of its text. JSON gives each item strings of its own; one for all is found faster and takes less room. */
type Same = (text: string) => string

function oneOfEach(): Same {
  const known = new Map<string, string>()
  return (text) => {
    const first = known.get(text)
    if (first !== undefined) return first
    known.set(text, text)
    return text
  }
}

interface ToRead {
  readonly item: Item
  readonly known: Map<Item, Lasting> | undefined
  readonly same: Same
}

/** Read once an item, which never changes: one message is judged for each of its recipients. */
function lastingOf({ item, known, same }: ToRead): Lasting {
  const before = known?.get(item)
  if (before !== undefined) return before
  const lasting = readLasting(item, same)
  known?.set(item, lasting)
  return lasting
}

function readLasting(item: Item, same: Same): Lasting {
  const term = termIn(item.section, item.term)
  const value = valueOf(item, term)
  return {
    facts: factsOf(item, value.kind, same),
    observedAt: parseInstant(item.observedAt),
    validUntil: item.validUntil === undefined ? undefined : parseInstant(item.validUntil),
    recordsEvent: term?.recordsEvent === true,
    marking: markingOf(item),
    value,
    labelled: [],
  }
}

/** True for a term of the safety floor: shown whatever the choice, never above what policy permits. */
export const isFloorTerm = (section: string, term: string): boolean => termIn(section, term)?.isFloor === true

function factsOf(item: Item, kind: string, same: Same): Facts {
  const path = item.at === undefined ? undefined : pathOf(item.at)
  return {
    section: same(item.section),
    term: same(item.term),
    kind,
    nature: same(item.nature),
    subjectCategory: same(item.subjectCategory),
    specialCategories: item.specialCategories,
    markings: markingsOf(item),
    secrecyRegime: same(item.secrecyRegime),
    authorRole: same(item.author.role),
    authorService: same(item.author.service),
    disputed: item.disputed,
    subjectInformed: same(item.subjectInformed),
    ...(item.record === undefined ? {} : { record: item.record }),
    ...(path === undefined ? {} : { path, within: enclosing(path) }),
  }
}

/** What the item is marked with, by name: `no-onward`, `pap-amber`, `TLP:RED`, `H1`, `diffusion-restreinte`, `admiralty:B`. */
function markingsOf(item: Item): readonly string[] {
  const { conditions, handling, tlp, classification, source, information } = item
  const isPlain = handling.length === 0 && tlp === undefined && classification === 'non-protege'
  if (isPlain && source === undefined && information === undefined) return conditions
  const grades = [source, information].flatMap((grade) =>
    grade === undefined ? [] : [`${grade.scheme}:${grade.code}`],
  )
  return [
    ...conditions,
    ...handling,
    ...(tlp === undefined ? [] : [tlp]),
    ...(classification === 'non-protege' ? [] : [classification]),
    ...grades,
  ]
}

/** Expired, or an event older than its section's window (`disclosure.md`, History). */
function isPastVersion(item: Item, lasting: Lasting, at: Instant, startOf: (section: string) => Instant): boolean {
  if (lasting.validUntil !== undefined && lasting.validUntil <= at) return true
  return lasting.recordsEvent && (lasting.observedAt ?? at) < startOf(item.section)
}

/** Where the window of a section begins, reckoned once a section. */
function windowStarts({ at, windowMonths }: LabelSituation): (section: string) => Instant {
  const known = new Map<string, Instant>()
  return (section) => {
    const start =
      known.get(section) ?? monthsBefore(at, windowMonths[section] ?? windowMonths['default'] ?? DEFAULT_WINDOW_MONTHS)
    known.set(section, start)
    return start
  }
}

const DEFAULT_WINDOW_MONTHS = 3

/** Limits that the sender put on the item, as policy meets them. */
export function markingOf(item: Item): Marking {
  const until = item.releaseUntil === undefined ? undefined : parseInstant(item.releaseUntil)
  // Anything that is not a classification we may carry was refused at the door; were it ever to get here, it counts as the highest.
  const classification = CLASSIFICATIONS.find((known) => known === item.classification) ?? 'diffusion-restreinte'
  return {
    classification,
    handling: item.handling,
    conditions: item.conditions,
    receivedInConfidence: item.receivedInConfidence,
    secrecyRegime: item.secrecyRegime,
    ...(item.tlp === undefined ? {} : { tlp: item.tlp }),
    ...(item.releasableTo === undefined ? {} : { releasableTo: item.releasableTo }),
    ...(item.originator === undefined ? {} : { originator: item.originator }),
    ...(until === undefined ? {} : { validUntil: until }),
  }
}

/** Its value as the ladder of its term reads it. */
export function valueOf(item: Item, term: Term | undefined): LadderedValue {
  return {
    kind: term?.kind ?? 'plain',
    summaryRung: term?.summaryRung ?? 'g4',
    rungs: item.rungs ?? {},
    ...(item.value === undefined ? {} : { exact: item.value }),
  }
}

/** A JSON Pointer without its array indexes: `/data/0/name` becomes `/data/name`. */
const pathOf = (pointer: string): string =>
  pointer
    .split('/')
    .filter((part) => !/^\d+$/.test(part))
    .join('/')

/** Every pointer above a path, and the names of the members on the way. */
function enclosing(path: string): readonly string[] {
  const names = path.split('/').slice(1, -1)
  const pointers = names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)
  return [...new Set([...pointers, ...names])]
}
