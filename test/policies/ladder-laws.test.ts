/** Law 9 on every ladder: computed rungs compose, authored rungs are chosen. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { contradictionOf, valueAt } from '#policies/engine/ladders.ts'
import { DEPARTEMENTS } from '#policies/engine/tables/departements.ts'
import { HEADINGS } from '#policies/engine/tables/offences.ts'
import { SENTENCE_KINDS } from '#policies/engine/tables/bands.ts'
import { ESTABLISHMENTS } from '#policies/engine/tables/establishments.ts'
import type { LadderedValue } from '#policies/language/item.ts'
import { RUNGS, coarser } from '#policies/language/level.ts'
import type { Rung } from '#policies/language/level.ts'

const aValue = (kind: string, exact: unknown, rungs: LadderedValue['rungs'] = {}): LadderedValue =>
  exact === undefined ? { kind, rungs, summaryRung: 'g2' } : { kind, exact, rungs, summaryRung: 'g2' }

const only = (kind: string, rungs: LadderedValue['rungs']): LadderedValue => ({ kind, rungs, summaryRung: 'g2' })

const aDay = fc
  .tuple(fc.integer({ min: 1900, max: 2099 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, day]) => `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`)
const aWord = fc.stringMatching(/^[a-z]{1,8}$/)
const some = fc.nat({ max: 40 })
const EXACT: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  address: fc.record(
    {
      street: aWord,
      postcode: aWord,
      commune: aWord,
      insee: fc.oneof(
        fc.constantFrom(...DEPARTEMENTS).map(({ code }) => `${code}${'001'.slice(code.length - 2)}`),
        fc.constantFrom('99001', '00000'),
      ),
      country: fc.constantFrom('FR', 'GB', 'BE'),
    },
    { requiredKeys: [] },
  ),
  date: aDay,
  'birth-date': aDay,
  prison: fc.record(
    {
      code: fc.oneof(
        fc.constantFrom(...ESTABLISHMENTS).map(({ code }) => code),
        aWord,
      ),
      name: aWord,
      wing: aWord,
    },
    { requiredKeys: ['code'] },
  ),
  offence: fc.record(
    {
      article: fc.oneof(
        fc.constantFrom(...HEADINGS).map(({ articles }) => articles[0] ?? ''),
        aWord,
      ),
      natinf: fc.constantFrom('7151', '180', '999999'),
      text: aWord,
    },
    { requiredKeys: [] },
  ),
  sentence: fc.record(
    { kind: fc.oneof(fc.constantFrom(...SENTENCE_KINDS), aWord), years: some, months: some, days: some },
    { requiredKeys: ['kind'] },
  ),
  child: fc.record(
    {
      children: fc.array(fc.record({ name: aWord, birthDate: aDay }, { requiredKeys: ['name'] }), { maxLength: 4 }),
      asOf: aDay,
    },
    { requiredKeys: ['children'] },
  ),
  professional: fc.record(
    { name: aWord, phone: aWord, email: aWord, role: aWord, service: aWord },
    { requiredKeys: [] },
  ),
  amount: fc.record({ amount: fc.nat({ max: 50_000 }), currency: fc.constantFrom('EUR', 'GBP', 'XOF') }),
}
const COMPUTED = Object.keys(EXACT)

/** A value of a computed ladder, at times with some of its true rungs supplied too. */
const aComputed = fc
  .constantFrom(...COMPUTED)
  .chain((kind) => fc.tuple(fc.constant(kind), EXACT[kind] ?? fc.constant(undefined), fc.subarray([...RUNGS])))
  .map(([kind, exact, supplied]) => {
    const bare = aValue(kind, exact)
    const agreeing = supplied.flatMap((rung): [Rung, unknown][] => {
      const found = valueAt(bare, rung)
      return found?.rung === rung && rung !== 'g0' ? [[rung, found.value]] : []
    })
    const rungs: LadderedValue['rungs'] = Object.fromEntries<unknown>(agreeing)
    return aValue(kind, exact, rungs)
  })
const aRung = fc.constantFrom(...RUNGS)

/** What is left of a value after generalising it to a rung: that rung alone. */
const generalised = (value: LadderedValue, rung: Rung): LadderedValue => {
  const found = valueAt(value, rung)
  return only(value.kind, found === undefined ? {} : { [found.rung]: found.value })
}

describe('law 9', () => {
  it('generalising a computed rung to a, then b, is generalising to the lower of the two', () =>
    fc.assert(
      fc.property(aComputed, aRung, aRung, (value, a, b) => {
        assert.deepEqual(generalised(generalised(value, a), b), generalised(value, coarser(a, b)))
      }),
      { numRuns: 2000 },
    ))

  it('an authored rung is chosen, never derived', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('third-person', 'employer', 'diagnosis', 'religion', 'risk', 'intelligence', 'free-text'),
        fc.subarray(['g1', 'g2', 'g3'] as const),
        aRung,
        (kind, supplied, rung) => {
          const rungs = Object.fromEntries(supplied.map((name) => [name, `as labelled ${name}`]))
          const chosen = rung === 'g0' ? 'g0' : supplied.find((name) => name >= rung)
          const said = chosen === 'g0' ? 'exact' : rungs[chosen ?? '']
          const expected = chosen === undefined ? undefined : { rung: chosen, value: said }
          assert.deepEqual(valueAt(aValue(kind, 'exact', rungs), rung), expected)
        },
      ),
    ))

  it('a supplied rung that agrees with the function changes nothing', () =>
    fc.assert(
      fc.property(aComputed, aRung, (value, rung) => {
        assert.equal(contradictionOf(value), undefined)
        assert.deepEqual(valueAt(value, rung), valueAt(aValue(value.kind, value.exact), rung))
      }),
    ))

  it('a value is never said at a finer rung than was asked', () =>
    fc.assert(
      fc.property(aComputed, aRung, (value, rung) => {
        const found = valueAt(value, rung)
        assert.ok(found === undefined || found.rung >= rung)
      }),
    ))

  it('H079 two values with the same finer rung have the same coarser ones: who was shown several knows the finest, and no more', () =>
    fc.assert(
      fc.property(aComputed, fc.constantFrom('g1', 'g2', 'g3'), (value, rung) => {
        const found = valueAt(value, rung)
        fc.pre(found !== undefined)
        for (const next of RUNGS.filter((name) => name > rung))
          assert.deepEqual(valueAt(only(value.kind, { [found.rung]: found.value }), next), valueAt(value, next))
      }),
    ))
})
