/** A policy set compiled for one question into composed functions, anew for each message: no generated code, no cache to go stale. */
import type { AttributeScalar, Decision, PolicySet, Question } from '#policies/language/policy.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { ownValue } from './applies.ts'
import { combine, withheld } from './decide.ts'
import { namesOf, unknownInItem, unknownInQuestion } from './known.ts'
import { compileRule } from './plan-step.ts'
import type { Step } from './plan-step.ts'

/** What policy says of any item under one question; equal to `decide` for every item (law 15 and its differential test). */
export type Plan = (item: LabelledItem) => Decision

/** Compiles the set: whatever does not depend on the item is settled once, the rest is bucketed by section. */
export function compilePlan(set: PolicySet, question: Question): Plan {
  const names = namesOf(set)
  const unknown = unknownInQuestion(names, question)
  if (unknown.length > 0) return (item) => withheld([...unknown, ...unknownInItem(names, item.facts)])
  const bySection = bucket(set.rules.flatMap((rule) => compileRule(set, rule, question) ?? []))
  const none = noneApplying()
  return (item) => {
    const unknownNames = unknownInItem(names, item.facts)
    if (unknownNames.length > 0) return withheld(unknownNames)
    return judge(bySection(ownValue(item.facts, 'section')), item, none)
  }
}

function judge({ steps, isOfSection }: Bucket, item: LabelledItem, none: Applying): Decision {
  let applying = none
  let errors: string[] | undefined
  for (const step of steps) {
    if (!(isOfSection ? step.matchesWithin(item) : step.matchesItem(item))) continue
    const verdict = step.verdict(item)
    if (verdict === 'error') (errors ??= []).push(step.rule.id)
    else if (verdict === 'holds' && step.reachesItem(item)) applying = withStep(applying, step)
  }
  return errors === undefined ? decisionOf(applying, item) : withheld(errors)
}

/** A list of steps that applied to some item, with what they come to: the same rules say the same of every item of the message. */
interface Applying {
  readonly steps: readonly Step[]
  readonly namesRungs: boolean
  readonly longer: Map<Step, Applying>
  readonly decisions: Map<string, Decision>
}

const noneApplying = (): Applying => ({ steps: [], namesRungs: false, longer: new Map(), decisions: new Map() })

function withStep(applying: Applying, step: Step): Applying {
  const known = applying.longer.get(step)
  if (known !== undefined) return known
  const namesRungs = applying.namesRungs || Object.keys(step.rule.rungs).length > 0
  const longer = { ...noneApplying(), steps: [...applying.steps, step], namesRungs }
  applying.longer.set(step, longer)
  return longer
}

/** Rungs depend on the kind of the value and on whether the item is past; all else on the rules alone. */
function decisionOf({ steps, namesRungs, decisions }: Applying, item: LabelledItem): Decision {
  const key = namesRungs ? `${item.isPast} ${item.value.summaryRung} ${item.value.kind}` : ''
  const known = decisions.get(key)
  if (known !== undefined) return known
  const rules = steps.map(({ rule }) => rule)
  const decision = combine(rules, item, (rule) => steps[rules.indexOf(rule)]?.bases ?? [])
  decisions.set(key, decision)
  return decision
}

/** The steps that items of one section meet; `isOfSection`: each is known to speak of it, and need not ask again. */
interface Bucket {
  readonly steps: readonly Step[]
  readonly isOfSection: boolean
}

/** Steps by section. An item whose section cannot be read meets every step, so that no limit is lost. */
function bucket(steps: readonly Step[]): (section: unknown) => Bucket {
  const all: Bucket = { steps, isOfSection: false }
  const everywhere: Bucket = { steps: steps.filter(({ sections }) => sections === undefined), isOfSection: false }
  const buckets = new Map<AttributeScalar, Bucket & { readonly steps: Step[] }>()
  for (const section of steps.flatMap(({ sections }) => sections ?? []))
    buckets.set(section, { steps: [], isOfSection: true })
  // In the order of the rules, so that a bucket asks as the whole set would.
  for (const step of steps)
    if (step.sections === undefined) for (const { steps: list } of buckets.values()) list.push(step)
    else for (const section of new Set(step.sections)) buckets.get(section)?.steps.push(step)
  return (section) => {
    if (typeof section !== 'string' || section === '') return all
    return buckets.get(section) ?? everywhere
  }
}
