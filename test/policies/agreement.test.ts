/** Plan and casbin asked the same random questions: both shipped packs agree, and a judge that errs is found out. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'mocha'
import { agreement, agrees } from '#policies/engine/agreement.ts'
import { decide } from '#policies/engine/decide.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import type { Judge, Judgement } from '#policies/engine/enforcer.ts'
import { randomQuestions, seeded } from '#policies/engine/random-questions.ts'
import { parsePolicy } from '#policies/language/text.ts'
import type { Decision, PolicySet } from '#policies/language/policy.ts'
import { samples } from '#test/support/samples.ts'

const AT = 1_795_000_000_000
const packOf = (name: string): PolicySet => {
  const file = join(import.meta.dirname, '../../policies/packs', `${name}.json`)
  const parsed = parsePolicy(readFileSync(file), file)
  if (!parsed.ok) throw new Error(`${file} has faults`)
  return parsed.set
}

describe('agreement', () => {
  for (const name of ['france-prison-exit', 'uk-hmpps'])
    it(`of plan and casbin holds for ${name}, on questions that come out at every level and in error`, async () => {
      const set = packOf(name)
      const count = samples(400)
      const result = agreement(set, await openJudge(set), randomQuestions(set, { seed: 3, count, at: AT }))
      assert.deepEqual([result.asked, result.disagreements], [count, []])
      assert.ok(result.errors > 0)
      for (const level of ['nothing', 'existence', 'full']) assert.ok((result.levels[level] ?? 0) > 0, level)
      assert.equal(
        Object.values(result.levels).reduce((sum, of) => sum + of, 0),
        count,
      )
    })

  let judge: Judge
  const set = packOf('uk-hmpps')
  before(async () => {
    judge = await openJudge(set)
  })

  it('reports a judge that lets through what the plan withholds, at most twenty times', () => {
    const generous: Judge = { ...judge, levelOf: () => ({ level: 'full', rule: undefined, failed: false }) }
    const { disagreements, levels } = agreement(set, generous, randomQuestions(set, { seed: 3, count: 200, at: AT }))
    assert.ok(200 - (levels['full'] ?? 0) > 20)
    assert.equal(disagreements.length, 20)
    assert.ok(disagreements.every(({ planLevel, casbinLevel }) => planLevel !== 'full' && casbinLevel === 'full'))
    assert.deepEqual(
      disagreements.map(({ index }) => index),
      disagreements.map(({ index }) => index).toSorted((a, b) => a - b),
    )
  })

  it('counts the questions that the plan met with an error, and no others', () => {
    const asked = [...randomQuestions(set, { seed: 3, count: 200, at: AT })]
    const inError = asked.filter(({ question, item }) => decide(set, question, item).errors.length > 0)
    assert.ok(inError.length > 0 && inError.length < 200)
    assert.equal(agreement(set, judge, asked).errors, inError.length)
  })

  it('draws around the named rules where told to', () => {
    const typeOf = (rule: PolicySet['rules'][number]): string =>
      String(rule.who.find(({ attribute }) => attribute === 'recipient.type')?.values[0] ?? '@')
    const around = set.rules.filter((rule) => !typeOf(rule).startsWith('@')).slice(0, 1)
    const [wanted] = around.map(typeOf)
    const drawn = [...randomQuestions(set, { seed: 1, count: 100, at: AT, around })]
    const met = drawn.filter(({ question }) => question.facts['recipient.type'] === wanted)
    assert.ok(wanted !== undefined && met.length > 80, `${met.length} of 100`)
  })

  it('asks the same questions for the same seed and others for another', () => {
    const asked = (seed: number): string => JSON.stringify([...randomQuestions(set, { seed, count: 5, at: AT })])
    assert.equal(asked(1), asked(1))
    assert.notEqual(asked(1), asked(2))
    const random = seeded(7)
    assert.ok(Array.from({ length: 100 }, random).every((value) => value >= 0 && value < 1))
  })
})

describe('agrees', () => {
  const decided = (changes: Partial<Decision> = {}): Decision => ({
    level: 'summary',
    omission: 'silent',
    rules: ['a', 'b'],
    conditions: [],
    bases: [],
    rungs: {},
    errors: [],
    ...changes,
  })
  const judged = (changes: Partial<Judgement> = {}): Judgement => ({
    level: 'summary',
    rule: 'a',
    failed: false,
    ...changes,
  })
  const nothing = { level: 'nothing', rules: [] } as const
  const ROWS: readonly (readonly [string, Decision, Judgement, boolean])[] = [
    ['another level', decided(), judged({ level: 'full' }), false],
    ['a rule that the plan does not name', decided(), judged({ rule: 'c' }), false],
    [
      'a judge that failed where the plan did not',
      decided(nothing),
      judged({ level: 'nothing', rule: undefined, failed: true }),
      false,
    ],
    ['a level where the plan met an error', decided({ ...nothing, errors: ['x'] }), judged(), false],
    ['the same level by one of the rules', decided(), judged({ rule: 'b' }), true],
    ['the same level by default', decided(nothing), judged({ level: 'nothing', rule: undefined }), true],
    [
      'an error on both sides',
      decided({ ...nothing, errors: ['x'] }),
      judged({ level: 'nothing', rule: undefined, failed: true }),
      true,
    ],
    [
      'an error that a limit to nothing hid from casbin',
      decided({ ...nothing, errors: ['x'] }),
      judged({ level: 'nothing', rule: 'limit' }),
      true,
    ],
  ]
  for (const [name, decision, judgement, expected] of ROWS)
    it(`${expected ? 'yes' : 'no'}: ${name}`, () => assert.equal(agrees(decision, judgement), expected))
})
