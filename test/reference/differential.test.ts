/** The reference meaning, the plain engine, the compiled plan and casbin give one answer to the same question. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { decide } from '#policies/engine/decide.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type { Decision, PolicySet, Question } from '#policies/language/policy.ts'
import { anItem, aPolicySet, aQuestion, NONE, SOME } from '#test/support/arbitraries.ts'
import type { Mischief } from '#test/support/arbitraries.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { referenceDecide } from './decide.reference.ts'

/** Mostly sound facts, so that rules apply; facts as they come; and facts that are mostly absent or wrong. */
const WEATHERS: Readonly<Record<string, { readonly mischief: Mischief; readonly cases: number }>> = {
  'sound facts': { mischief: NONE, cases: 6_000 },
  'facts as they come': { mischief: SOME, cases: 6_000 },
  'mostly absent or wrong facts': { mischief: { absent: 45, wrong: 10 }, cases: 2_000 },
}

const aCase = (mischief: Mischief): fc.Arbitrary<readonly [PolicySet, Question, LabelledItem]> =>
  fc.tuple(aPolicySet(), aQuestion(mischief), anItem(mischief))

/** A rung of g0 says no more than no rung at all, and at nothing there is no value to make coarser. */
function meaningOf(decision: Decision): unknown {
  const rungs = decision.level === 'nothing' ? [] : Object.entries(decision.rungs).filter(([, rung]) => rung !== 'g0')
  return { ...decision, rungs: rungs.toSorted(([a], [b]) => (a < b ? -1 : 1)).map((entry) => [...entry]) }
}

describe('reference, decide, plan and casbin', () => {
  for (const [weather, { mischief, cases }] of Object.entries(WEATHERS)) {
    it(`the reference and decide give the same decision: ${weather}`, () => {
      fc.assert(
        fc.property(aCase(mischief), ([set, question, item]) => {
          assert.deepEqual(meaningOf(decide(set, question, item)), meaningOf(referenceDecide(set, question, item)))
        }),
        { numRuns: lawRuns(cases) },
      )
    })

    it(`decide and the plan give the same decision, byte for byte: ${weather}`, () => {
      fc.assert(
        fc.property(aCase(mischief), ([set, question, item]) => {
          assert.equal(JSON.stringify(compilePlan(set, question)(item)), JSON.stringify(decide(set, question, item)))
        }),
        { numRuns: lawRuns(cases) },
      )
    })

    it(`casbin gives the reference's level, and its rule is among the plan's: ${weather}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          aPolicySet(),
          fc.array(fc.tuple(aQuestion(mischief), anItem(mischief)), { minLength: 8, maxLength: 8 }),
          async (set, asked) => {
            const judge = await openJudge(set)
            for (const [question, item] of asked) {
              const judged = judge.levelOf(question, item)
              const meant = referenceDecide(set, question, item)
              assert.equal(judged.level, meant.level)
              if (judged.rule !== undefined && meant.errors.length === 0)
                assert.ok(meant.rules.includes(judged.rule), `${judged.rule} is not among ${meant.rules.join()}`)
              if (judged.rule === undefined) assert.ok(judged.failed || meant.level === 'nothing')
            }
          },
        ),
        { numRuns: lawRuns(cases / 20) },
      )
    })
  }

  it('random cases reach every level, errors, past items and both omissions, each often enough to mean something', () => {
    const seen = new Map<string, number>()
    const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1)
    const drawn = fc.sample(aCase(SOME), { numRuns: 3_000, seed: 7 })
    for (const [set, question, item] of drawn) {
      const decision = referenceDecide(set, question, item)
      count(decision.level)
      count(decision.omission)
      if (decision.errors.length > 0)
        count(decision.errors.some((error) => error.startsWith('unknown-name')) ? 'unknown name' : 'error')
      if (item.isPast && decision.level !== 'nothing') count('past passes')
      if (Object.keys(decision.rungs).length > 0) count('rungs')
      if (decision.level === 'nothing' && decision.rules.length > 0) count('forbidden')
    }
    for (const name of [
      'full',
      'current',
      'summary',
      'existence',
      'nothing',
      'declared',
      'error',
      'unknown name',
      'past passes',
      'rungs',
      'forbidden',
    ])
      assert.ok((seen.get(name) ?? 0) >= 40, `${name}: ${seen.get(name) ?? 0} of 3000`)
  })
})
