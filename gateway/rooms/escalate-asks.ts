/** Side room: a request for more that nobody answered in time is told to whoever runs the gateway, once. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Ask } from '#gateway/core/ask.ts'
import type { Deps } from './deps.ts'

type EscalateAsksDeps = Pick<Deps, 'store' | 'clock' | 'isClockReliable' | 'log' | 'meter'>

const AT_ONCE = 100
export const ESCALATE_ASKS_EVERY_MS = 60_000

/** To be called once a minute. Never throws: what could not be told now is told the next time. */
export async function escalateAsks(deps: EscalateAsksDeps): Promise<void> {
  if (deps.isClockReliable?.() === false) return
  try {
    const now = deps.clock()
    for (const ask of await deps.store.read.asks.overdue(now, AT_ONCE)) await tell(deps, ask, now)
  } catch {
    deps.log.alarm('overdue requests could not be looked at')
  }
}

/**
 * Mark, audit row and alarm are one: the alarm is raised before they are durable, so that a gateway that dies in between raises it
 * again rather than never. Another that was faster has told it. Neither what the case is called nor what was written is in it.
 */
async function tell(deps: EscalateAsksDeps, ask: Ask, now: Instant): Promise<void> {
  const { id, caseId, organisation, mandate, purpose, urgency } = ask
  const told = await deps.store.transaction(async (tx) => {
    if (!(await tx.asks.escalate(ask, now))) return false
    await tx.audit.append({
      at: printInstant(now),
      operation: 'alteration',
      act: 'more-overdue',
      actor: 'gateway',
      recipients: [mandate],
      caseId,
      purpose,
      justification: urgency,
    })
    const due = printInstant(ask.dueAt)
    deps.log.alarm('a request for more is overdue: no officer answered', { request: id, organisation, mandate, due })
    return true
  })
  if (told) deps.meter.count('overdue_requests', { urgency })
}
