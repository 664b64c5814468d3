/** A recipient that takes its deliveries at set times only: then when something came tells nobody when its sender was at work (H074). */
import type { Instant } from '#policies/language/instant.ts'
import type { CarriedKind } from './message-kinds.ts'

interface Windowed {
  readonly windowMinutes?: number | undefined
}

const MINUTE_MS = 60_000

/** What protects somebody at once waits for no window. */
const NEVER_WAITS: ReadonlySet<string> = new Set<CarriedKind>(['Recall', 'Correction', 'IncidentAlert'])

/** When a message of that kind may leave for the recipient: at the end of the window in which it came. Windows count from 1970 UTC. */
export function leavesAt(at: Instant, kind: CarriedKind, { windowMinutes }: Windowed): Instant {
  if (windowMinutes === undefined || NEVER_WAITS.has(kind)) return at
  const windowMs = windowMinutes * MINUTE_MS
  return Math.ceil(at / windowMs) * windowMs
}

/** The instant as that recipient is told it: no finer than its window. */
export function toldAt(at: Instant, { windowMinutes }: Windowed): Instant {
  if (windowMinutes === undefined) return at
  const windowMs = windowMinutes * MINUTE_MS
  return Math.floor(at / windowMs) * windowMs
}
