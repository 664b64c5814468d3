/** P4: the plan against the plain meaning of the rules on random questions, and against casbin on a part of them. */
import { agreement } from '#policies/engine/agreement.ts'
import { decide } from '#policies/engine/decide.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import { randomQuestions } from '#policies/engine/random-questions.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import type { Section } from '#bench/measure.ts'
import { BENCH_AT } from '#bench/workload/case-summary.ts'
import { benchRules, packRules } from '#bench/workload/rules.ts'

export const agreementSection: Section = {
  name: 'agreement',
  measure: async ({ isQuick }) => {
    const count = isQuick ? 1000 : 50_000
    const asked = isQuick ? 100 : 2000
    const sets = [benchRules(), packRules()]
    const byMeaning = sets.reduce((sum, set) => sum + disagreements(set, count), 0)
    let byCasbin = 0
    for (const set of sets) {
      const questions = randomQuestions(set, { seed: 2, count: asked, at: BENCH_AT })
      byCasbin += agreement(set, await openJudge(set), questions).disagreements.length
    }
    const detail = `${2 * count} random questions by the plain meaning (${byMeaning} differ), ${2 * asked} by casbin (${byCasbin} differ); 60 rules and the French pack`
    return [
      {
        id: 'P4',
        what: 'elements on which plan and a second evaluator differ',
        value: byMeaning + byCasbin,
        unit: '',
        detail,
      },
    ]
  },
}

function disagreements(set: PolicySet, count: number): number {
  let differing = 0
  for (const { question, item } of randomQuestions(set, { seed: 1, count, at: BENCH_AT }))
    if (JSON.stringify(compilePlan(set, question)(item)) !== JSON.stringify(decide(set, question, item))) differing += 1
  return differing
}
