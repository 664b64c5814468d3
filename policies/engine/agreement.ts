/** The plan decides, casbin judges it: both are asked the same questions, and a version on which they differ is not put in force. */
import type { Decision, PolicySet } from '#policies/language/policy.ts'
import type { Judge, Judgement } from './enforcer.ts'
import { compilePlan } from './plan.ts'
import type { Asked } from './random-questions.ts'

export interface Disagreed {
  readonly index: number
  readonly planLevel: string
  readonly casbinLevel: string
  readonly planRules: readonly string[]
  readonly casbinRule: string | undefined
}

export interface Agreement {
  readonly asked: number
  /** How many questions came out at each level: a sample that only ever denies has checked little. */
  readonly levels: Readonly<Record<string, number>>
  /** How many ended in an error on both sides. */
  readonly errors: number
  readonly disagreements: readonly Disagreed[]
}

/**
 * The same level, and casbin's rule among the plan's. Where the plan met an error it is enough that casbin lets nothing pass
 * either: a limit to nothing may end casbin's asking before it comes to the rule in error.
 */
export function agrees(decision: Decision, second: Judgement): boolean {
  if (decision.level !== second.level) return false
  if (decision.errors.length > 0) return true
  return !second.failed && (second.rule === undefined || decision.rules.includes(second.rule))
}

const MOST_REPORTED = 20

/** Asks both engines each question: the level must be the same and casbin's rule among the plan's (law 15). */
export function agreement(set: PolicySet, judge: Judge, questions: Iterable<Asked>): Agreement {
  const levels: Record<string, number> = {}
  const disagreements: Disagreed[] = []
  let asked = 0
  let errors = 0
  for (const { question, item } of questions) {
    const decision = compilePlan(set, question)(item)
    const second = judge.levelOf(question, item)
    levels[decision.level] = (levels[decision.level] ?? 0) + 1
    const isError = decision.errors.length > 0
    if (isError) errors += 1
    const isSame = agrees(decision, second)
    if (!isSame && disagreements.length < MOST_REPORTED)
      disagreements.push({
        index: asked,
        planLevel: decision.level,
        casbinLevel: second.level,
        planRules: decision.rules,
        casbinRule: second.rule,
      })
    asked += 1
  }
  return { asked, levels, errors, disagreements }
}
