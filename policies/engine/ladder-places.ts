/** Ladders of places: an address climbs to its country, a prison to "custody". */
import { computed, exact } from './ladder.ts'
import type { Ladder } from './ladder.ts'
import { flag, memberOf, record, text, textOf, textThat } from './shape.ts'
import { DEPARTEMENTS_VERSION, departementByCode, departementOfCommune } from './tables/departements.ts'
import { ESTABLISHMENTS_VERSION, establishmentByCode } from './tables/establishments.ts'

/** ISO 3166-1 alpha-2. */
const country = textThat('a country code of two capital letters', (value) => /^[A-Z]{2}$/.test(value))
const insee = textThat('an INSEE commune code', (value) => /^(?:\d{2}|2[AB])\d{3}$/.test(value))

/**
 * g0 `{street?, postcode?, commune?, insee?, country?}`, g1 `{commune?, insee?, country?}`, g2 `{departement, name, country}`,
 * g3 `{region, country}`, g4 `{country}`. Outside France, or without an INSEE code, g1 is followed by g4.
 */
export const ADDRESS: Ladder = {
  kind: 'address',
  rungs: {
    g0: exact(record({}, { street: text, postcode: text, commune: text, insee, country })),
    g1: computed(record({}, { commune: text, insee, country }), communeOf),
    g2: computed(record({ departement: text, name: text, country }), departementOf),
    g3: computed(record({ region: text, country }), regionOf),
    g4: computed(record({ country }), countryOf),
  },
  tables: [DEPARTEMENTS_VERSION],
}

/** The country alone says no commune, so it is not given as one. */
function communeOf(address: unknown): unknown {
  return (textOf(address, 'commune') ?? textOf(address, 'insee')) ? address : undefined
}

function departementOf(commune: unknown): unknown {
  const found = departementOfCommune(textOf(commune, 'insee') ?? '')
  if (found === undefined || (textOf(commune, 'country') ?? 'FR') !== 'FR') return undefined
  return { departement: found.code, name: found.name, country: 'FR' }
}

function regionOf(finer: unknown): unknown {
  const found = departementByCode(textOf(finer, 'departement') ?? '')
  return found === undefined ? undefined : { region: found.region, country: 'FR' }
}

function countryOf(finer: unknown): unknown {
  return { country: memberOf(finer, 'country') }
}

/**
 * g0 `{code, name?, wing?}`, g1 `{code, name}`, g2 `{type, disp}`, g3 `{type}`, g4 `{custody: true}`.
 * A prison that the table does not know keeps the name its sender gave, then falls to g4.
 */
export const PRISON: Ladder = {
  kind: 'prison',
  rungs: {
    g0: exact(record({ code: text }, { name: text, wing: text })),
    g1: computed(record({ code: text, name: text }), establishmentName),
    g2: computed(record({ type: text, disp: text }), typeAndDirectorate),
    g3: computed(record({ type: text }), (finer) => ({ type: memberOf(finer, 'type') })),
    g4: computed(record({ custody: flag }), () => ({ custody: true })),
  },
  tables: [ESTABLISHMENTS_VERSION],
}

function establishmentName(prison: unknown): unknown {
  const code = textOf(prison, 'code') ?? ''
  return { code, name: establishmentByCode(code)?.name ?? textOf(prison, 'name') }
}

function typeAndDirectorate(finer: unknown): unknown {
  const found = establishmentByCode(textOf(finer, 'code') ?? '')
  return found === undefined ? undefined : { type: found.type, disp: found.disp }
}
