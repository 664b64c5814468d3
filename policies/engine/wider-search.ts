/** Whether a draft ever discloses more than the version in force: proved, disproved by a question, or not found in so many questions. */
import type { LabelledItem } from '#policies/language/item.ts'
import type { Instant } from '#policies/language/instant.ts'
import { rankOf, RUNGS } from '#policies/language/level.ts'
import type { Decision, PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { compilePlan } from './plan.ts'
import { randomQuestions } from './random-questions.ts'
import type { Asked } from './random-questions.ts'
import { proveNotWider } from './wider.ts'

/** A question that the draft answers with more. */
export interface CounterExample {
  readonly question: Question
  readonly item: LabelledItem
  readonly before: Decision
  readonly after: Decision
}

export type Width =
  | { readonly kind: 'proved' }
  | ({ readonly kind: 'counter-example'; readonly asked: number } & CounterExample)
  /** No proof: nothing was found, and something may be there. */
  | { readonly kind: 'not-found'; readonly asked: number }

export interface WidthRequest {
  readonly seed: number
  readonly count: number
  readonly at: Instant
}

/** Proof first; else questions drawn around the rules that differ. The same request gives the same answer. */
export function widerThan(base: PolicySet, draft: PolicySet, request: WidthRequest): Width {
  if (proveNotWider(base, draft).kind === 'proved') return { kind: 'proved' }
  let asked = 0
  for (const { question, item } of questionsAround(base, draft, request)) {
    asked += 1
    const before = compilePlan(base, question)(item)
    const after = compilePlan(draft, question)(item)
    if (disclosesMore(before, after, item)) return { kind: 'counter-example', asked, question, item, before, after }
  }
  return { kind: 'not-found', asked }
}

/** A higher level, or at the same one a finer rung of the item's own kind. What is past passes in full or not at all. */
export function disclosesMore(before: Decision, after: Decision, { isPast, value }: LabelledItem): boolean {
  const rise = rankOf(after.level) - rankOf(before.level)
  if (rise !== 0) return rise > 0
  const isValueShown = isPast ? after.level === 'full' : rankOf(after.level) >= rankOf('summary')
  return isValueShown && rungOf(after, value) < rungOf(before, value)
}

/** As it is shown: a summary is never more precise than the rung of its value for summaries. */
function rungOf({ level, rungs }: Decision, { kind, summaryRung }: LabelledItem['value']): number {
  const named = RUNGS.indexOf(new Map(Object.entries(rungs)).get(kind) ?? 'g0')
  return level === 'summary' ? Math.max(named, RUNGS.indexOf(summaryRung)) : named
}

/** Half of them are drawn around what the draft adds, half around what it takes away; kinds are those that its rules name. */
function* questionsAround(base: PolicySet, draft: PolicySet, { seed, count, at }: WidthRequest): Generator<Asked> {
  const text = ({ rules }: PolicySet): ReadonlySet<string> => new Set(rules.map((rule) => JSON.stringify(rule)))
  const [known, kept] = [text(base), text(draft)]
  const added = draft.rules.filter((rule) => !known.has(JSON.stringify(rule)))
  const gone = base.rules.filter((rule) => !kept.has(JSON.stringify(rule)))
  const kinds = kindsOf([...added, ...gone])
  const sides = [
    { set: draft, around: added },
    { set: base, around: gone },
  ].filter(({ around }) => around.length > 0)
  const shares = sides.length === 0 ? [{ set: draft, around: draft.rules }] : sides
  for (const [index, { set, around }] of shares.entries()) {
    const drawn = { seed: seed + index, count: Math.ceil(count / shares.length), at, around }
    let number = 0
    for (const asked of randomQuestions(set, drawn)) {
      yield varied(asked, kinds[number % kinds.length] ?? 'plain', number)
      number += 1
    }
  }
}

const kindsOf = (rules: readonly Rule[]): readonly string[] => {
  const kinds = [...new Set(rules.flatMap(({ rungs }) => Object.keys(rungs)))]
  return kinds.length === 0 ? ['plain'] : kinds
}

/** What limits mostly ask for, at its most open: a limit holds wherever its question is not answered. */
const OPEN_FACTS = { 'case.minor': false, 'case.measureActive': true, 'edge.senderRegime': 'LED' }
const OPEN_LABELS = { subjectInformed: 'yes', specialCategories: [], secrecyRegime: 'none', disputed: false }

/** Of some kind; every second one with open answers to what was not drawn. */
function varied({ question, item }: Asked, kind: string, number: number): Asked {
  const isOpen = number % 2 === 0
  return {
    question: { ...question, facts: { ...(isOpen ? OPEN_FACTS : {}), ...question.facts } },
    item: {
      ...item,
      facts: { ...(isOpen ? OPEN_LABELS : {}), ...item.facts },
      value: { ...item.value, kind, summaryRung: 'g0' },
    },
  }
}
