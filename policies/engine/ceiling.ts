/** Decision, markings and rung limits as one ceiling per item: permits join, limits meet, the most careful omission wins. */
import type { LabelledItem } from '#policies/language/item.ts'
import { meet } from '#policies/language/level.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import type { Decision, Omission, Question } from '#policies/language/policy.ts'
import { limitOf } from './marking.ts'
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
export function ceilingOf(decision: Decision, item: LabelledItem, question: Question): Ceiling {
  const marked = limitOf(item.marking, question)
  const level = meet(decision.level, marked.level)
  const isPastOut = item.isPast && level !== 'full' && level !== 'nothing'
  const isOut = isRestricted(question)
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
