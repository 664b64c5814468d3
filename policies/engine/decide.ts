/** The meaning for one item: the highest level permitted and not limited, the rules that said so; an error denies. */
import type { LabelledItem } from '#policies/language/item.ts'
import { coarser, join, meet, rankOf } from '#policies/language/level.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import type { Decision, PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { application, validBases } from './applies.ts'
import { namesOf, unknownInItem, unknownInQuestion } from './known.ts'

/** Asks every rule of the set. Total and deterministic; the order and repetition of rules change nothing (law 2). */
export function decide(set: PolicySet, question: Question, item: LabelledItem): Decision {
  const names = namesOf(set)
  const unknown = [...unknownInQuestion(names, question), ...unknownInItem(names, item.facts)]
  if (unknown.length > 0) return withheld(unknown)
  const asked = set.rules.map((rule) => ({ rule, outcome: application(set, rule, question, item) }))
  const errors = asked.filter(({ outcome }) => outcome === 'error').map(({ rule }) => rule.id)
  if (errors.length > 0) return withheld(errors)
  const applying = asked.filter(({ outcome }) => outcome === 'applies').map(({ rule }) => rule)
  return combine(applying, item, (rule) => validBases(set, rule, question.at))
}

/** Permits join, limits meet. Shared with the plan, which finds the applying rules faster. */
export function combine(
  applying: readonly Rule[],
  item: LabelledItem,
  basesOf: (rule: Rule) => readonly string[],
): Decision {
  let permitted: Level = 'nothing'
  let limited: Level = 'full'
  let isPermitted = false
  for (const rule of applying) {
    if (rule.effect === 'limit') limited = meet(limited, rule.upTo)
    else {
      permitted = join(permitted, rule.upTo)
      isPermitted = true
    }
  }
  const level = meet(permitted, limited)
  const isFixing = (rule: Rule): boolean =>
    rule.upTo === level && (rule.effect === 'limit' ? limited === level : isPermitted && permitted === level)
  const fixing = applying.filter(isFixing)
  const granting = level === 'nothing' ? [] : grantingOf(applying, level, item)
  const limiting = level === 'nothing' ? [] : applying.filter((rule) => rule.effect === 'limit')
  return {
    level,
    omission: fixing.length > 0 && fixing.every((rule) => rule.omission === 'declared') ? 'declared' : 'silent',
    rules: unique(fixing.map((rule) => rule.id)),
    conditions: unique([...granting, ...limiting].flatMap((rule) => rule.conditions)),
    bases: unique(granting.flatMap(basesOf)),
    rungs: level === 'nothing' ? NO_RUNGS : rungsOf(applying, item),
    errors: [],
  }
}

/** Nothing, silently, with what was wrong for the officer. */
export const withheld = (errors: readonly string[]): Decision => ({
  level: 'nothing',
  omission: 'silent',
  rules: [],
  conditions: [],
  bases: [],
  rungs: {},
  errors: unique(errors),
})

const NO_RUNGS: Readonly<Record<string, Rung>> = {}

/**
 * Permits at or above the level, and any below it that gives the item's kind a finer rung than all of those: what passes on a
 * permit passes under its conditions and on its basis.
 */
function grantingOf(applying: readonly Rule[], level: Level, item: LabelledItem): readonly Rule[] {
  const permits = applying.filter((rule) => rule.effect === 'permit')
  const above = permits.filter((rule) => rankOf(rule.upTo) >= rankOf(level))
  const { kind } = item.value
  if (above.length === permits.length || above.every((rule) => named(rule, kind) === 'g0')) return above
  const best = above.map((rule) => rungGiven(rule, kind, item)).reduce(finer, 'g4')
  const isSharper = (rule: Rule): boolean => speaks(rule, item) && rungGiven(rule, kind, item) < best
  return permits.filter((rule) => above.includes(rule) || isSharper(rule))
}

/** Whether a permit has a say in the value at all: a summary at least, of a past version only in full. */
const speaks = (rule: Rule, item: LabelledItem): boolean =>
  rankOf(rule.upTo) >= rankOf(item.isPast ? 'full' : 'summary')

/**
 * Per kind: the finest rung that any permit gives by itself, then the coarsest that a limit asks for. A permit to a summary gives
 * the summary rung at best, so that adding one to more, at a coarser rung, takes nothing away (law 3); of a past version only
 * permits in full speak.
 */
function rungsOf(applying: readonly Rule[], item: LabelledItem): Readonly<Record<string, Rung>> {
  const kinds = new Set(applying.flatMap((rule) => Object.keys(rule.rungs)))
  if (kinds.size === 0) return NO_RUNGS
  const permits = applying.filter((rule) => rule.effect === 'permit' && speaks(rule, item))
  const limits = applying.filter((rule) => rule.effect === 'limit')
  const rungs = [...kinds].toSorted().map((kind): [string, Rung] => {
    const granted = permits.map((rule) => rungGiven(rule, kind, item)).reduce(finer, 'g4')
    return [kind, limits.map((rule) => named(rule, kind)).reduce(coarser, permits.length === 0 ? 'g0' : granted)]
  })
  return Object.fromEntries(rungs.filter(([, rung]) => rung !== 'g0'))
}

const finer = (a: Rung, b: Rung): Rung => (a <= b ? a : b)
const named = (rule: Rule, kind: string): Rung => (Object.hasOwn(rule.rungs, kind) ? (rule.rungs[kind] ?? 'g0') : 'g0')
const rungGiven = (rule: Rule, kind: string, { value }: LabelledItem): Rung =>
  rule.upTo === 'summary' && value.kind === kind ? coarser(named(rule, kind), value.summaryRung) : named(rule, kind)

const unique = (ids: readonly string[]): readonly string[] => (ids.length < 2 ? ids : [...new Set(ids)].toSorted())
