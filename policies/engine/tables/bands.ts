/** Bands: ages of children, years of a sentence, sums of money; and where a kind of sentence is served. */

export const BANDS_VERSION = 'bands/1'

interface Band {
  /** First value that belongs to it. */
  readonly from: number
  readonly band: string
}

/** Ages in completed years. */
const AGES: readonly Band[] = [
  { from: 0, band: '0-2' },
  { from: 3, band: '3-5' },
  { from: 6, band: '6-10' },
  { from: 11, band: '11-14' },
  { from: 15, band: '15-17' },
  { from: 18, band: 'adult' },
]

/** Length of a sentence in completed years. */
const SENTENCE_YEARS: readonly Band[] = [
  { from: 0, band: 'under-1-year' },
  { from: 1, band: '1-2-years' },
  { from: 2, band: '2-5-years' },
  { from: 5, band: '5-10-years' },
  { from: 10, band: '10-years-or-more' },
]

/** Sums in units of the currency, not in cents. */
const SUMS: readonly Band[] = [
  { from: 0, band: 'under-100' },
  { from: 100, band: '100-500' },
  { from: 500, band: '500-1000' },
  { from: 1000, band: '1000-2000' },
  { from: 2000, band: '2000-5000' },
  { from: 5000, band: '5000-20000' },
  { from: 20_000, band: '20000-or-more' },
]

/** Currencies of a similar unit, for which the bands of sums say the same. */
const BANDED_CURRENCIES: readonly string[] = ['EUR', 'GBP', 'CHF', 'USD']

const CUSTODIAL = ['imprisonment', 'life-imprisonment'] as const
const COMMUNITY = [
  'suspended-imprisonment',
  'suspended-with-probation',
  'community-work',
  'home-detention-monitoring',
  'socio-judicial-supervision',
  'day-fine',
] as const

/** Kinds of sentence that the table knows. */
export const SENTENCE_KINDS = [...CUSTODIAL, ...COMMUNITY] as const

const bandIn = (bands: readonly Band[], value: number): string | undefined =>
  bands.findLast((entry) => value >= entry.from)?.band

export const ageBand = (years: number): string | undefined => bandIn(AGES, years)

/** Life imprisonment has its own band; no other kind is without years. */
export const sentenceBand = (kind: string, years: number | undefined): string | undefined => {
  if (kind === 'life-imprisonment') return 'life'
  return years === undefined ? undefined : bandIn(SENTENCE_YEARS, years)
}

/** Undefined for a currency whose unit the bands do not fit. */
export const sumBand = (amount: number, currency: string): string | undefined =>
  BANDED_CURRENCIES.includes(currency) ? bandIn(SUMS, amount) : undefined

export const settingOf = (kind: string): 'custodial' | 'community' | undefined => {
  if (CUSTODIAL.some((entry) => entry === kind)) return 'custodial'
  return COMMUNITY.some((entry) => entry === kind) ? 'community' : undefined
}
