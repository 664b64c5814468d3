/** Decision, markings and rung limits as one ceiling per item: permits join, limits meet, the most careful omission wins. */
import type { LabelledItem } from '#policies/language/item.ts'
import { meet } from '#policies/language/level.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import type { Decision, Omission, Question } from '#policies/language/policy.ts'
import { asksNothing, limitOf, UNLIMITED } from './marking.ts'
import type { MarkingLimit } from './marking.ts'

/** The most that may pass of one item, the conditions that go with it, and who said so. */
export interface Ceiling {
  readonly level: Level
  readonly omission: Omission
  readonly rules: readonly string[]
  readonly conditions: readonly string[]
  readonly bases: readonly string[]
  readonly rungs: Readonly<Record<string, Rung>>
  /** What limited it beside rules: `marking:releasable-to`, `error:<rule>`, `past`, `restricted-case` … */
  readonly because: readonly string[]
}

/** What policy decided, met with the item's markings; a past version passes in full or not at all. */
export const ceilingOf = (decision: Decision, item: LabelledItem, question: Question): Ceiling =>
  ceilings(question)(decision, item)

/** The same for many items of one question. Most carry no marking that limits: those share what their decision comes to. */
export function ceilings(question: Question): (decision: Decision, item: LabelledItem) => Ceiling {
  const isOut = isRestricted(question)
  const unmarked = new Map<Decision, Ceiling>()
  return (decision, item) => {
    const known = item.isPast ? undefined : unmarked.get(decision)
    const isUnmarked = asksNothing(item.marking)
    if (isUnmarked && known !== undefined) return known
    const marked = isUnmarked ? UNLIMITED : limitOf(item.marking, question)
    const ceiling = met({ decision, marked, isPast: item.isPast, isOut })
    if (isUnmarked && !item.isPast) unmarked.set(decision, ceiling)
    return ceiling
  }
}

interface Met {
  readonly decision: Decision
  readonly marked: MarkingLimit
  readonly isPast: boolean
  readonly isOut: boolean
}

function met({ decision, marked, isPast, isOut }: Met): Ceiling {
  const level = meet(decision.level, marked.level)
  const isPastOut = isPast && level !== 'full' && level !== 'nothing'
  if (level === 'nothing' || isPastOut || isOut)
    return closed({ decision, marked, reason: isOut ? 'restricted-case' : isPastOut ? 'past' : undefined })
  return {
    level,
    omission: omissionOf(decision, marked, level),
    rules: decision.rules,
    conditions: union(decision.conditions, marked.conditions),
    bases: decision.bases,
    rungs: decision.rungs,
    because: marked.because,
  }
}

/** A limited access case is for those it names; whoever is excluded, or not named where names are given, gets nothing. */
function isRestricted({ facts }: Question): boolean {
  if (facts['case.restricted'] !== true)
    return facts['case.restricted'] !== false && facts['case.restricted'] !== undefined
  const allowed = facts['case.allowed']
  const named = Array.isArray(allowed) ? allowed : []
  return ![facts['recipient.mandate'], facts['recipient.organisation']].some(
    (name) => typeof name === 'string' && named.includes(name),
  )
}

interface Closed {
  readonly decision: Decision
  readonly marked: MarkingLimit
  readonly reason: string | undefined
}

function closed({ decision, marked, reason }: Closed): Ceiling {
  const errors = decision.errors.map((error) => `error:${error}`)
  const because = [...errors, ...marked.because, ...(reason === undefined ? [] : [reason])]
  const omission = reason === undefined ? omissionOf(decision, marked, 'nothing') : 'silent'
  return { level: 'nothing', omission, rules: decision.rules, conditions: [], bases: [], rungs: {}, because }
}

/** Declared only if every rule and marking that fixed the level says declared; silent wins. */
function omissionOf(decision: Decision, marked: MarkingLimit, level: Level): Omission {
  const hasDecided = decision.level === level
  const hasMarked = marked.level === level && marked.because.length > 0
  const isSilent = (hasDecided && decision.omission === 'silent') || (hasMarked && marked.omission === 'silent')
  return (hasDecided || hasMarked) && !isSilent ? 'declared' : 'silent'
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] =>
  b.length === 0 ? a : [...new Set([...a, ...b])].toSorted()
