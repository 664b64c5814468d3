/** A policy as large as a country: a thousand organisations, a thousand fields, and each organisation with fields of its own. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { decide } from '#policies/engine/decide.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type { PolicySet, Rule } from '#policies/language/policy.ts'
import { aSetOf } from '#test/support/arbitraries.ts'
import { anItemWith, asking, limit, permit } from '#test/support/small-questions.ts'
import { VOCABULARY } from '#test/support/small-world.ts'

const THOUSAND = Array.from({ length: 1000 }, (_, index) => index)
const fieldOf = (index: number): string => `field-${index}`

/** Whether the organisation may have the field: about half of them, another half for each. */
const isOwn = (organisation: number, field: number): boolean => (organisation * 31 + field * 17) % 64 < 32
const isBarred = (organisation: number, field: number): boolean => (organisation + field) % 50 === 0

const fieldsOf = (organisation: number, holds: typeof isOwn): readonly string[] =>
  THOUSAND.filter((field) => holds(organisation, field)).map(fieldOf)

const rulesOf = (organisation: number): readonly Rule[] => {
  const who = [{ attribute: 'recipient.organisation', values: [`org-${organisation}`] }]
  const about = (holds: typeof isOwn): Rule['what'] => [
    { attribute: 'item.term', values: fieldsOf(organisation, holds) },
  ]
  return [
    permit(`allow-${organisation}`, { who, what: about(isOwn) }),
    limit(`bar-${organisation}`, { who, what: about(isBarred) }),
  ]
}

const set: PolicySet = aSetOf(THOUSAND.flatMap(rulesOf), { ...VOCABULARY, terms: THOUSAND.map(fieldOf) })
const items: readonly LabelledItem[] = THOUSAND.map((field) => anItemWith({ term: fieldOf(field) }))

describe('a policy of a thousand organisations and a thousand fields', () => {
  it('H130 gives each organisation its own fields and no other', () => {
    let decisions = 0
    let spentMs = 0
    for (const organisation of THOUSAND.filter((index) => index % 100 === 7)) {
      const question = asking({ 'recipient.organisation': `org-${organisation}` })
      const plan = compilePlan(set, question)
      const startedAt = performance.now()
      const levels = items.map((item) => plan(item).level)
      spentMs += performance.now() - startedAt
      decisions += levels.length
      const wanted = THOUSAND.map((field) =>
        isOwn(organisation, field) && !isBarred(organisation, field) ? 'full' : 'nothing',
      )
      assert.deepEqual(levels, wanted)
      const one = items[organisation]
      assert.ok(one !== undefined && plan(one).level === decide(set, question, one).level)
    }
    console.log(
      `    ${set.rules.length} rules, ${decisions} decisions, ${((spentMs / decisions) * 1000).toFixed(1)} µs each`,
    )
  })
})
