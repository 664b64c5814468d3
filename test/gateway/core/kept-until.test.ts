/** By which day a copy must be gone: what comes first of all that ends it, and nothing that was not shown. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { RetentionPreset } from '#policies/language/policy.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { Item, ItemText } from '#gateway/core/item.ts'
import { keptUntil, latestDay } from '#gateway/core/kept-until.ts'
import type { Kept } from '#gateway/core/kept-until.ts'
import { anItemText } from '#test/support/messages.ts'

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`)
const anItem = (changes: Partial<ItemText> = {}): Item => itemSchema.parse(anItemText(changes))
const preset = (id: string, since: string, activeMonths: number): RetentionPreset => ({
  id,
  since,
  activeMonths,
  restrictedMonths: 0,
  source: 'An invented law',
})
const PRESETS = [
  preset('cso.default', 'measure-end', 3),
  preset('short', 'first-entry', 3),
  preset('register', 'register-release', 24),
  preset('odd', 'the-blue-moon', 1),
]
const kept = (changes: Partial<Kept> = {}): Kept => ({
  shown: [],
  receivedAt: day('2026-01-31'),
  mandate: { until: day('2030-01-01') },
  presets: PRESETS,
  ...changes,
})

describe('until when a copy is kept', () => {
  it('is the end of the mandate where nothing else ends it', () =>
    assert.deepEqual(keptUntil(kept()), { because: 'mandate', at: day('2030-01-01') }))

  it('is so many months after the measure as the policy leaves a working copy, and none where it says nothing', () => {
    const measureEnds = day('2026-11-30')
    const said = { because: 'measure', ends: measureEnds }
    assert.deepEqual(keptUntil(kept({ measureEnds })), { ...said, months: 3, at: day('2027-02-28') })
    assert.deepEqual(keptUntil(kept({ measureEnds, presets: [] })), { ...said, months: 0, at: measureEnds })
  })

  it('is by the period that its sender named, counted from what the period says, where this reader was shown it', () => {
    const named = (retentionId: string, changes: Partial<ItemText> = {}): ReturnType<typeof keptUntil> =>
      keptUntil(kept({ shown: [anItem({ retentionId, ...changes })] }))
    const [source, mandate] = ['An invented law', { because: 'mandate', at: day('2030-01-01') }]
    const short = { because: 'preset', preset: 'short', months: 3, source, at: day('2026-04-30') }
    assert.deepEqual(named('short'), short)
    for (const nothing of ['odd', 'register', 'cso.default', 'none-of-these']) assert.deepEqual(named(nothing), mandate)
    const released = named('register', { section: 'release-plan', term: 'release-date', value: '2026-05-01' })
    assert.deepEqual(released, { because: 'preset', preset: 'register', months: 24, source, at: day('2028-05-01') })
    const measured = keptUntil(
      kept({ shown: [anItem({ retentionId: 'cso.default' })], measureEnds: day('2026-06-01') }),
    )
    assert.equal(measured.at, day('2026-09-01'))
  })

  it('is the end of the flow or of its agreement, whichever is first', () => {
    const agreement = { id: 'A-1', from: 0, until: day('2027-01-01') }
    const byAgreement = keptUntil(kept({ edge: { agreement, validUntil: day('2028-01-01') } }))
    assert.deepEqual(byAgreement, { because: 'agreement', agreement: 'A-1', at: day('2027-01-01') })
    const byFlow = keptUntil(kept({ edge: { agreement: undefined, validUntil: day('2028-01-01') } }))
    assert.deepEqual(byFlow, { because: 'agreement', at: day('2028-01-01') })
  })

  it('is never later than anything that ends it', () => {
    const instant = fc.integer({ min: 0, max: day('2040-01-01') })
    fc.assert(
      fc.property(instant, instant, instant, instant, (recallDueAt, measureEnds, validUntil, until) => {
        const all = kept({ recallDueAt, measureEnds, edge: { agreement: undefined, validUntil }, mandate: { until } })
        const { at } = keptUntil(all)
        assert.equal(
          at,
          Math.min(recallDueAt, keptUntil(kept({ measureEnds, mandate: { until: Infinity } })).at, validUntil, until),
        )
      }),
    )
  })

  it('takes the last of the days of a term, and no month for a day', () => {
    const end = (value: ItemText['value']): Item => anItem({ section: 'measures', term: 'measure-end-date', value })
    const found = (...values: readonly ItemText['value'][]): number | undefined =>
      latestDay(values.map(end), 'measures', 'measure-end-date')
    assert.equal(found('2026-05-01', '2026-07-01', '2026-06-01'), day('2026-07-01'))
    assert.equal(found('2026-05', 7), undefined)
    assert.equal(latestDay([anItem()], 'measures', 'measure-end-date'), undefined)
  })
})
