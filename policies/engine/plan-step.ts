/** One rule settled for one question: what the question answers is answered, what remains is asked of each item. */
import type { LabelledItem } from '#policies/language/item.ts'
import type { Question, Rule } from '#policies/language/policy.ts'
import { isInTime, isReached, ownValue, reachStart } from './applies.ts'
import { evaluate } from './condition.ts'
import type { Read, Verdict } from './condition.ts'
import { matchHolds, validAt } from './prepared-rule.ts'
import type { PreparedRule } from './prepared-rule.ts'

/** Of an item that the rule matches: whether the rule applies to it. */
export type Answer = 'applies' | 'does-not-apply' | 'error'

/** An answer that holds for every item, or the question that is left. */
export type Settled = Answer | ((item: LabelledItem) => Answer)

/** Total: equal to `application` in applies.ts for every item that the rule matches. */
export function settle(prepared: PreparedRule, question: Question): Settled {
  const { rule, asksQuestion } = prepared
  if (!isInTime(rule, question.at)) return 'does-not-apply'
  for (const match of asksQuestion)
    if (!matchHolds(match, ownValue(question.facts, match.attribute), rule)) return 'does-not-apply'
  return settleConditions(prepared, question)
}

/** A permit without a valid basis never applies, but its conditions may still be in error. */
function settleConditions(prepared: PreparedRule, question: Question): Settled {
  const { rule, whenQuestion, whenItem } = prepared
  const settled = whenQuestion.map((condition) => evaluate(condition, (name) => ownValue(question.facts, name)))
  const isUsable = rule.effect === 'limit' || rule.upTo === 'nothing' || validAt(prepared.bases, question.at).length > 0
  const reaches = reachOf(rule, question)
  if (whenItem.length > 0)
    return (item) => {
      const read = readerOf(question, item)
      const verdict = outcome(rule, [...settled, ...whenItem.map((condition) => evaluate(condition, read))])
      return verdict === 'holds' ? said(isUsable && reaches(item)) : verdict === 'error' ? 'error' : 'does-not-apply'
    }
  const verdict = outcome(rule, settled)
  if (verdict !== 'holds' || !isUsable) return verdict === 'error' ? 'error' : 'does-not-apply'
  return rule.reach === undefined ? 'applies' : (item) => said(reaches(item))
}

const said = (applies: boolean): Answer => (applies ? 'applies' : 'does-not-apply')

function reachOf(rule: Rule, question: Question): (item: LabelledItem) => boolean {
  if (rule.reach === undefined) return () => true
  const start = reachStart(rule.reach, question)
  return (item) => isReached(rule, start, item)
}

const readerOf =
  ({ facts }: Question, item: LabelledItem): Read =>
  (name) =>
    name.startsWith('item.') ? ownValue(item.facts, name.slice(5)) : ownValue(facts, name)

/** An error outweighs a failure, so that the order of conditions changes nothing; what is missing never helps. */
function outcome(rule: Rule, verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('error')) return 'error'
  if (verdicts.includes('fails')) return 'fails'
  return verdicts.includes('missing') && rule.effect === 'permit' ? 'fails' : 'holds'
}
