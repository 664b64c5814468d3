/** What several members state about one case, taken together. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { factsTogether } from '#gateway/core/case-facts.ts'

const aName = fc.constantFrom('prison-paris', 'court-paris', 'probation-paris', 'pairs-paris')
const aStatement = fc.record({
  by: aName,
  facts: fc.record(
    { restrictedTo: fc.uniqueArray(aName), excludedFrom: fc.uniqueArray(aName), minor: fc.boolean() },
    { requiredKeys: [] },
  ),
})

describe('factsTogether', () => {
  it('takes the later statement, milestones one by one', () => {
    const facts = factsTogether([
      { by: 'a', facts: { site: 'paris', milestones: { release: '2026-01-01', transfer: '2025-01-01' } } },
      { by: 'b', facts: { site: 'lyon', milestones: { release: '2026-02-02' } } },
    ])
    assert.deepEqual(facts, { site: 'lyon', milestones: { release: '2026-02-02', transfer: '2025-01-01' } })
  })

  it('leaves out what nobody stated', () => {
    assert.deepEqual(factsTogether([]), {})
  })

  it('lets an author alone lift what it closed', () => {
    const closed = { by: 'a', facts: { excludedFrom: ['x1'] } }
    assert.deepEqual(factsTogether([closed, { by: 'b', facts: { excludedFrom: [] } }]).excludedFrom, ['x1'])
    assert.deepEqual(factsTogether([closed, { by: 'a', facts: { excludedFrom: [] } }]).excludedFrom, [])
  })

  it('never opens a case by the word of another member', () => {
    const property = fc.property(fc.array(aStatement), aStatement, (stated, added) => {
      const others = stated.filter(({ by }) => by !== added.by)
      const [before, after] = [factsTogether(others), factsTogether([...others, added])]
      for (const name of before.excludedFrom ?? []) assert.ok(after.excludedFrom?.includes(name))
      if (before.restrictedTo !== undefined)
        for (const name of after.restrictedTo ?? []) assert.ok(before.restrictedTo.includes(name))
    })
    fc.assert(property)
  })
})
