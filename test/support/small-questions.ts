/** Small rules, questions and items to try one thing at a time, and the one level that all three evaluators give. */
import assert from 'node:assert/strict'
import { decide } from '#policies/engine/decide.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type { Level } from '#policies/language/level.ts'
import type { PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { hostile } from './arbitraries.ts'

/** A permit to everybody for everything, but for the parts named. */
export const permit = (id: string, parts: Partial<Rule>): Rule => ({
  id,
  effect: 'permit',
  who: [],
  what: [],
  when: [],
  upTo: 'full',
  omission: 'silent',
  conditions: [],
  rungs: {},
  bases: ['fr.cpp.1'],
  reason: 'a test',
  ...parts,
})

/** A recipient of a known type with a known purpose. */
export const QUESTION: Question = {
  facts: { 'recipient.type': 'PS', 'edge.purpose': 'follow-up' },
  milestones: {},
  at: 0,
}
/** A standing, unmarked item with these facts, hostile or not. */
export const anItemWith = (facts: Readonly<Record<string, unknown>>): LabelledItem => ({
  id: '00000000-0000-4000-8000-000000000001',
  facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, hostile(value)])),
  observedAt: 0,
  isPast: false,
  marking: { classification: 'non-protege', handling: [], conditions: [], receivedInConfidence: false },
  value: { kind: 'plain', exact: 'text', rungs: {}, summaryRung: 'g0' },
})

/** The level by all three: decide, the plan and casbin; throws where they disagree. */
export async function levelOf(set: PolicySet, question: Question, item: LabelledItem): Promise<Level> {
  const levels = [
    decide(set, question, item),
    compilePlan(set, question)(item),
    (await openJudge(set)).levelOf(question, item),
  ]
  assert.equal(new Set(levels.map(({ level }) => level)).size, 1, 'decide, the plan and casbin disagree')
  return levels[0]?.level ?? 'nothing'
}

/** A limit to nothing on everybody and everything, but for the parts named. */
export const limit = (id: string, parts: Partial<Rule>): Rule =>
  permit(id, { effect: 'limit', upTo: 'nothing', bases: [], ...parts })

/** The question with these facts as well, hostile or not. */
export const asking = (facts: Readonly<Record<string, unknown>>): Question => ({
  ...QUESTION,
  facts: {
    ...QUESTION.facts,
    ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, hostile(value)])),
  },
})
