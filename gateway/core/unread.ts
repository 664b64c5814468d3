/** Mail that nobody acknowledges: by when each kind is to be, and whom it is told step by step. Steps are data. */
import type { Instant } from '#policies/language/instant.ts'
import { afterWorkingHours } from './escalation.ts'
import type { CarriedKind } from './message-kinds.ts'

/** `reminder`, `overdue`: the recipient, by its couriers; `alternate`: another mandate or its data protection officer; `sender`: who sent it. */
export const UNREAD_STEPS = ['reminder', 'overdue', 'alternate', 'sender'] as const
export type UnreadStep = (typeof UNREAD_STEPS)[number]

/** Parts of the time to acknowledge: half of it, all of it, twice, three times. */
const PART: Readonly<Record<UnreadStep, number>> = { reminder: 0.5, overdue: 1, alternate: 2, sender: 3 }

export interface Acknowledging {
  readonly hours: number
  /** Those of working days; otherwise all hours count. */
  readonly isWorking: boolean
}

const TWO_DAYS: Acknowledging = { hours: 48, isWorking: true }
const ONE_DAY: Acknowledging = { hours: 24, isWorking: true }

/** Workflows W4 (two working days), W7 (an hour where severe, else a day); other kinds as W4. */
const WITHIN: Partial<Readonly<Record<CarriedKind, Acknowledging>>> = { IncidentAlert: ONE_DAY }

/** Answers, which ask for none; and recalls and corrections, which escalate by themselves (escalation.ts). */
const ASKS_NOTHING: readonly CarriedKind[] = [
  'HandoverAck',
  'ReferralAccepted',
  'ReferralDeclined',
  'RecallAck',
  'Recall',
  'Correction',
]

/** How soon its delivery is to be acknowledged; undefined where nobody waits for that. */
export function acknowledgingOf(kind: CarriedKind, severity?: string): Acknowledging | undefined {
  if (ASKS_NOTHING.includes(kind)) return undefined
  return kind === 'IncidentAlert' && severity === 'severe' ? { hours: 1, isWorking: false } : (WITHIN[kind] ?? TWO_DAYS)
}

const HOUR_MS = 3_600_000

const after = (from: Instant, { hours, isWorking }: Acknowledging, part: number): Instant =>
  isWorking ? afterWorkingHours(from, hours * part) : from + hours * part * HOUR_MS

/** When it is to be acknowledged. */
export const acknowledgeBy = (from: Instant, within: Acknowledging): Instant => after(from, within, 1)

/** When the step after that one is due; undefined after the last. */
export function nextStep(
  from: Instant,
  within: Acknowledging,
  told: UnreadStep | undefined,
): { readonly step: UnreadStep; readonly at: Instant } | undefined {
  const step = UNREAD_STEPS[told === undefined ? 0 : UNREAD_STEPS.indexOf(told) + 1]
  return step === undefined ? undefined : { step, at: after(from, within, PART[step]) }
}
