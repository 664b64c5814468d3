/** The circuit of one way to one recipient: after failures in a row nothing is tried for a while, then one thing at a time. Pure. */
import type { Instant } from '#policies/language/instant.ts'

export interface Circuit {
  /** In a row, since the last success. */
  readonly failures: number
  /** Since when nothing gets through; absent while it is closed. */
  readonly openedAt?: Instant
  readonly openUntil?: Instant
  /** While one probe is under way no other begins; it ends by itself, in case whoever probes dies. */
  readonly probeUntil?: Instant
}

export const CLOSED_CIRCUIT: Circuit = { failures: 0 }

export const CIRCUIT = {
  /** Failures in a row that open it. */
  opensAfter: 5,
  firstOpenMs: 60_000,
  maxOpenMs: 3_600_000,
} as const

/** `wait`: nothing is to be tried before that instant. */
export type Passage = { readonly kind: 'go' | 'probe' } | { readonly kind: 'wait'; readonly until: Instant }

export function passageOf({ openUntil, probeUntil }: Circuit, now: Instant): Passage {
  if (openUntil === undefined) return { kind: 'go' }
  if (isAhead(openUntil, now)) return { kind: 'wait', until: openUntil }
  return probeUntil !== undefined && isAhead(probeUntil, now) ? { kind: 'wait', until: probeUntil } : { kind: 'probe' }
}

/** Further ahead than anything is ever closed, it was set by a clock that has been put right since. */
const isAhead = (until: Instant, now: Instant): boolean => now < until && until - now <= CIRCUIT.maxOpenMs

/** Half open: one is on its way until that instant at the latest. */
export const probing = (circuit: Circuit, probeUntil: Instant): Circuit => ({ ...circuit, probeUntil })

/** After one more failure: open once there are enough, twice as long each time up to an hour. */
export function afterFailure({ failures, openedAt }: Circuit, now: Instant): Circuit {
  const inARow = failures + 1
  const beyond = inARow - CIRCUIT.opensAfter
  if (beyond < 0) return { failures: inARow }
  const openMs = Math.min(CIRCUIT.firstOpenMs * 2 ** Math.min(beyond, 30), CIRCUIT.maxOpenMs)
  return { failures: inARow, openedAt: openedAt ?? now, openUntil: now + openMs }
}

export const isOpen = ({ openUntil }: Circuit): boolean => openUntil !== undefined
