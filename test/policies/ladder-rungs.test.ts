/** Rungs that are computed, at the edges of their tables and functions: quarters, ages, bands, codes. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { contradictionOf, shapeFault, valueAt } from '#policies/engine/ladders.ts'
import { ageBand, SENTENCE_KINDS, sentenceBand, settingOf, sumBand } from '#policies/engine/tables/bands.ts'
import { departementByCode, departementOfCommune } from '#policies/engine/tables/departements.ts'
import { headingById, headingOfArticle, headingOfNatinf, natureOfFamily } from '#policies/engine/tables/offences.ts'
import type { LadderedValue } from '#policies/language/item.ts'
import type { Rung } from '#policies/language/level.ts'

const aValue = (kind: string, exact: unknown, rungs: LadderedValue['rungs'] = {}): LadderedValue => ({
  kind,
  rungs,
  summaryRung: 'g2',
  ...(exact === undefined ? {} : { exact }),
})
const said = (kind: string, exact: unknown, rung: Rung): unknown => valueAt(aValue(kind, exact), rung)?.value
const rungOf = (kind: string, exact: unknown, rung: Rung): string | undefined =>
  valueAt(aValue(kind, exact), rung)?.rung

describe('the ladder of a date', () => {
  it('gives each month its quarter', () => {
    const quarters = ['01', '03', '04', '06', '07', '09', '10', '12'].map((month) =>
      said('date', `2027-${month}-15`, 'g2'),
    )
    const named = [1, 1, 2, 2, 3, 3, 4, 4].map((quarter) => `2027-Q${quarter}`)
    assert.deepEqual(quarters, named)
  })
  it('climbs from a time as from a day, and from a month or a quarter alone', () => {
    assert.equal(said('date', '2027-08-14T09:30:00Z', 'g1'), '2027-08')
    const month = aValue('date', undefined, { g1: '2027-08' })
    assert.deepEqual(valueAt(month, 'g2'), { rung: 'g2', value: '2027-Q3' })
    assert.deepEqual(valueAt(aValue('date', undefined, { g2: '2027-Q3' }), 'g3'), { rung: 'g3', value: '2027' })
  })
  it('says nothing of a day that is none', () => {
    for (const exact of ['2027-02-30', '27-02-03', 20270214, '']) assert.equal(said('date', exact, 'g4'), undefined)
  })
  const SHAPES: readonly (readonly [Rung, readonly string[], readonly string[]])[] = [
    ['g1', ['2027-01', '2027-12'], ['2027-00', '2027-13', '2027-1', 'x2027-01', '2027-01x', '202-01']],
    ['g2', ['2027-Q1', '2027-Q4'], ['2027-Q0', '2027-Q5', 'x2027-Q1', '2027-Q1x', '2027']],
    ['g3', ['2027'], ['27', '20275', 'x2027', '202x']],
    ['g4', ['2020s'], ['2027s', '20200s', 'x2020s', '2020sx', '2020']],
  ]
  for (const [rung, takes, refuses] of SHAPES)
    it(`takes at ${rung} what has its form and nothing else`, () => {
      for (const value of takes) assert.equal(shapeFault('date', value, rung), undefined, value)
      for (const value of refuses) assert.match(shapeFault('date', value, rung) ?? '', /^expected a /, value)
    })
})

describe('the ladder of a birth date', () => {
  it('takes a day and no time', () => {
    assert.equal(shapeFault('birth-date', '1998-05-02'), undefined)
    assert.equal(shapeFault('birth-date', '1998-05-02T00:00:00Z'), 'expected a day YYYY-MM-DD at /')
    assert.equal(shapeFault('birth-date', 'no-such-da'), 'expected a day YYYY-MM-DD at /')
  })
  it('says adult or minor only as it was labelled', () => {
    assert.equal(said('birth-date', '1998-05-02', 'g4'), undefined)
    for (const label of ['adult', 'minor'])
      assert.deepEqual(valueAt(aValue('birth-date', '1998-05-02', { g4: label }), 'g4'), { rung: 'g4', value: label })
    assert.equal(shapeFault('birth-date', 'old', 'g4'), 'expected one of adult, minor at /')
  })
})

describe('the ladder of children', () => {
  const family = (asOf: string | undefined, ...births: readonly (string | undefined)[]): object => ({
    children: births.map((birthDate) => (birthDate === undefined ? { name: 'Lou' } : { birthDate })),
    ...(asOf === undefined ? {} : { asOf }),
  })
  it('counts completed years: one more on the birthday itself', () => {
    const ages = (asOf: string, birth: string): unknown => said('child', family(asOf, birth), 'g1')
    assert.deepEqual(ages('2026-06-01', '2019-06-02'), { ages: [6] })
    assert.deepEqual(ages('2026-06-02', '2019-06-02'), { ages: [7] })
    assert.deepEqual(ages('2026-06-02', '2026-06-02'), { ages: [0] })
  })
  it('sorts ages by number', () =>
    assert.deepEqual(
      said('child', family('2026-06-01', '2014-01-01', '2024-01-01', '2017-01-01', '2016-01-01'), 'g1'),
      {
        ages: [2, 9, 10, 12],
      },
    ))
  it('says no age where one child has none, or without a date of its own', () => {
    for (const value of [
      family('2026-06-01', '2019-01-01', undefined),
      family(undefined, '2019-01-01', '2020-01-01'),
    ]) {
      assert.equal(rungOf('child', value, 'g1'), 'g3')
      assert.deepEqual(said('child', value, 'g1'), { count: 2 })
    }
  })
  it('counts from ages or bands alone, and says whether there is any', () => {
    const rungs = (given: LadderedValue['rungs']): unknown => valueAt(aValue('child', undefined, given), 'g3')?.value
    assert.deepEqual(rungs({ g1: { ages: [3, 4] } }), { count: 2 })
    assert.deepEqual(rungs({ g2: { bands: ['3-5'] } }), { count: 1 })
    assert.deepEqual(valueAt(aValue('child', undefined, { g3: { count: 0 } }), 'g4')?.value, { any: false })
    assert.deepEqual(valueAt(aValue('child', undefined, { g3: { count: 1 } }), 'g4')?.value, { any: true })
  })
  it('puts each age into its band', () =>
    assert.deepEqual([0, 2, 3, 5, 6, 10, 11, 14, 15, 17, 18, 40].map(ageBand), [
      '0-2',
      '0-2',
      '3-5',
      '3-5',
      '6-10',
      '6-10',
      '11-14',
      '11-14',
      '15-17',
      '15-17',
      'adult',
      'adult',
    ]))
})

describe('the ladder of a sentence', () => {
  const years = (sentence: object): unknown => said('sentence', { kind: 'imprisonment', ...sentence }, 'g1')
  it('completes years from months and from days, thirty to a month', () => {
    assert.deepEqual(years({ months: 11, days: 29 }), { kind: 'imprisonment', years: 0 })
    assert.deepEqual(years({ months: 11, days: 30 }), { kind: 'imprisonment', years: 1 })
    assert.deepEqual(years({ years: 2, months: 12 }), { kind: 'imprisonment', years: 3 })
    assert.deepEqual(years({ days: 359 }), { kind: 'imprisonment', years: 0 })
    assert.deepEqual(years({ years: 1, months: 11, days: 30 }), { kind: 'imprisonment', years: 2 })
    assert.deepEqual(years({}), { kind: 'imprisonment' })
  })
  it('has a band for each length, and one for life', () => {
    assert.deepEqual(
      [0, 1, 2, 4, 5, 9, 10, 30].map((length) => sentenceBand('imprisonment', length)),
      [
        'under-1-year',
        '1-2-years',
        '2-5-years',
        '2-5-years',
        '5-10-years',
        '5-10-years',
        '10-years-or-more',
        '10-years-or-more',
      ],
    )
    assert.equal(sentenceBand('life-imprisonment', undefined), 'life')
    assert.equal(sentenceBand('imprisonment', undefined), undefined)
    assert.deepEqual(said('sentence', { kind: 'life-imprisonment' }, 'g2'), { setting: 'custodial', band: 'life' })
  })
  it('says where it is served, of every kind that the table knows and of no other', () => {
    assert.deepEqual(
      SENTENCE_KINDS.filter((kind) => settingOf(kind) === 'custodial'),
      ['imprisonment', 'life-imprisonment'],
    )
    assert.ok(SENTENCE_KINDS.every((kind) => settingOf(kind) !== undefined))
    assert.equal(settingOf('exile'), undefined)
    assert.deepEqual(said('sentence', { kind: 'day-fine' }, 'g2'), { setting: 'community' })
    assert.equal(rungOf('sentence', { kind: 'day-fine' }, 'g2'), 'g3')
    assert.deepEqual(valueAt(aValue('sentence', undefined, { g1: { kind: 'imprisonment', years: 3 } }), 'g2')?.value, {
      setting: 'custodial',
      band: '2-5-years',
    })
    assert.equal(said('sentence', { kind: 'exile' }, 'g3'), undefined)
  })
})

describe('the ladder of an amount', () => {
  it('has a band for each sum, in currencies of a similar unit', () => {
    assert.deepEqual(
      [0, 99.99, 100, 499, 500, 1000, 2000, 5000, 19_999, 20_000].map((sum) => sumBand(sum, 'EUR')),
      [
        'under-100',
        'under-100',
        '100-500',
        '100-500',
        '500-1000',
        '1000-2000',
        '2000-5000',
        '5000-20000',
        '5000-20000',
        '20000-or-more',
      ],
    )
    for (const currency of ['GBP', 'CHF', 'USD']) assert.equal(sumBand(100, currency), '100-500')
    assert.equal(sumBand(100, 'JPY'), undefined)
    assert.equal(said('amount', { amount: 100, currency: 'JPY' }, 'g1'), undefined)
  })
  it('has no band for less than nothing', () =>
    assert.deepEqual(
      [ageBand(-1), sentenceBand('imprisonment', -1), sumBand(-1, 'EUR')],
      [undefined, undefined, undefined],
    ))
  it('takes a currency of three capitals', () => {
    for (const currency of ['eur', 'EURO', 'EU', 'XEUR', ''])
      assert.match(
        shapeFault('amount', { amount: 1, currency }) ?? '',
        /currency code of three capital letters at \/currency$/,
      )
  })
  it('says who can pay only as it was labelled', () => {
    assert.equal(said('amount', { amount: 1, currency: 'EUR' }, 'g2'), undefined)
    const labelled = aValue('amount', { amount: 1, currency: 'EUR' }, { g2: 'can-pay' })
    assert.deepEqual(valueAt(labelled, 'g2'), { rung: 'g2', value: 'can-pay' })
  })
})

describe('the ladder of an offence', () => {
  it('goes by the article, else by the code, and where they disagree says nothing', () => {
    const article = 'cp.421-2-1'
    const heading = headingOfArticle(article)?.id
    assert.deepEqual(said('offence', { article, text: 'x' }, 'g1'), { heading })
    assert.deepEqual(said('offence', { natinf: '7151' }, 'g1'), { heading: headingOfNatinf('7151')?.id })
    assert.deepEqual(said('offence', { article, natinf: '0' }, 'g1'), { heading })
    assert.equal(said('offence', { article, natinf: '7151' }, 'g1'), undefined)
    assert.equal(said('offence', { text: 'x' }, 'g3'), undefined)
  })
  it('climbs from a heading to its family and nature, and from no other name', () => {
    const at = (rung: Rung, heading: string): unknown =>
      valueAt(aValue('offence', undefined, { g1: { heading } }), rung)?.value
    assert.deepEqual(at('g2', 'terrorist-association'), { family: 'terrorism' })
    assert.deepEqual(at('g3', 'terrorist-association'), { nature: 'terrorist' })
    assert.equal(at('g2', 'toString'), undefined)
    assert.deepEqual(
      [headingById(''), natureOfFamily(''), natureOfFamily('toString')],
      [undefined, undefined, undefined],
    )
    assert.deepEqual([headingOfArticle(''), headingOfNatinf('')], [undefined, undefined])
  })
})

describe('the ladder of an address', () => {
  it('finds the département by the whole code of the commune', () => {
    const codes = ['69383', '2A004', '2B033', '97105', '97411'].map((insee) => departementOfCommune(insee)?.code)
    assert.deepEqual(codes, ['69', '2A', '2B', '971', '974'])
    for (const insee of ['', '6938', '693830', '2C004', 'x69383', '69383x', '00001'])
      assert.equal(departementOfCommune(insee), undefined, insee)
    assert.deepEqual([departementByCode('75')?.name, departementByCode('00')], ['Paris', undefined])
  })
  it('takes a commune code and a country in their whole form', () => {
    for (const insee of ['6938', '693830', '2C004', 'x69383', '2a004'])
      assert.match(shapeFault('address', { insee }) ?? '', /INSEE commune code at \/insee$/)
    for (const country of ['fr', 'FRA', 'F', 'XFR'])
      assert.match(shapeFault('address', { country }) ?? '', /two capital letters at \/country$/)
  })
  it('says a commune by name or code, and with a country alone no more than that', () => {
    assert.deepEqual(said('address', { street: 'x', insee: '69383' }, 'g1'), { insee: '69383' })
    assert.deepEqual(said('address', { street: 'x', commune: 'Lyon' }, 'g1'), { commune: 'Lyon' })
    assert.deepEqual(valueAt(aValue('address', { street: 'x', country: 'FR' }), 'g1'), {
      rung: 'g4',
      value: { country: 'FR' },
    })
    assert.equal(said('address', { street: 'x' }, 'g1'), undefined)
  })
  it('takes a French code for French where no country is said', () => {
    assert.deepEqual(said('address', { insee: '69383' }, 'g3'), { region: 'Auvergne-Rhône-Alpes', country: 'FR' })
    assert.deepEqual(said('address', { insee: '69383' }, 'g4'), { country: 'FR' })
  })
})

describe('the ladder of a prison', () => {
  it('takes the name of the table before that of the sender', () => {
    assert.deepEqual(said('prison', { code: 'arles', name: 'Another' }, 'g1'), {
      code: 'arles',
      name: "Maison centrale d'Arles",
    })
    assert.deepEqual(said('prison', { code: 'invented', name: 'Valbrume' }, 'g1'), {
      code: 'invented',
      name: 'Valbrume',
    })
    assert.equal(rungOf('prison', { code: 'invented' }, 'g1'), 'g4')
  })
})

describe('a ladder in general', () => {
  it('takes the exact value before a supplied g0, and a supplied g0 where there is none', () => {
    assert.equal(valueAt(aValue('date', '2027-08-14', { g0: '2026-01-01' }), 'g0')?.value, '2027-08-14')
    assert.equal(valueAt(aValue('date', undefined, { g0: '2026-01-01' }), 'g1')?.value, '2026-01')
  })
  it('finds the first of two contradictions', () => {
    const value = aValue('date', '2027-08-14', { g2: '2027-Q1', g4: '1990s' })
    assert.equal(contradictionOf(value), 'g2')
  })
  it('lets a member beside the shape contradict nothing', () =>
    assert.equal(contradictionOf(aValue('prison', { code: 'arles' }, { g4: { custody: true, note: 'x' } })), undefined))
})
