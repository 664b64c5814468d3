/** Ladders of time: a date climbs from its day to its decade, a birth date too, children from their names to "has any". */
import { monthsBefore, parseInstant } from '#policies/language/instant.ts'
import { authored, computed, exact } from './ladder.ts'
import type { Ladder } from './ladder.ts'
import { count, flag, listIn, listOf, numberOf, oneOf, record, text, textOf, textThat } from './shape.ts'
import { BANDS_VERSION, ageBand } from './tables/bands.ts'

const day = textThat('a day YYYY-MM-DD', (value) => value.length === 10 && parseInstant(value) !== undefined)
const dayOrTime = textThat('a day YYYY-MM-DD or a UTC time', (value) => parseInstant(value) !== undefined)
const month = textThat('a month YYYY-MM', (value) => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(value))
const quarter = textThat('a quarter YYYY-Qn', (value) => /^\d{4}-Q[1-4]$/.test(value))
const year = textThat('a year YYYY', (value) => /^\d{4}$/.test(value))
const decade = textThat('a decade YYY0s', (value) => /^\d{3}0s$/.test(value))

/** Text cut at a fixed place of a fixed format; no free text is ever shortened. */
const first = (length: number) => (finer: unknown) => (typeof finer === 'string' ? finer.slice(0, length) : undefined)

const quarterOf = (finer: unknown): unknown =>
  typeof finer === 'string' ? `${finer.slice(0, 4)}-Q${Math.ceil(Number(finer.slice(5, 7)) / 3)}` : undefined

const decadeOf = (finer: unknown): unknown => (typeof finer === 'string' ? `${finer.slice(0, 3)}0s` : undefined)

/** g0 `2027-03-14` (or a UTC time), g1 `2027-03`, g2 `2027-Q1`, g3 `2027`, g4 `2020s`. */
export const DATE: Ladder = {
  kind: 'date',
  rungs: {
    g0: exact(dayOrTime),
    g1: computed(month, first(7)),
    g2: computed(quarter, quarterOf),
    g3: computed(year, first(4)),
    g4: computed(decade, decadeOf),
  },
  tables: [],
}

/** g0 `1998-05-02`, g1 `1998-05`, g2 `1998`, g3 `1990s`; authored: g4 `adult` or `minor`. */
export const BIRTH_DATE: Ladder = {
  kind: 'birth-date',
  rungs: {
    g0: exact(day),
    g1: computed(month, first(7)),
    g2: computed(year, first(4)),
    g3: computed(decade, decadeOf),
    g4: authored(oneOf(['adult', 'minor'])),
  },
  tables: [],
}

const child = record({}, { name: text, birthDate: day })

/**
 * g0 `{children: [{name?, birthDate?}], asOf?}`, g1 `{ages}`, g2 `{bands}`, g3 `{count}`, g4 `{any}`.
 * Ages are completed years at the value's own `asOf`, sorted; without it, or where one birth date is missing or later, g0 is followed by g3.
 */
export const CHILD: Ladder = {
  kind: 'child',
  rungs: {
    g0: exact(record({ children: listOf(child) }, { asOf: day })),
    g1: computed(record({ ages: listOf(count) }), agesOf),
    g2: computed(record({ bands: listOf(text) }), bandsOf),
    g3: computed(record({ count }), countOf),
    g4: computed(record({ any: flag }), (finer) => ({ any: (numberOf(finer, 'count') ?? 0) > 0 })),
  },
  tables: [BANDS_VERSION],
}

function agesOf(family: unknown): unknown {
  const asOf = textOf(family, 'asOf')
  if (asOf === undefined) return undefined
  const ages = listIn(family, 'children')?.map((entry) => ageAt(textOf(entry, 'birthDate'), asOf))
  return { ages: ages?.toSorted((a, b) => (a ?? 0) - (b ?? 0)) }
}

/** Completed years between two days; undefined where either is missing or the birth is the later. */
function ageAt(birthDate: string | undefined, asOf: string): number | undefined {
  const born = parseInstant(birthDate ?? '')
  const at = parseInstant(asOf)
  if (born === undefined || at === undefined || born > at) return undefined
  const years = Number(asOf.slice(0, 4)) - Number((birthDate ?? '').slice(0, 4))
  return monthsBefore(at, years * 12) >= born ? years : years - 1
}

function bandsOf(finer: unknown): unknown {
  return { bands: listIn(finer, 'ages')?.map((age) => (typeof age === 'number' ? ageBand(age) : undefined)) }
}

function countOf(finer: unknown): unknown {
  const list = ['bands', 'ages', 'children'].map((name) => listIn(finer, name)).find((found) => found !== undefined)
  return { count: list?.length }
}
