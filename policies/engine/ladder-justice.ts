/** Ladders of offence, sentence, amount and professional. */
import { authored, computed, exact } from './ladder.ts'
import type { Ladder } from './ladder.ts'
import { count, memberOf, numberOf, oneOf, record, sum, text, textOf, textThat } from './shape.ts'
import { BANDS_VERSION, sentenceBand, settingOf, sumBand } from './tables/bands.ts'
import { OFFENCES_VERSION, headingById, headingOfArticle, headingOfNatinf, natureOfFamily } from './tables/offences.ts'

/** g0 `{natinf?, article?, text?}` (`cp.421-2-1`), g1 `{heading}`, g2 `{family}`, g3 `{nature: terrorist | ordinary}`. */
export const OFFENCE: Ladder = {
  kind: 'offence',
  rungs: {
    g0: exact(record({}, { natinf: text, article: text, text })),
    g1: computed(record({ heading: text }), headingOf),
    g2: computed(record({ family: text }), (finer) => ({
      family: headingById(textOf(finer, 'heading') ?? '')?.family,
    })),
    g3: computed(record({ nature: oneOf(['terrorist', 'ordinary']) }), (finer) => ({
      nature: natureOfFamily(textOf(finer, 'family') ?? ''),
    })),
  },
  tables: [OFFENCES_VERSION],
}

/** By article where it is known, else by NATINF code; two that disagree say nothing. */
function headingOf(offence: unknown): unknown {
  const byArticle = headingOfArticle(textOf(offence, 'article') ?? '')?.id
  const byNatinf = headingOfNatinf(textOf(offence, 'natinf') ?? '')?.id
  const disagree = byArticle !== undefined && byNatinf !== undefined && byArticle !== byNatinf
  return { heading: disagree ? undefined : (byArticle ?? byNatinf) }
}

/** g0 `{kind, years?, months?, days?}`, g1 `{kind, years?}` (completed years, months of 30 days), g2 `{setting, band}`, g3 `{setting}`. */
export const SENTENCE: Ladder = {
  kind: 'sentence',
  rungs: {
    g0: exact(record({ kind: text }, { years: count, months: count, days: count })),
    g1: computed(record({ kind: text }, { years: count }), completedYears),
    g2: computed(record({ setting: text, band: text }), bandOfSentence),
    g3: computed(record({ setting: text }), (finer) => ({
      setting: textOf(finer, 'setting') ?? settingOf(textOf(finer, 'kind') ?? ''),
    })),
  },
  tables: [BANDS_VERSION],
}

function completedYears(sentence: unknown): unknown {
  const parts = ['years', 'months', 'days'].map((name) => numberOf(sentence, name))
  const kind = memberOf(sentence, 'kind')
  if (parts.every((part) => part === undefined)) return { kind }
  const [years = 0, months = 0, days = 0] = parts
  return { kind, years: Math.floor((years * 12 + months + Math.floor(days / 30)) / 12) }
}

function bandOfSentence(finer: unknown): unknown {
  const kind = textOf(finer, 'kind') ?? ''
  return { setting: settingOf(kind), band: sentenceBand(kind, numberOf(finer, 'years')) }
}

/** ISO 4217. */
const currency = textThat('a currency code of three capital letters', (value) => /^[A-Z]{3}$/.test(value))

/** g0 `{amount, currency}`, g1 `{band, currency}`; authored: g2 text, `can-pay` or `entitled`: whether someone can pay is an assessment. */
export const AMOUNT: Ladder = {
  kind: 'amount',
  rungs: {
    g0: exact(record({ amount: sum, currency })),
    g1: computed(record({ band: text, currency }), bandOfSum),
    g2: authored(text),
  },
  tables: [BANDS_VERSION],
}

function bandOfSum(money: unknown): unknown {
  const unit = textOf(money, 'currency') ?? ''
  const amount = numberOf(money, 'amount')
  return amount === undefined ? undefined : { band: sumBand(amount, unit), currency: unit }
}

/** g0 `{name?, phone?, email?, role?, service?}`, g1 `{name?, role?, service?}`, g2 `{role, service?}`, g3 `{service}`. */
export const PROFESSIONAL: Ladder = {
  kind: 'professional',
  rungs: {
    g0: exact(record({}, { name: text, phone: text, email: text, role: text, service: text })),
    g1: computed(record({}, { name: text, role: text, service: text }), (finer) => finer),
    g2: computed(record({ role: text }, { service: text }), (finer) => finer),
    g3: computed(record({ service: text }), (finer) => finer),
  },
  tables: [],
}
