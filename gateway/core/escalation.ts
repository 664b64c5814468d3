/** What happens to a recall or correction that nobody answers: whom it is told, and how long after it was due. Steps are data. */
import type { Instant } from '#policies/language/instant.ts'

/** `recipient`: the member that holds the copy; `dpo`: its data protection officer; `operator`: who runs this gateway. */
export const ESCALATION_STEPS = ['recipient', 'dpo', 'operator'] as const
export type EscalationStep = (typeof ESCALATION_STEPS)[number]

export interface Rung {
  readonly step: EscalationStep
  /** After the instant at which the answer was due; hours of Saturday and Sunday (UTC) are not counted. */
  readonly workingHours: number
}

/** An acknowledgement within a working day, then the data protection officer (workflow W11); after another one the operator. */
export const ESCALATION: readonly Rung[] = [
  { step: 'recipient', workingHours: 0 },
  { step: 'dpo', workingHours: 24 },
  { step: 'operator', workingHours: 48 },
]

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** 1970-01-01 was a Thursday: day 0 of the week is Monday. */
const THURSDAY = 3
const SATURDAY = 5

const weekdayOf = (at: Instant): number => (Math.floor(at / DAY_MS) + THURSDAY) % 7

/** The instant so many hours of working days later (UTC; public holidays count as working days). */
export function afterWorkingHours(from: Instant, hours: number): Instant {
  let at = from
  for (let leftMs = hours * HOUR_MS; ;) {
    const endOfDay = (Math.floor(at / DAY_MS) + 1) * DAY_MS
    const isWorkingDay = leftMs === 0 || weekdayOf(at) < SATURDAY
    if (isWorkingDay && leftMs <= endOfDay - at) return at + leftMs
    if (isWorkingDay) leftMs -= endOfDay - at
    at = endOfDay
  }
}

export interface Unanswered {
  readonly state: 'waiting' | 'deleted' | 'locked' | 'unreachable'
  readonly dueAt: Instant
  readonly escalation?: EscalationStep
}

/** The steps to tell now, in their order: none of them twice, none left out. Who cannot be reached is the operator's at once. */
export function stepsDue({ state, dueAt, escalation }: Unanswered, now: Instant): readonly EscalationStep[] {
  const told = escalation === undefined ? -1 : ESCALATION.findIndex(({ step }) => step === escalation)
  const left = ESCALATION.slice(told + 1)
  if (state === 'unreachable') return left.map(({ step }) => step).filter((step) => step === 'operator')
  if (state !== 'waiting' || now <= dueAt) return []
  return left.filter(({ workingHours }) => afterWorkingHours(dueAt, workingHours) < now).map(({ step }) => step)
}

/** Of several targets the step that went furthest. */
export const furthest = (steps: readonly EscalationStep[]): EscalationStep | undefined =>
  ESCALATION_STEPS.findLast((step) => steps.includes(step))
