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
  const { permits, limits } = byEffect(applying)
  const permitted = permits.reduce<Level>((level, rule) => join(level, rule.upTo), 'nothing')
  const limited = limits.reduce<Level>((level, rule) => meet(level, rule.upTo), 'full')
  const level = meet(permitted, limited)
  const fixing = [
    ...(permitted === level ? permits.filter((rule) => rule.upTo === level) : []),
    ...(limited === level ? limits.filter((rule) => rule.upTo === level) : []),
  ]
  const isSaid = fixing.length > 0 && fixing.every((rule) => rule.omission === 'declared')
  const fixed = {
    level,
    omission: isSaid ? 'declared' : 'silent',
    rules: unique(fixing.map((rule) => rule.id)),
  } as const
  if (level === 'nothing') return { ...fixed, conditions: [], bases: [], rungs: NO_RUNGS, errors: [] }
  const granting = grantingOf(permits, level, item)
  return {
    ...fixed,
    conditions: unique([...granting, ...limits].flatMap((rule) => rule.conditions)),
    bases: unique(granting.flatMap(basesOf)),
    rungs: rungsOf({ permits, limits }, item),
    errors: [],
  }
}

interface ByEffect {
  readonly permits: readonly Rule[]
  readonly limits: readonly Rule[]
}

function byEffect(rules: readonly Rule[]): ByEffect {
  const permits: Rule[] = []
  const limits: Rule[] = []
  for (const rule of rules) (rule.effect === 'permit' ? permits : limits).push(rule)
  return { permits, limits }
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
function grantingOf(permits: readonly Rule[], level: Level, item: LabelledItem): readonly Rule[] {
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
function rungsOf({ permits, limits }: ByEffect, item: LabelledItem): Readonly<Record<string, Rung>> {
  const kinds = [...permits, ...limits].flatMap((rule) => Object.keys(rule.rungs))
  if (kinds.length === 0) return NO_RUNGS
  const speaking = permits.filter((rule) => speaks(rule, item))
  const rungs = unique(kinds).map((kind): [string, Rung] => {
    const granted = speaking.map((rule) => rungGiven(rule, kind, item)).reduce(finer, 'g4')
    return [kind, limits.map((rule) => named(rule, kind)).reduce(coarser, speaking.length === 0 ? 'g0' : granted)]
  })
  return Object.fromEntries(rungs.filter(([, rung]) => rung !== 'g0'))
}

const finer = (a: Rung, b: Rung): Rung => (a <= b ? a : b)
const named = (rule: Rule, kind: string): Rung => (Object.hasOwn(rule.rungs, kind) ? (rule.rungs[kind] ?? 'g0') : 'g0')
const rungGiven = (rule: Rule, kind: string, { value }: LabelledItem): Rung =>
  rule.upTo === 'summary' && value.kind === kind ? coarser(named(rule, kind), value.summaryRung) : named(rule, kind)

/** Sorted, once each. Of a short list it costs less to look twice than to make a set. */
function unique(ids: readonly string[]): readonly string[] {
  if (ids.length < 2) return ids
  const found = ids.length > 8 ? [...new Set(ids)] : ids.filter((id, index) => ids.indexOf(id) === index)
  return found.length < 2 ? found : found.toSorted()
}
