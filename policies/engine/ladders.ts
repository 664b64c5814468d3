/** Climbing a ladder: the value at a rung, whether a value has the shape of its kind, and whether a supplied rung contradicts the function. */
import type { LadderedValue } from '#policies/language/item.ts'
import { RUNGS } from '#policies/language/level.ts'
import type { Rung } from '#policies/language/level.ts'
import type { Ladder, LadderKind, RungRule } from './ladder.ts'
import { DIAGNOSIS, EMPLOYER, FREE_TEXT, INTELLIGENCE, PLAIN, RELIGION, RISK, THIRD_PERSON } from './ladder-authored.ts'
import { AMOUNT, OFFENCE, PROFESSIONAL, SENTENCE } from './ladder-justice.ts'
import { ADDRESS, PRISON } from './ladder-places.ts'
import { BIRTH_DATE, CHILD, DATE } from './ladder-times.ts'

/** Every ladder by its kind (`domain.md` §3.4). */
export const LADDERS: Readonly<Record<LadderKind, Ladder>> = {
  address: ADDRESS,
  date: DATE,
  'birth-date': BIRTH_DATE,
  prison: PRISON,
  offence: OFFENCE,
  sentence: SENTENCE,
  'third-person': THIRD_PERSON,
  child: CHILD,
  employer: EMPLOYER,
  diagnosis: DIAGNOSIS,
  religion: RELIGION,
  risk: RISK,
  intelligence: INTELLIGENCE,
  'free-text': FREE_TEXT,
  professional: PROFESSIONAL,
  amount: AMOUNT,
  plain: PLAIN,
}

const BY_KIND: ReadonlyMap<string, Ladder> = new Map(Object.entries(LADDERS))

/** The ladder of that kind, or undefined for a kind that nobody knows. */
export const ladderOf = (kind: string): Ladder | undefined => BY_KIND.get(kind)

export interface ValueAtRung {
  readonly rung: Rung
  readonly value: unknown
}

/**
 * The value at that rung, or at the next coarser one that can be said; undefined where none can, so that only existence is left.
 * A computed rung is climbed to from the finest value present; an authored one is taken as the sender labelled it. Unknown members never pass.
 */
export function valueAt(value: LadderedValue, rung: Rung): ValueAtRung | undefined {
  const last = climb(value, rung).at(-1)?.said
  return last !== undefined && last.rung >= rung ? last : undefined
}

/** Every rung that can be said of a value, finest first: what `valueAt` can ever answer. */
export const rungsOf = (value: LadderedValue): readonly ValueAtRung[] => climb(value, 'never').map(({ said }) => said)

/**
 * What is wrong with the shape of a value of that kind, or undefined; of a supplied rung, where one is named. Used at the door.
 * Says where and what was expected; never holds the value, nor the name of an unknown member.
 */
export function shapeFault(kind: string, value: unknown, rung: Rung = 'g0'): string | undefined {
  const ladder = ladderOf(kind)
  if (ladder === undefined) return 'a kind that no ladder has'
  const rule = ladder.rungs[rung]
  return rule === undefined ? `${ladder.kind} has no rung ${rung}` : rule.shape.fault(value, '')
}

/** The first supplied rung that differs from what the function gives for it; authored rungs contradict nothing. */
export function contradictionOf(value: LadderedValue): Rung | undefined {
  return climb(value, 'never').find((step) => step.contradicts)?.said.rung
}

interface Step {
  readonly said: ValueAtRung
  /** The sender supplied this rung, and not as computed. */
  readonly contradicts: boolean
}

/** Rungs that can be said, finest first, up to the first that is that coarse. */
function climb(value: LadderedValue, until: Rung | 'never'): readonly Step[] {
  const ladder = ladderOf(value.kind)
  const steps: Step[] = []
  if (ladder === undefined) return steps
  for (const rung of RUNGS) {
    const rule = ladder.rungs[rung]
    if (rule === undefined) continue
    const step = stepAt({ value, rung, rule, finer: steps.at(-1)?.said.value })
    if (step !== undefined) steps.push(step)
    if (step !== undefined && until !== 'never' && rung >= until) break
  }
  return steps
}

interface Climb {
  readonly value: LadderedValue
  readonly rung: Rung
  readonly rule: RungRule
  /** The nearest finer rung that could be said. */
  readonly finer: unknown
}

function stepAt({ value, rung, rule, finer }: Climb): Step | undefined {
  const given = suppliedAt(value, rung)
  const supplied = rule.shape.keep(given)
  const derived = rule.origin === 'computed' && finer !== undefined ? rule.shape.keep(rule.from(finer)) : undefined
  // What the function gives wins: a supplied rung may fill a gap in a table, never stand against it.
  const said = derived ?? supplied
  if (said === undefined) return undefined
  return {
    said: { rung, value: said },
    contradicts: derived !== undefined && given !== undefined && !isSame(derived, supplied),
  }
}

const suppliedAt = (value: LadderedValue, rung: Rung): unknown =>
  rung === 'g0' && value.exact !== undefined ? value.exact : value.rungs[rung]

/** Both come from the same shape, so members stand in the same order. */
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
