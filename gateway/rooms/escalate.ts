/** Side room: a recall or correction that was not answered in time goes a step further, and each step is told once. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { stepsDue } from '#gateway/core/escalation.ts'
import type { EscalationStep } from '#gateway/core/escalation.ts'
import type { RecallTarget } from '#gateway/ports/recalls.ts'
import type { Deps } from './deps.ts'

type EscalateDeps = Pick<Deps, 'store' | 'clock' | 'log' | 'meter'>

/** Every step that is due now, in its order, of everyone who has not answered. Rejects where the store does not answer. */
export async function escalateRecalls(deps: EscalateDeps): Promise<void> {
  const now = deps.clock()
  for (const target of await deps.store.read.recalls.overdue(now)) {
    let { escalation } = target
    for (const step of stepsDue(target, now)) {
      await tell(deps, { ...target, ...(escalation === undefined ? {} : { escalation }) }, step, now)
      escalation = step
    }
  }
}

/**
 * Step, audit row and alarm are one: the alarm is raised before they are durable, so that a gateway that dies in between raises it
 * again rather than never. Another that was faster has told it.
 */
async function tell(deps: EscalateDeps, target: RecallTarget, step: EscalationStep, now: Instant): Promise<void> {
  const { recallId, organisation, mandate, state } = target
  const told = await deps.store.transaction(async (tx) => {
    if (!(await tx.recalls.escalate(target, step, now))) return false
    const recall = await tx.messages.get(recallId)
    await tx.audit.append({
      at: printInstant(now),
      operation: 'alteration',
      act: 'recall-escalated',
      actor: 'gateway',
      recipients: [organisation],
      ...(recall === undefined ? {} : { caseId: recall.caseId }),
      messageId: recallId,
      justification: `${state}-${step}`,
    })
    deps.log.alarm(ALARMS[step], { recallId, organisation, mandate, state, step })
    return true
  })
  if (told) deps.meter.count('recall_escalations', { step })
}

const ALARMS: Readonly<Record<EscalationStep, string>> = {
  recipient: 'a recall is unanswered: ask the member that holds the copy',
  dpo: 'a recall is unanswered: tell the data protection officer of the member that holds the copy',
  operator: 'a recall is unanswered: act on it yourself, nobody there has',
}
