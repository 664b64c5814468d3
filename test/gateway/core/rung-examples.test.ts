/** What each rung of each ladder looks like, held against what the ladders give. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { LADDER_KINDS } from '#policies/engine/ladder.ts'
import { ladderOf, rungsOf, shapeFault } from '#policies/engine/ladders.ts'
import { exampleAt, examplesOfLevel, RUNG_EXAMPLES } from '#gateway/core/vocabulary/rung-examples.ts'

const valueOf = (kind: (typeof LADDER_KINDS)[number]) =>
  ({ kind, summaryRung: 'g2', ...RUNG_EXAMPLES[kind].value }) as const

/** Names and numbers in a value, at any depth. */
const literals = (value: unknown): readonly string[] => {
  if (typeof value === 'number') return [String(value)]
  if (typeof value === 'string') return value.match(/\p{Lu}\p{Ll}+(?:[ -]\p{Lu}\p{Ll}+)*|\d+/gu) ?? []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(literals) : []
}

describe('the examples of rungs', () => {
  it('are of every kind, each a value that a sender may send', () => {
    for (const kind of LADDER_KINDS) assert.equal(shapeFault(kind, RUNG_EXAMPLES[kind].value.exact), undefined, kind)
  })

  it('read in two languages at each rung that the ladder can say of the value, and at no other', () => {
    let rungs = 0
    for (const kind of LADDER_KINDS) {
      const said = rungsOf(valueOf(kind)).map(({ rung }) => rung)
      assert.deepEqual(Object.keys(RUNG_EXAMPLES[kind].reads), said, kind)
      for (const { en, fr } of Object.values(RUNG_EXAMPLES[kind].reads)) assert.ok(en !== '' && fr !== '', kind)
      rungs += said.length
    }
    console.log(`    ${rungs} rungs of ${LADDER_KINDS.length} kinds`)
    assert.ok(rungs > 60)
  })

  it('name a place, a number or a year at a computed rung only as the ladder gives it', () => {
    for (const kind of ['address', 'child', 'amount', 'birth-date', 'date'] as const)
      for (const { rung, value } of rungsOf(valueOf(kind))) {
        const computed = ladderOf(kind)?.rungs[rung]?.origin === 'computed'
        const text = RUNG_EXAMPLES[kind].reads[rung]?.fr ?? ''
        const given = literals(value)
          .map(Number)
          .filter((one) => one > 31)
        if (computed) for (const number of given) assert.ok(text.includes(String(number)), `${kind} ${rung} ${number}`)
      }
    assert.equal(exampleAt('address', 'g2')?.fr, 'Rhône (69)')
  })

  it('fall to the next coarser rung, and at last to existence', () => {
    assert.deepEqual(exampleAt('plain', 'g0')?.en, 'the value as it was sent')
    assert.equal(exampleAt('plain', 'g1'), undefined)
    assert.equal(exampleAt('risk', 'g4'), undefined)
    assert.equal(exampleAt('of-another-vocabulary', 'g0'), undefined)
  })

  it('show of a section what a level leaves, three kinds at most', () => {
    const french = (level: 'summary' | 'full'): readonly string[] =>
      examplesOfLevel(level, 'family').map(({ fr }) => fr)
    assert.ok(french('full').some((text) => text.includes('Lou')))
    assert.ok(french('summary').length > 0 && french('summary').every((text) => !text.includes('Lou')))
    assert.ok(examplesOfLevel('current', 'identity').length <= 3)
    for (const level of ['nothing', 'existence'] as const) assert.deepEqual(examplesOfLevel(level, 'family'), [])
    assert.deepEqual(examplesOfLevel('full', 'of-another-vocabulary'), [])
  })
})
