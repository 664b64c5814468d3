/** What changes of policy do by themselves: begin at their date, end their observation, lapse, and are overtaken by another version. One gateway of many does it. */
import { lapsesAt, observedUntil } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { OPEN_STATES } from '#gateway/core/policy-change-states.ts'
import type { ChangeAct } from '#gateway/core/policy-change-states.ts'
import { after, write } from './change-outcome.ts'
import type { ChangeDeps } from './change-outcome.ts'
import { putInForce } from './change-start.ts'

export const CHANGES_EVERY_MS = 5000

/** Never throws: what could not be done now is done the next time, and the operator is told. */
export async function tendChanges(deps: ChangeDeps): Promise<void> {
  try {
    // What is due begins before it could be found to be overtaken.
    for (const change of await deps.store.read.changes.list(OPEN_STATES)) await tend(deps, change)
    for (const change of await deps.store.read.changes.list(['in-force'])) await tendEmergency(deps, change)
  } catch {
    deps.log.alarm('changes of policy could not be tended')
  }
}

async function tend(deps: ChangeDeps, change: PolicyChange): Promise<void> {
  const at = deps.clock()
  const { start, state } = change
  if ((await deps.store.read.policies.digestInForce()) !== change.base) return mark(deps, change, 'overtake')
  if (at >= (lapsesAt(change) ?? Number.POSITIVE_INFINITY)) return mark(deps, change, 'lapse')
  if (state === 'observing' && start.kind === 'observe' && at >= observedUntil(change.approvedAt ?? at, start))
    return mark(deps, change, 'end-observation')
  if (state === 'scheduled' && start.kind === 'at' && at >= start.at) await putInForce(deps, change, 'schedule')
}

const EVENTS = {
  overtake: { act: 'change-overtaken' },
  lapse: { act: 'change-lapsed' },
  'end-observation': { act: 'observation-ended' },
} as const satisfies Partial<Record<ChangeAct, { readonly act: string }>>

async function mark(deps: ChangeDeps, change: PolicyChange, act: keyof typeof EVENTS): Promise<void> {
  const next = after(change, act, { at: deps.clock() })
  await write(deps, next, { ...EVENTS[act], actor: 'gateway' })
}

async function tendEmergency(deps: ChangeDeps, change: PolicyChange): Promise<void> {
  const at = deps.clock()
  const { reviewDueAt, reviewedAt, overdueAt } = change
  if (reviewDueAt === undefined || reviewedAt !== undefined || overdueAt !== undefined || at < reviewDueAt) return
  deps.log.alarm('nobody looked in time at what one officer withheld', { change: change.id })
  const next = { ...change, revision: change.revision + 1, changedAt: at, overdueAt: at }
  await write(deps, next, { act: 'emergency-overdue', actor: 'gateway' })
}
