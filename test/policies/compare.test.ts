/** Two sets asked the same: every answer that changes with its direction, more first; and the matrix that a set amounts to. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { cellsOf, compare, DIRECTIONS, type Sample } from '#policies/engine/compare.ts'
import { decide } from '#policies/engine/decide.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { rankOf } from '#policies/language/level.ts'
import type { PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { aPolicySet, aQuestion, anItem } from '#test/support/arbitraries.ts'
import { aRule, aText, type Loose } from './policy-texts.ts'

const setOf = (...rules: readonly Loose[]): PolicySet => {
  const bases = [
    { id: 'fr.law', title: 'A law' },
    { id: 'fr.new', title: 'Another' },
  ]
  const parsed = parsePolicy(JSON.stringify(aText({ bases, rules })), 'small.json')
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.set
}

const question: Question = { at: 0, milestones: {}, facts: { 'recipient.type': 'PS' } }
const item = (section: string): LabelledItem => ({
  id: section,
  observedAt: 0,
  isPast: false,
  facts: { section },
  marking: { classification: 'non-protege', handling: [], conditions: [], receivedInConfidence: false },
  value: { kind: 'plain', exact: '', rungs: {}, summaryRung: 'g0' },
})
const SAMPLES: readonly Sample[] = ['family', 'health'].map((name) => ({ name, question, item: item(name) }))

const changes = (before: PolicySet, after: PolicySet): readonly string[] =>
  compare(before, after, SAMPLES).map(({ name, direction }) => `${direction} ${name}`)

const health = (changed: Loose = {}): Loose => aRule({ id: 'h', what: { 'item.section': ['health'] }, ...changed })

describe('compare', () => {
  it('lists nothing between a set and itself, whatever is asked', () => {
    fc.assert(
      fc.property(aPolicySet(), fc.array(fc.tuple(aQuestion(), anItem())), (set, asked) => {
        const samples = asked.map(([one, other]) => ({ name: other.id, question: one, item: other }))
        assert.deepEqual(compare(set, structuredClone(set), samples), [])
      }),
    )
  })

  it('puts what would disclose more before what would disclose less', () => {
    const before = setOf(aRule(), health({ upTo: 'nothing', bases: [] }))
    const after = setOf(aRule({ upTo: 'existence' }), health())
    assert.deepEqual(changes(before, after), ['more health', 'less family'])
    assert.deepEqual(changes(after, before), ['more family', 'less health'])
  })

  it('takes a finer rung for more and a coarser one for less', () => {
    const [exact, year, decade] = [{}, { rungs: { date: 'g3' } }, { rungs: { date: 'g4' } }].map((rungs) =>
      setOf(aRule(rungs)),
    )
    assert.ok(exact !== undefined && year !== undefined && decade !== undefined)
    assert.deepEqual(changes(exact, year), ['less family'])
    assert.deepEqual(changes(decade, year), ['more family'])
  })

  it('tells a change of omission, conditions or bases from a change of level', () => {
    const plain = setOf(aRule())
    assert.deepEqual(changes(plain, setOf(aRule({ conditions: ['no-onward'] }))), ['same-level family'])
    assert.deepEqual(changes(plain, setOf(aRule({ bases: ['fr.new'] }))), ['same-level family'])
    const silent = setOf(aRule({ upTo: 'nothing', bases: [] }))
    const declared = setOf(aRule({ upTo: 'nothing', bases: [], omission: 'declared' }))
    assert.deepEqual(changes(silent, declared), ['same-level family'])
  })

  it('takes another rule that says the same for no change', () => {
    assert.deepEqual(changes(setOf(aRule()), setOf(aRule({ id: 'renamed' }))), [])
  })

  it('lists exactly the questions whose level differs as more or less, with both answers', () => {
    fc.assert(
      fc.property(aPolicySet(), aPolicySet(), fc.array(fc.tuple(aQuestion(), anItem())), (before, after, asked) => {
        const samples = asked.map(([one, other], index) => ({ name: String(index), question: one, item: other }))
        const found = compare(before, after, samples)
        const ranks = found.map(({ direction }) => DIRECTIONS.indexOf(direction))
        assert.deepEqual(
          ranks,
          ranks.toSorted((a, b) => a - b),
        )
        for (const { name, question: one, item: other } of samples) {
          const [a, b] = [decide(before, one, other), decide(after, one, other)]
          const change = found.find((candidate) => candidate.name === name)
          if (rankOf(a.level) < rankOf(b.level)) assert.equal(change?.direction, 'more')
          if (rankOf(a.level) > rankOf(b.level)) assert.equal(change?.direction, 'less')
          if (change !== undefined) assert.deepEqual([change.before, change.after], [a, b])
        }
      }),
    )
  })

  it('finds that a further limit only ever discloses less', () => {
    const limit: Rule = {
      id: 'zz',
      effect: 'limit',
      who: [],
      what: [],
      when: [],
      upTo: 'existence',
      omission: 'silent',
      conditions: [],
      rungs: {},
      bases: [],
      reason: 'Less.',
    }
    fc.assert(
      fc.property(aPolicySet(), aQuestion(), anItem(), (set, one, other) => {
        const after = { ...set, rules: [...set.rules, limit] }
        const found = compare(set, after, [{ name: 'x', question: one, item: other }])
        assert.ok(found.every(({ direction }) => direction !== 'more'))
      }),
    )
  })
})

describe('cellsOf', () => {
  const text = readFileSync(new URL('../../policies/packs/france-prison-exit.json', import.meta.url), 'utf8')
  const france = parsePolicy(text, 'france')
  assert.ok(france.ok)
  const cells = cellsOf(france.set)
  const cell = (section: string, recipientType: string): string => {
    const found = cells.find((one) => one.section === section && one.recipientType === recipientType)
    return `${found?.level} ${found?.isConditional} ${found?.rules.join()}`
  }

  it('gives the 310 cells of the France pack in the order of its vocabulary', () => {
    assert.equal(cells.length, 310)
    assert.deepEqual([cells[0]?.section, cells[0]?.recipientType, cells[9]?.recipientType], ['identity', 'SN', 'MJ'])
  })

  it('gives level, condition and rules of a cell', () => {
    assert.equal(cell('accommodation', 'PS'), 'full false ps.14')
    assert.equal(cell('evaluation', 'PP'), 'current true pp.6')
    assert.equal(cell('intelligence', 'PS'), 'nothing false ps.23')
    assert.equal(cell('intelligence', 'SP'), 'summary true sp.23,sp.23.end-of-custody')
  })

  it('counts rules for everybody in every cell, and gives nothing where there are none', () => {
    const everywhere = cellsOf(setOf(aRule({ who: {}, what: {} })))
    assert.deepEqual([...new Set(everywhere.map(({ level }) => level))], ['summary'])
    assert.equal(everywhere.length, 4)
    assert.ok(cellsOf(setOf()).every(({ level, rules }) => level === 'nothing' && rules.length === 0))
  })

  it('calls no cell conditional that nothing passes to', () =>
    assert.ok(cellsOf(setOf()).every(({ isConditional }) => !isConditional)))

  it('calls a cell conditional where every permit of its level asks more than type, purpose and regime', () => {
    const isConditional = (...rules: readonly Loose[]): boolean =>
      cellsOf(setOf(...rules)).some(
        (one) => one.section === 'family' && one.recipientType === 'PS' && one.isConditional,
      )
    const ordinary = aRule({ who: { 'recipient.type': ['PS'], 'edge.purpose': ['x'], 'edge.regime': ['GDPR'] } })
    const ofTeam = aRule({ id: 'team', who: { 'recipient.type': ['PS'], 'recipient.careTeams': ['x'] } })
    const asked = aRule({ id: 'asked', when: [{ attribute: 'request.sections', includes: 'family' }] })
    assert.deepEqual([isConditional(ordinary), isConditional(ofTeam), isConditional(asked)], [false, true, true])
    assert.ok(isConditional(ofTeam, asked))
    assert.ok(!isConditional(ofTeam, ordinary))
    assert.ok(isConditional({ ...ofTeam, upTo: 'full' }, ordinary))
    assert.ok(!isConditional({ ...ofTeam, upTo: 'existence' }, ordinary))
  })

  it('lists the rules that give the level in order, and no limit', () => {
    const limit = { id: 'l', effect: 'limit', upTo: 'full', reason: 'Less.' }
    const found = cellsOf(setOf(aRule({ id: 'b' }), aRule({ id: 'a' }), aRule({ id: 'c', upTo: 'existence' }), limit))
    assert.deepEqual(found[0], {
      section: 'family',
      recipientType: 'PS',
      level: 'summary',
      isConditional: false,
      rules: ['a', 'b'],
    })
  })
})
