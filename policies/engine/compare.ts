/** Two policy sets asked the same questions: every answer that changes, those that would disclose more first; and the matrix of a set. */
import type { LabelledItem } from '#policies/language/item.ts'
import { levelOf, rankOf, RUNGS } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import type { Decision, PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { askedOf } from '#policies/language/scope.ts'
import { compilePlan, type Plan } from './plan.ts'

/** One question about one item, under a name that the reader will know it by. */
export interface Sample {
  readonly name: string
  readonly question: Question
  readonly item: LabelledItem
}

/** `same-level`: the level stays and something else changes (omission, conditions, bases). */
export const DIRECTIONS = ['more', 'less', 'same-level'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** An answer that changes from the first set to the second. */
export interface Change {
  readonly name: string
  readonly direction: Direction
  readonly before: Decision
  readonly after: Decision
}

/** Asks both sets; answers that stay the same are left out. More first, then less, then the rest; else in the order asked. */
export function compare(before: PolicySet, after: PolicySet, samples: Iterable<Sample>): readonly Change[] {
  const askBefore = asker(before)
  const askAfter = asker(after)
  const changes: Change[] = []
  for (const { name, question, item } of samples) {
    const change = { name, before: askBefore(question)(item), after: askAfter(question)(item) }
    const direction = directionOf(change.before, change.after)
    if (direction !== undefined) changes.push({ ...change, direction })
  }
  return changes.toSorted((a, b) => DIRECTIONS.indexOf(a.direction) - DIRECTIONS.indexOf(b.direction))
}

/** A plan per question; the last one is kept, because samples of one question usually follow each other. */
function asker(set: PolicySet): (question: Question) => Plan {
  let last: { readonly question: Question; readonly plan: Plan } | undefined
  return (question) => {
    if (last?.question !== question) last = { question, plan: compilePlan(set, question) }
    return last.plan
  }
}

function directionOf(before: Decision, after: Decision): Direction | undefined {
  return widthOf(before, after) ?? (isSame(before, after) ? undefined : 'same-level')
}

type Width = Pick<Decision, 'level' | 'rungs'>

/** By level, then by rung: a finer rung of any kind discloses more, whatever else becomes coarser. */
export function widthOf(before: Width, after: Width): 'more' | 'less' | undefined {
  const rise = rankOf(after.level) - rankOf(before.level)
  if (rise !== 0) return rise > 0 ? 'more' : 'less'
  const kinds = [...new Set([...Object.keys(before.rungs), ...Object.keys(after.rungs)])]
  const shifts = kinds.map((kind) => rungOf(after, kind) - rungOf(before, kind))
  if (shifts.some((shift) => shift < 0)) return 'more'
  if (shifts.some((shift) => shift > 0)) return 'less'
  return undefined
}

const rungOf = ({ rungs }: Pick<Decision, 'rungs'>, kind: string): number =>
  RUNGS.indexOf(new Map(Object.entries(rungs)).get(kind) ?? 'g0')

/** What the recipient could notice, or a DPO must account for; that other rules now say the same is no change. */
const isSame = (before: Decision, after: Decision): boolean =>
  before.omission === after.omission &&
  (['conditions', 'bases', 'errors'] as const).every((list) => before[list].join('\n') === after[list].join('\n'))

/** One field of the matrix: the highest level that a permit of the set could give, and whether it hangs on conditions. */
export interface Cell {
  readonly section: string
  readonly recipientType: string
  readonly level: Level
  /** True where every permit that gives the level has conditions. */
  readonly isConditional: boolean
  readonly rules: readonly string[]
}

/** Asked of every message, and so no condition of one cell. */
const ORDINARY: ReadonlySet<string> = new Set(['recipient.type', 'edge.purpose', 'edge.regime'])

const asksMore = ({ who, when }: Rule): boolean =>
  when.length > 0 || who.some(({ attribute }) => !ORDINARY.has(attribute))

/** The matrix of who receives what, by section and then by recipient type, in the order of the vocabulary; limits left aside. */
export const cellsOf = (set: PolicySet): readonly Cell[] =>
  set.vocabulary.sections.flatMap((section) =>
    set.vocabulary.recipientTypes.map((recipientType) => cellOf(set, section, recipientType)),
  )

function cellOf(set: PolicySet, section: string, recipientType: string): Cell {
  const permits = set.rules.filter(
    (rule) =>
      rule.effect === 'permit' &&
      (askedOf(set, rule, 'item.section')?.includes(section) ?? true) &&
      (askedOf(set, rule, 'recipient.type')?.includes(recipientType) ?? true),
  )
  const rank = permits.reduce((highest, { upTo }) => Math.max(highest, rankOf(upTo)), 0)
  const giving = permits.filter(({ upTo }) => rankOf(upTo) === rank)
  return {
    section,
    recipientType,
    level: levelOf(rank),
    isConditional: rank > 0 && giving.every(asksMore),
    rules: giving.map(({ id }) => id).toSorted(),
  }
}
